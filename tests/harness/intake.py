"""Intake for tests: applications with sane defaults, its HTTP side, and what it sends in private."""

import secrets
from dataclasses import dataclass, field
from typing import Any, TypeVar

import aio_pika
import httpx

from deploy.local.run import LocalRun
from shared.events import private
from shared.sealing import Unsealer
from tests.harness.waiting import eventually

MessageT = TypeVar("MessageT", private.Contact, private.LinkCode, private.Notice)


def application(**changes: Any) -> dict[str, Any]:
    """Make an application by somebody new; a change such as ``contact__name`` goes into an object."""
    made: dict[str, Any] = {
        "contact": {"name": "Łukasz Ковальчук", "email": f"{secrets.token_hex(6)}@mail.example"},
        "country": "PL",
        "channel": "telegram",
        "language": "uk",
        "time_zone": "Europe/Warsaw",
        "profile": {
            "roles": ["Back-end developer"],
            "skills": [{"name": "Python", "years": 6}],
            "years_of_experience": 7,
            "education": "master",
            "spoken": [{"language": "en", "level": "B2"}],
        },
        "wants_lessons": True,
        "consent": "2027-01",
    }
    for name, value in changes.items():
        *path, last = name.split("__")
        place = made
        for part in path:
            place = place[part]
        place[last] = value
    return made


def new_key() -> dict[str, str]:
    """Make the header of a new Idempotency-Key."""
    return {"Idempotency-Key": secrets.token_hex(8)}


@dataclass(frozen=True)
class IntakeApi:
    """Intake over HTTP."""

    http: httpx.AsyncClient
    run: LocalRun

    @property
    def staff(self) -> dict[str, str]:
        """A header with which staff call."""
        return bearer(self.run.token("staff"))

    async def open_round(self, capacity: int = 100, waitlist: int = 10) -> str:
        """Close the round that is open, if one is, and open another; return its id."""
        current = await self.http.get("/rounds/current")
        if current.status_code == 200:
            await self.http.post(f"/rounds/{current.json()['round_id']}/closing", headers=self.staff)
        days = {"opens_on": "2020-01-01", "closes_on": "2099-12-31"}
        answer = await self.http.post(
            "/rounds",
            json={"capacity": capacity, "waitlist": waitlist, **days},
            headers=self.staff | new_key(),
        )
        return str(created(answer)["round_id"])

    async def round(self, round_id: str) -> dict[str, Any]:
        """Return a round as staff see it."""
        return dict((await self.http.get(f"/rounds/{round_id}", headers=self.staff)).json())

    async def apply(self, headers: dict[str, str] | None = None, **changes: Any) -> httpx.Response:
        """Apply, with a new key unless one is given."""
        return await self.http.post(
            "/applications", json=application(**changes), headers=headers or new_key()
        )

    async def decide(self, application_id: str, what: str, body: object = None) -> httpx.Response:
        """Have staff decide about an application."""
        path = f"/applications/{application_id}/{what}"
        return await self.http.post(path, json=body, headers=self.staff)

    async def applications(self, **filters: str) -> list[dict[str, Any]]:
        """Return all applications that pass the filters, as staff see them."""
        answer = await self.http.get("/applications", params={"limit": 500, **filters}, headers=self.staff)
        return list(answer.json()["items"])


@dataclass
class Postbox:
    """What intake sends notifications in private, unsealed with notifications' key."""

    run: LocalRun
    sealed: list[bytes] = field(default_factory=list)
    messages: list[private.PrivateMessage] = field(default_factory=list)

    async def wait_for(self, kind: type[MessageT], person_id: str, count: int = 1) -> list[MessageT]:
        """Return that person's messages of one kind, as soon as there are so many."""

        async def look() -> list[MessageT] | None:
            await self._collect()
            found = [one for one in self.messages if isinstance(one, kind) and one.person_id == person_id]
            return found if len(found) >= count else None

        return await eventually(look, f"{count} {kind.__name__} for {person_id}")

    async def newest_code(self, person_id: str, count: int = 1) -> str:
        """Return the code of the newest link of that many."""
        return (await self.wait_for(private.LinkCode, person_id, count))[-1].code

    async def _collect(self) -> None:
        unsealer = Unsealer(self.run.keys_folder / "notifications.pem")
        async with await aio_pika.connect(self.run.amqp_url) as connection:
            channel = await connection.channel()
            queue = await channel.get_queue("notifications.contacts", ensure=False)
            while (message := await queue.get(no_ack=True, fail=False)) is not None:
                self.sealed.append(message.body)
                self.messages.append(unsealer.open(message.body))  # type: ignore[arg-type]


def bearer(token: str) -> dict[str, str]:
    """Make the header that carries a token."""
    return {"Authorization": f"Bearer {token}"}


def created(answer: httpx.Response) -> dict[str, Any]:
    """Return what was created; fail where nothing was."""
    assert answer.status_code == 201, answer.text
    return dict(answer.json())
