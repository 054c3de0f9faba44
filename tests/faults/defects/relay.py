"""The relay marks what it has not published yet, and the process dies in between."""

import os
from typing import Any
from unittest.mock import patch

from aiormq import Channel
from pymongo import MongoClient

from tests.faults.defects.switches import Switches

NAME = "mark-before-publish"
MISHAP = "die-at-publish"
"""The process dies as it is about to publish that somebody applied."""
ROUTING_KEY = "intake.candidate-applied.v1"


def install(switches: Switches) -> None:
    """Tamper with how public events are published, where the driver does it."""
    honest = Channel.basic_publish

    async def publish(channel: Channel, *body: bytes, **named: Any) -> Any:
        if named.get("routing_key") == ROUTING_KEY:
            if switches.is_on(NAME):
                _mark(str(named["properties"].message_id))
            switches.die_if_on(MISHAP)
        return await honest(channel, *body, **named)

    patch.object(Channel, "basic_publish", publish).start()


def _mark(entry_id: str) -> None:
    """Mark an outbox entry as published."""
    with MongoClient[dict[str, Any]](os.environ["MONGO_URL"]) as client:
        outbox = client[os.environ["DATABASE"]]["outbox"]
        outbox.update_one({"_id": entry_id}, {"$set": {"state": "published"}})
