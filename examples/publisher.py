"""Publish an event as a service outside: its type, your name, its data.

python examples/publisher.py docs/contract/asyncapi.json position-requested demo-hr '{"firm_id": …, "request_id": …, …}'
"""

import hashlib
import json
import os
import sys
import time
from pathlib import Path

import pika

contract, event_type, name, data = sys.argv[1:]
document = json.loads(Path(contract).read_text(encoding="utf-8"))
channel_name = f"external.{event_type}.v1"
address, bindings = (document["channels"][channel_name][part] for part in ("address", "bindings"))
message = document["components"]["messages"][channel_name]

source = f"/external/{name}"
subject = ".".join(json.loads(data)[field] for field in message["x-subject"])
# The same thing said again has the same id: whoever tries again after a crash says nothing new.
event_id = hashlib.sha256(f"{source} {event_type} {subject}".encode()).hexdigest()[:32]
headers = {
    "cloudEvents_id": event_id,
    "cloudEvents_source": source,
    "cloudEvents_type": message["headers"]["properties"]["cloudEvents_type"]["const"],
    "cloudEvents_subject": subject,
    "cloudEvents_time": time.time_ns() // 1_000_000,
    "cloudEvents_specversion": "1.0",
}

channel = pika.BlockingConnection(pika.URLParameters(os.environ["AMQP_URL"])).channel()
channel.confirm_delivery()  # from here on, publishing raises unless the broker has it safe
channel.basic_publish(
    bindings["amqp"]["exchange"]["name"],
    address,
    data.encode(),
    pika.BasicProperties(
        content_type="application/json", delivery_mode=2, message_id=event_id, headers=headers
    ),
    mandatory=True,
)
print(event_id)
