"""Notifications for tests: contacts and codes as others send them, the mail that comes of them, and its HTTP side."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import httpx

from deploy.local.run import LocalRun
from shared.clock import set_clock
from shared.events.ids import EventId, PersonId
from shared.events.private import Addresses, Contact, LinkCode
from shared.ids import new
from shared.storage.client import connect, database
from tests.harness.waiting import eventually

Post = Callable[..., Awaitable[None]]
REACHED_AT = "https://izumo.example/api/notifications"
NAME = "О'Коннор, Łukasz 李"


def contact(person_id: str, **changed: Any) -> Contact:
    made = {
        "role": "candidate",
        "name": NAME,
        "addresses": Addresses(email=f"{person_id[:8]}@example.org"),
        "language": "uk",
        "time_zone": "Europe/Kyiv",
    }
    return Contact(person_id=PersonId(person_id), **{**made, **changed})


def firm_contact(firm_id: str) -> Contact:
    return contact(firm_id, role="firm", name="島根ソフト", language="ja", time_zone="Asia/Tokyo")


def code(person_id: str) -> LinkCode:
    return LinkCode(person_id=PersonId(person_id), code=f"code-{new(EventId)}")


class Mailbox:
    """What the mail server has filed."""

    def __init__(self, run: LocalRun) -> None:
        self._run = run

    def to(self, person_id: str) -> list[EmailMessage]:
        mails = [self._read(file.read_bytes()) for file in sorted(self._run.mail_folder.glob("[0-9]*.eml"))]
        return [mail for mail in mails if mail["Delivered-To"].startswith(person_id[:8])]

    async def one(self, person_id: str, template: str) -> EmailMessage:
        async def look() -> EmailMessage | None:
            found = [one for one in self.to(person_id) if one["X-Enmusubi-Template"] == template]
            return found[0] if found else None

        return await eventually(look, f"{template} for {person_id}")

    @staticmethod
    def _read(content: bytes) -> EmailMessage:
        return message_from_bytes(content, policy=policy.default)


async def messages_to(http: httpx.AsyncClient, person_id: str) -> list[dict[str, Any]]:
    answer = await http.get("/messages", params={"recipient_id": person_id})
    return list(answer.json()["items"])


async def states(http: httpx.AsyncClient, person_id: str) -> list[str]:
    return [message["state"] for message in await messages_to(http, person_id)]


async def until_states(http: httpx.AsyncClient, person_id: str, *expected: str) -> None:
    async def look() -> bool:
        return sorted(await states(http, person_id)) == sorted(expected)

    await eventually(look, f"messages that are {expected}")


async def at_rest(http: httpx.AsyncClient) -> None:
    """Wait until nothing is to be done but what waits for something private."""

    async def look() -> bool:
        work = (await http.get("/readyz")).json()["work"]
        return all(count == 0 for kind, count in work.items() if kind != "waiting")

    await eventually(look, "rest")
    await eventually(look, "rest")


async def waiting(http: httpx.AsyncClient) -> int:
    return int((await http.get("/readyz")).json()["work"]["waiting"])


async def move_clock(notifications: LocalRun, http: httpx.AsyncClient) -> None:
    """Move the clock to the next thing that is due, and wait until it is done."""
    due = datetime.fromisoformat((await http.get("/readyz")).json()["next_due_at"])
    client = connect(notifications.mongo_url, timeout=5)
    await set_clock(database(client, notifications.database_of("clock")), due)
    client.close()
    await at_rest(http)
