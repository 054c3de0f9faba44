"""Sending contacts again: ``python -m services.<name> contacts resend``.

For a notifications service that lost its database: whom a service knows how to reach, it says once more. What is sent
lies in the service's outbox then, and goes out as soon as a process of it runs.
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from shared.service import Parts, Process, run
from shared.storage.collection import Collection
from shared.storage.pieces import Piece
from shared.storage.unit import UnitOfWork

AT_ONCE = 100
"""How many contacts are read, and sent, together."""


@dataclass(frozen=True, slots=True)
class Contacts:
    """Whose contacts a service has, and how it sends one."""

    collection: Collection[Any]
    send: Callable[[str, UnitOfWork], Awaitable[bool]]
    """Given the person's id; says whether there was anything to send: nothing of somebody who was erased."""


def sealed_contacts(collection: Collection[Any]) -> Contacts:
    """Return contacts that lie in the documents of those whom they reach, sealed already: as `sealed_contact`."""

    async def send(person_id: str, unit: UnitOfWork) -> bool:
        person = await unit.get(collection, person_id)
        if person is None:
            return False
        unit.send_private(collection, person_id, person.sealed_contact)
        return True

    return Contacts(collection, send)


def main(build: Callable[[], Parts], *contacts: Contacts) -> None:
    """Run a service; or, where the command line says so, send its contacts again."""
    parser = argparse.ArgumentParser(description="Without a command, the service runs.")
    commands = parser.add_subparsers(dest="about", title="commands")
    about = commands.add_parser("contacts", help="what notifications is told of how to reach people")
    about.add_argument(
        "what", choices=["resend"], help="say it again, to a notifications that lost its database"
    )
    if parser.parse_args().about is None:
        run(build)
        return
    sent = asyncio.run(_resend(build(), contacts))
    print(f"Contacts on their way to notifications: {sent}")  # noqa: T201  a command that answers a person


async def _resend(parts: Parts, contacts: Sequence[Contacts]) -> int:
    process = Process(parts)
    try:
        return sum([await resend(process, one) for one in contacts])
    finally:
        process.client.close()


async def resend(process: Process, contacts: Contacts) -> int:
    """Send everybody's contact again; return how many there were. It may be done at any time, and twice."""
    sent, cursor = 0, None
    while True:
        found, cursor = await process.documents.page(contacts.collection, cursor, AT_ONCE)
        pieces = [Piece(partial(contacts.send, contacts.collection.id_of(one))) for one in found]
        sent += sum(await asyncio.gather(*map(process.commands.run, pieces)))
        if cursor is None:
            return sent
