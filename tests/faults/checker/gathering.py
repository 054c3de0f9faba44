"""Gathering: everything that a run has left, read from outside."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

from tests.faults.checker.apis import read_apis
from tests.faults.checker.broker import read_broker
from tests.faults.checker.databases import read_databases
from tests.faults.checker.evidence import (
    Acknowledged,
    Disturbance,
    Evidence,
    Injected,
    Json,
    Mail,
    Where,
)


async def gather(where: Where) -> Evidence:
    """Read everything; nothing is changed by it."""
    shown = await read_apis(where.apis, where.staff_token)
    databases = await asyncio.to_thread(read_databases, where.mongo_url, where.database_prefix)
    messages = await read_broker(where.amqp_url, where.delays, where.quiet)
    return Evidence(
        now=shown.now,
        acknowledged=tuple(map(_acknowledged, _lines(where.acknowledged))),
        injected=tuple(map(_injected, _lines(where.injected))),
        disturbances=tuple(map(_disturbance, _lines(where.disturbances))),
        documents=databases.documents,
        outbox=databases.outbox,
        inbox=databases.inbox,
        history=messages.history,
        timers=databases.timers,
        outgoing=databases.outgoing,
        queues=messages.queues,
        parked=messages.parked,
        mails=tuple(_mails(where.mail_folder)),
        shown=shown.things,
        unrest=shown.unrest,
    )


def _lines(file: Path | None) -> list[Json]:
    if file is None or not file.exists():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def _acknowledged(line: Json) -> Acknowledged:
    body = line.get("body")
    return Acknowledged(
        kind=line["kind"],
        key=line.get("key") or "",
        ids={name: str(value) for name, value in (line.get("ids") or {}).items() if value is not None},
        body=body if isinstance(body, dict) else {},
    )


def _injected(line: Json) -> Injected:
    return Injected(
        queue=line["queue"],
        kind=line["kind"],
        message_id=line.get("message_id"),
        reason=line.get("reason"),
    )


def _disturbance(line: Json) -> Disturbance:
    """Read one; a replica (``matching-2``) is its service."""
    begun = datetime.fromisoformat(line["at"])
    until = line.get("until")
    return Disturbance(
        service=line["service"].partition("-")[0],
        begun=begun,
        ended=begun if until is None else datetime.fromisoformat(until),
    )


def _mails(folder: Path) -> Iterator[Mail]:
    """Read the mails in the order in which they were filed, which their names' numbers say."""
    for file in sorted(folder.glob("*.eml")):
        head = file.read_bytes().replace(b"\r\n", b"\n").partition(b"\n\n")[0]
        message_id = str(message_from_bytes(head + b"\n\n").get("Message-ID", "")).strip().strip("<>")
        filed_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        yield Mail(message_id=message_id.partition("@")[0], filed_at=filed_at)
