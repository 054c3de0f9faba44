"""Arenas: one service as a process with a broker's virtual host and a database to itself, that knows a few things already."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aio_pika
import httpx

from deploy.local.finder import Parts
from deploy.local.run import LocalRun
from shared.events.ids import EventId, PersonId
from shared.ids import new
from shared.sealing import Sealer
from shared.storage.client import connect, database
from tests.contract.fuzzing.amqp import Message, channel_to, publish
from tests.contract.fuzzing.drawing import Junk
from tests.contract.fuzzing.oracle import fates
from tests.contract.fuzzing.storm import Storm, read_by
from tests.contract.fuzzing.worlds import World
from tests.harness.intake import IntakeApi, created
from tests.harness.nodes import running
from tests.harness.notifications import contact
from tests.harness.scheduling import Scheduling
from tests.harness.waiting import eventually
from tests.integration.matching.programme import Programme

DELAYS = "[0.2, 1, 2]"
LOOK, LONGEST = 0.3, 300
"""Seconds between two questions to a service that has its hands full, and within which it has done everything."""
NAMED = f"{1:032x}"
"""A firm that a publisher may speak for, and that is never registered."""
PUBLISHERS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "intake": {"fuzz-tests": frozenset("*"), "fuzz-exams": frozenset("*")},
    "matching": {"fuzz-hr": frozenset("*"), "fuzz-one": frozenset({NAMED})},
    "scheduling": {"fuzz-school": frozenset("*")},
    "notifications": {},
}
SETTINGS = {
    "RETRY_DELAYS": DELAYS,
    "NOT_YET_DELAYS": DELAYS,
    "LESSON_WEEKS": "1",
    "PROPOSALS_PER_CANDIDATE": "2",
    "ASSESSMENT_PUBLISHERS": json.dumps(list(PUBLISHERS["intake"])),
    "POSITION_PUBLISHERS": json.dumps({name: list(firms) for name, firms in PUBLISHERS["matching"].items()}),
    "LESSON_PUBLISHERS": json.dumps(list(PUBLISHERS["scheduling"])),
}


@dataclass
class Arena:
    """A service, what it knows, and the storm that is made for it."""

    service: str
    run: LocalRun
    http: httpx.AsyncClient
    world: World
    storm: Storm
    known: dict[str, Sequence[str]] = field(default_factory=dict)

    async def readiness(self) -> dict[str, Any]:
        """Return what the service says of itself."""
        return dict((await self.http.get("/readyz")).json())

    async def rest(self) -> None:
        """Wait until every message has come to its end."""

        async def look() -> bool:
            await asyncio.sleep(LOOK)
            reading = await self.readiness()
            work = reading["work"]
            return bool(reading["ready"]) and not any(
                work[name] for name in ("queued", "in_hand", "retrying")
            )

        for _ in range(2):
            await eventually(look, "all messages to be done with", deadline=LONGEST)

    async def inbox(self) -> dict[str, str]:
        """Return what the service remembers: bodies' hashes, by source and id."""
        client = connect(self.run.mongo_url, timeout=20)
        try:
            entries = database(client, self.run.database_of(self.service))["inbox"].find()
            return {one["_id"]: one["hash"] async for one in entries}
        finally:
            client.close()

    async def furnish(self) -> None:
        """Have the service know what a storm can be about."""
        await _FURNISH[self.service](self)
        self.storm.known = self.known

    def sure(self) -> Message:
        """Make a good event that must be taken in."""
        while True:
            good = self.storm.good(read_by(self.service)[0])
            (fate,) = fates([good], self.world, read_by(self.service), ())
            if fate.inbox_key and not fate.reasons:
                return good

    async def tell(self, *routing_keys: str) -> None:
        """Publish good events about what is known, and wait until they are done with."""
        good = [self.storm.good(key) for key in routing_keys]
        await publish(self.run.amqp_url, good)
        await self.rest()


@asynccontextmanager
async def arena(service: str, nodes: Parts, folder: Path, junk: Junk) -> AsyncIterator[Arena]:
    """Run a service alone, and furnish it."""
    publishers = PUBLISHERS[service]
    world = World(service=service, publishers=publishers)
    storm = Storm(service=service, junk=junk, known={}, publishers=list(publishers))
    async with (
        running(nodes, folder, service, environment=SETTINGS) as run,
        httpx.AsyncClient(base_url=run.urls[service], timeout=30, trust_env=False) as http,
    ):
        made = Arena(service, run, http, world, storm)
        await _unbind_others(made)
        await made.furnish()
        await made.rest()
        yield made


async def _unbind_others(made: Arena) -> None:
    """Keep away from the queues of services that are not there what nobody would read."""
    async with channel_to(made.run.amqp_url) as channel:
        for other in set(PUBLISHERS) - {made.service}:
            for key in read_by(other):
                await channel.queue_unbind(f"{other}.events", "events", key)


async def _intake(made: Arena) -> None:
    api = IntakeApi(made.http, made.run)
    await api.open_round()
    candidates = [created(await api.apply())["candidate_id"] for _ in range(20)]
    await made.http.delete(f"/candidates/{candidates[0]}", headers=api.staff)
    made.world.candidates.update(candidates)
    made.world.erased.add(candidates[0])
    made.known["candidate_id"] = candidates


async def _matching(made: Arena) -> None:
    programme = Programme(made.run, made.http)
    firms = [await programme.new_firm() for _ in range(3)]
    position = await programme.new_position(firms[0])
    people = [await programme.shortlist("Python") for _ in range(5)]
    matches = [await programme.proposed(one, position) for one in people]
    candidates = [str(one.candidate_id) for one in people]
    made.world.firms.update(firms)
    made.world.candidates.update(candidates)
    made.world.matches.update(one["match_id"] for one in matches)
    made.known |= {
        "firm_id": [*firms, NAMED],
        "candidate_id": candidates,
        "match_id": [one["match_id"] for one in matches],
    }


async def _scheduling(made: Arena) -> None:
    api = Scheduling(made.run, made.http)
    sensei = {
        "name": "山本 花子",
        "contact": {"name": "山本 花子", "email": "sensei@school.example"},
        "language": "ja",
    }
    await api.create("/teachers", sensei)
    people = [str(one.candidate_id) for one in await api.shortlist(3, wants_lessons=True)]
    plans = [plan for one in people for plan in (await api.agenda(one))["lesson_plans"]]
    lessons = [(plan["candidate_id"], lesson) for plan in plans for lesson in plan["lessons"]]
    ends = sorted(datetime.fromisoformat(lesson["ends_at"]) for _, lesson in lessons)
    until = ends[len(ends) // 2]
    await api.at(until)
    learners = {lesson["lesson_id"]: learner for learner, lesson in lessons}
    over = [lesson for _, lesson in lessons if datetime.fromisoformat(lesson["ends_at"]) <= until]
    later = until + timedelta(minutes=10)  # while the storm lasts
    assert not any(until < end <= later for end in ends)
    made.world.candidates.update(people)
    made.world.lessons = made.storm.learners = learners
    made.world.over = frozenset(lesson["lesson_id"] for lesson in over)
    made.known |= {"candidate_id": people, "lesson_id": list(learners)}


async def _notifications(made: Arena) -> None:
    ids: dict[str, Sequence[str]] = {
        name: [f"{number:032x}" for number in range(1, 4)]
        for name in ("candidate_id", "firm_id", "position_id")
    }
    made.storm.known = made.known = ids | {"teacher_id": [f"{9:032x}"]}
    learned = ("intake.candidate-applied.v1", "matching.firm-registered.v1", "matching.position-opened.v1")
    await made.tell(*(key for key in learned for _ in range(30)))  # chance leaves none of them out
    sealer = Sealer(made.run.keys_folder / "notifications.pub.json")
    teacher = contact(made.known["teacher_id"][0], role="teacher")
    async with await aio_pika.connect(made.run.amqp_url) as connection:
        exchange = await (await connection.channel(on_return_raises=True)).get_exchange(
            "private", ensure=False
        )
        await exchange.publish(
            aio_pika.Message(sealer.seal(teacher).encode(), message_id=new(EventId)), "notifications.contacts"
        )
    await made.rest()
    made.world.firms.update(ids["firm_id"])
    made.world.titles.update(ids["position_id"])
    made.world.zones.update(*ids.values(), made.known["teacher_id"], {PersonId(ids["firm_id"][0])})


_FURNISH: Mapping[str, Callable[[Arena], Awaitable[None]]] = {
    "intake": _intake,
    "matching": _matching,
    "scheduling": _scheduling,
    "notifications": _notifications,
}
