"""Receive webhooks: events posted to a URL, for whoever cannot speak AMQP.

python examples/receiver.py whsec_… 9000
"""

import base64
import hashlib
import hmac
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

RECENT = 300  # seconds; nobody sends it once more from a recording
secret = base64.b64decode(sys.argv[1].removeprefix("whsec_"))
seen: set[str] = set()  # keep it where your data is, in the same transaction


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 to what the programme has signed (Standard Webhooks); what gets another answer comes again."""

    def do_POST(self) -> None:
        """Take an event, once."""
        body = self.rfile.read(int(self.headers["content-length"]))
        said, sent = self.headers["webhook-id"], self.headers["webhook-timestamp"]
        signed = hmac.digest(secret, f"{said}.{sent}.".encode() + body, hashlib.sha256)
        expected = "v1," + base64.b64encode(signed).decode()
        given = self.headers["webhook-signature"].split()
        is_theirs = any(hmac.compare_digest(expected, one) for one in given)
        is_fresh = abs(time.time() - int(sent)) < RECENT
        if is_theirs and is_fresh and said not in seen:
            event = json.loads(body)
            print(event["type"], json.dumps(event["data"]), flush=True)
            seen.add(said)
        self.send_response(204 if is_theirs and is_fresh else 400)
        self.end_headers()


HTTPServer(("127.0.0.1", int(sys.argv[2])), Receiver).serve_forever()
