"""A job board: which positions are open, read from the history of events and kept up to date.

python examples/subscriber.py docs/contract/asyncapi.json board.json
"""

import json
import os
import sys
from pathlib import Path

import pika

contract = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
opened, changed, closed = (
    contract["channels"][f"matching.position-{what}.v1"]["address"]
    for what in ("opened", "changed", "closed")
)
history = contract["channels"]["events.history"]["bindings"]["amqp"]["queue"]["name"]

# What is known, and up to where: in a service of yours, all of it in one transaction of your database.
kept = Path(sys.argv[2])
board = json.loads(kept.read_text()) if kept.exists() else {"offset": None, "seen": {}, "open": {}}

channel = pika.BlockingConnection(pika.URLParameters(os.environ["AMQP_URL"])).channel()
channel.basic_qos(prefetch_count=100)
start = "first" if board["offset"] is None else board["offset"] + 1
for method, properties, body in channel.consume(history, arguments={"x-stream-offset": start}):
    headers, event = properties.headers, json.loads(body)
    key = f"{headers['cloudEvents_source']} {headers['cloudEvents_id']}"
    if key not in board["seen"]:  # you see an event at least once
        board["seen"][key] = True
        if method.routing_key in {opened, changed}:
            board["open"][event["position_id"]] = event["requirements"]
        elif method.routing_key == closed:
            board["open"].pop(event["position_id"], None)
    board["offset"] = headers["x-stream-offset"]
    kept.with_suffix(".new").write_text(json.dumps(board))
    kept.with_suffix(".new").replace(kept)
    channel.basic_ack(method.delivery_tag)
    print(board["offset"], headers["cloudEvents_type"], f"{len(board['open'])} open", flush=True)
