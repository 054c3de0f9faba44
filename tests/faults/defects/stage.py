"""The stage: the whole system, every defect installed and none switched on, and what it is provoked with."""

import asyncio
import json
import re
import secrets
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aio_pika
import httpx
from pymongo import MongoClient

from deploy.demo.api import Api
from deploy.demo.history import Told, read_history
from deploy.demo.world import World
from deploy.local.environment import NOT_YET_DELAYS, RETRY_DELAYS, SERVICES
from deploy.local.finder import Parts
from deploy.local.run import LocalRun
from deploy.local.waiting import until
from tests.faults.checker import Finding, Where, check
from tests.faults.defects.switches import Switches
from tests.harness.intake import application
from tests.harness.nodes import running

Json = dict[str, Any]
SECOND = "matching-2"
"""The second replica of matching."""
QUIET = 0.5
"""Seconds; what is in the history at rest comes without a pause."""
REQUIREMENTS: Json = {
    "title": "Back-end engineer",
    "skills": [{"name": "Python", "years": 2, "must": True}],
    "salary_min": 4_000_000,
    "salary_max": 6_000_000,
    "headcount": 1,
    "starts_on": "2040-04-01",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Applicant:
    """Somebody who has applied."""

    candidate_id: str
    application_id: str


@dataclass(kw_only=True)
class Stage:
    """What tests do to the system, from outside, and what the checker says to it."""

    run: LocalRun
    api: Api
    world: World
    folder: Path
    """Where the switches are."""
    known: set[tuple[str, ...]] = field(default_factory=set)
    """Of what the checker has said before the promises, and the ids that it named."""

    def switches(self, service: str) -> Switches:
        """Return the switches of a service."""
        return Switches(self.folder / f"services.{service}")

    async def news(self) -> list[Finding]:
        """Let everything come to rest; return what the checker says of what it has not named before."""
        await self.world.rest()
        verdict = await check(self._where)
        found = [one for one in verdict.findings if _names(one) not in self.known]
        self.known.update(map(_names, found))
        return found

    @property
    def _where(self) -> Where:
        return Where(
            mongo_url=self.run.mongo_url,
            amqp_url=self.run.amqp_url,
            apis={service: self.run.urls[service] for service in SERVICES},
            staff_token=self.staff,
            mail_folder=self.run.mail_folder,
            acknowledged=self._acknowledged,
            injected=self.run.folder / "injected.jsonl",
            database_prefix=self.run.database_prefix,
            delays=(*RETRY_DELAYS, *NOT_YET_DELAYS),
            quiet=QUIET,
        )

    @property
    def _acknowledged(self) -> Path:
        return self.run.folder / "acknowledged.jsonl"

    @property
    def staff(self) -> str:
        """A token of staff."""
        return self.run.token("staff")

    def note(self, kind: str, body: Mapping[str, Any], key: str | None = None) -> None:
        """Note what was acknowledged."""
        ids = {name: value for name, value in body.items() if name.endswith("_id")}
        with self._acknowledged.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"kind": kind, "key": key, "ids": ids, "body": body}) + "\n")

    async def create(self, kind: str, service: str, path: str, body: Json, token: str | None = None) -> Json:
        """Create something, however often that has to be tried."""
        key = secrets.token_hex(8)
        made: Json = await self.api.post(service, path, body, token=token or self.staff, key=key)
        self.note(kind, made, key)
        return made

    async def open_round(self) -> None:
        """Open a round with room for everybody."""
        days = {"opens_on": "2020-01-01", "closes_on": "2099-12-31"}
        await self.create("round", "intake", "/rounds", {"capacity": 1000, "waitlist": 10, **days})

    async def apply(self) -> Applicant:
        """Apply as somebody new."""
        made = await self.create("application", "intake", "/applications", application())
        return Applicant(candidate_id=made["candidate_id"], application_id=made["application_id"])

    async def apply_and_be_shortlisted(self) -> Applicant:
        """Apply, and have staff take notice."""
        one = await self.apply()
        path = f"/applications/{one.application_id}/shortlisting"
        self.note("shortlisting", await self.api.post("intake", path, token=self.staff))
        return one

    async def open_position(self) -> Json:
        """Register a firm that has one place to give."""
        firm = {
            "name": "株式会社出雲ソフト",
            "language": "ja",
            "time_zone": "Asia/Tokyo",
            "contact": {"name": "出雲 花子", "email": f"{secrets.token_hex(6)}@firm.example"},
        }
        firm_id = (await self.create("firm", "matching", "/firms", firm))["firm_id"]
        path = f"/firms/{firm_id}/positions"
        return await self.create("position", "matching", path, {"requirements": REQUIREMENTS})

    async def make_matches(self, position: Json, count: int) -> list[str]:
        """Have so many people apply, and accept and be accepted for a position; return the matches' ids."""
        people = [await self.apply_and_be_shortlisted() for _ in range(count)]
        await self.world.rest()
        path = f"/positions/{position['position_id']}/matches"
        found = [one async for one in self.api.pages("matching", path, self.staff)]
        wanted = {one.candidate_id for one in people}
        ids = [one["match_id"] for one in found if one["candidate_id"] in wanted]
        for match_id in ids:
            for side in ("candidate", "firm"):
                path = f"/matches/{match_id}/acceptance"
                made = await self.api.post("matching", path, {"by": side}, token=self.staff)
                self.note("match-acceptance", made)
        return ids

    async def offer_at_once(self, position: Json, match_ids: list[str]) -> list[int]:
        """Make one offer on each replica of matching at the same moment; return the answers' statuses."""
        firm_id = position["firm_id"]
        token = self.run.token("firm", person_id=firm_id, firm_id=firm_id)
        async with httpx.AsyncClient(timeout=15, trust_env=False) as http:
            answers = await asyncio.gather(
                *(
                    _offer(http, f"{self.run.urls[service]}/matches/{match_id}/offers", token)
                    for service, match_id in zip(("matching", SECOND), match_ids, strict=True)
                )
            )
        for answer in answers:
            if answer.is_success:
                self.note("offer", answer.json())
        return [answer.status_code for answer in answers]

    async def deliver_again(self, kind: str, candidate_id: str, queue: str) -> None:
        """Put an event about somebody onto a queue once more, byte for byte: as after a lost acknowledgement."""
        history = await read_history(self.run.amqp_url, quiet=QUIET)
        event = next(one for one in history if one.type == kind and one.data["candidate_id"] == candidate_id)
        message = aio_pika.Message(
            await asyncio.to_thread(self._body, event),
            headers={name: value for name, value in event.headers.items() if not name.startswith("x-")},
            message_id=event.id,
            content_type="application/json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        async with await aio_pika.connect(self.run.amqp_url) as connection:
            channel = await connection.channel(on_return_raises=True)
            await channel.default_exchange.publish(message, queue, timeout=10)

    def _body(self, event: Told) -> bytes:
        with MongoClient[Json](self.run.mongo_url) as client:
            outbox = client[self.run.database_of(event.source.removeprefix("/"))]["outbox"]
            return bytes((outbox.find_one({"_id": event.id}) or {})["body"])

    async def apply_while_it_dies(self, service: str) -> Applicant:
        """Apply, and start a service again that this kills."""
        applying = asyncio.create_task(self.apply())

        async def is_dead() -> bool:
            return not self.run.processes.is_alive(service)

        assert await until(is_dead, within=15), f"{service} has not died"
        await self.run.kill(service)
        await self.run.start(service)
        return await applying


def _names(finding: Finding) -> tuple[str, ...]:
    return finding.promise, *re.findall("[0-9a-f]{32}", finding.text)


async def _offer(http: httpx.AsyncClient, url: str, token: str) -> httpx.Response:
    expires_at = datetime.now(UTC) + timedelta(days=7)
    offer = {"salary": 5_000_000, "starts_on": "2040-04-01", "expires_at": expires_at.isoformat()}
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": secrets.token_hex(8)}
    return await http.post(url, json=offer, headers=headers)


@asynccontextmanager
async def staged(parts: Parts, folder: Path) -> AsyncIterator[Stage]:
    """Start the system, with two replicas of matching, and open a round."""
    switches = folder / "switches"

    def command(service: str) -> list[str]:
        return [sys.executable, "-m", "tests.faults.defects", str(switches), f"services.{service}"]

    async with running(parts, folder) as run:
        run.service_command = command
        async with asyncio.TaskGroup() as starting:
            for service in (*SERVICES, SECOND):
                starting.create_task(run.start(service))
        clock = run.service_environment("intake")["CLOCK_DATABASE"]
        stage = Stage(
            run=run,
            api=Api(run.urls),
            world=World(run.urls, run.mongo_url, clock, run.mail_folder),
            folder=switches,
        )
        await stage.open_round()
        yield stage
        await stage.api.close()
        await stage.world.close()
