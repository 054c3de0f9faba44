"""Health: whether a process lives, whether it can work, and what is still to be done."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aio_pika.exceptions import AMQPError
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, ConfigDict
from pymongo.errors import PyMongoError

from shared.clock import TZDATA_VERSION, Clock
from shared.messaging.broker import Broker
from shared.storage.claims import OUTGOING
from shared.storage.client import Database
from shared.storage.outbox import OUTBOX, WAITING
from shared.storage.unit import TIMERS
from shared.telemetry import WORK
from shared.timers import next_due_at


class Work(BaseModel):
    """What is still to be done. All zero in every service, twice alike: everything has come to rest."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    outbox: int
    """Entries that are not yet published."""
    queued: int
    """Messages that lie in this service's queues."""
    in_hand: int
    """Messages that this process has taken and not yet acknowledged."""
    retrying: int
    """Messages that wait to be tried again."""
    waiting: int
    """What waits for something private that has not arrived."""
    outgoing: int
    """Work for the world outside that is not done."""
    timers_due: int
    """Timers whose time has come."""


class ClockReading(BaseModel):
    """What time it is in the programme."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    now: datetime
    """The programme's time."""
    offset_ms: int
    """How far it is ahead of the real time, in milliseconds: more than 0 in local runs alone."""
    tzdata: str
    """The version of the time zone database that is used."""


class Readiness(BaseModel):
    """Whether this process can work, and if not, why."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    ready: bool
    """Whether it can work."""
    reasons: list[str]
    """Why it cannot; empty when it can."""
    work: Work | None
    """What is still to be done; null where database or broker do not say."""
    next_due_at: datetime | None
    """When the next timer is due, in the programme's time; null: none is set."""
    published: int
    """Public events that this process has published since it started."""
    handled: int
    """Messages that this process has taken from its queues and done with since it started."""
    clock: ClockReading
    """What time it is here."""


CountWaiting = Callable[[Database], Awaitable[int]]


async def nothing_waits(_: Database) -> int:
    """Say that a service has nothing that waits."""
    return 0


@dataclass(frozen=True, slots=True)
class Health:
    """Looks at a process's parts."""

    store: Database
    broker: Broker
    clock: Clock
    count_waiting: CountWaiting

    async def readiness(self) -> Readiness:
        """Ask the database and the broker."""
        reasons = self.broker.troubles
        work, next_due = None, None
        try:
            work = await self._work()
            next_due = await next_due_at(self.store[TIMERS])
        except PyMongoError:
            reasons = [*reasons, "database-away"]
        except (AMQPError, TimeoutError, OSError):
            reasons = [*reasons, "broker-away"]
        return Readiness(
            ready=not reasons,
            reasons=sorted(set(reasons)),
            work=work,
            next_due_at=next_due,
            published=self.broker.relay.published,
            handled=sum(consumer.handled for consumer in self.broker.consumers),
            clock=self.reading(),
        )

    def reading(self) -> ClockReading:
        """Read the clock."""
        offset = self.clock.offset // timedelta(milliseconds=1)
        return ClockReading(now=self.clock.now(), offset_ms=offset, tzdata=TZDATA_VERSION)

    async def _work(self) -> Work:
        # From the beginning of a message's way to its end, so that none slips by between two looks.
        outbox = await self.store[OUTBOX].count_documents({"state": WAITING}, hint="stamp_1")
        queued, retrying = await self.broker.counts()
        in_hand = sum(consumer.in_hand for consumer in self.broker.consumers)
        counted = Work(
            outbox=outbox,
            queued=queued,
            in_hand=in_hand,
            retrying=retrying,
            waiting=await self.count_waiting(self.store),
            outgoing=await self.store[OUTGOING].count_documents({}),
            timers_due=await self.store[TIMERS].count_documents({"due_at": {"$lte": self.clock.now()}}),
        )
        for kind, count in counted.model_dump().items():
            WORK.labels(kind).set(count)
        return counted


def install(app: FastAPI, health: Health) -> None:
    """Serve ``/livez``, ``/readyz`` and ``/metrics``, which nobody needs a token for."""

    async def livez() -> ClockReading:
        """Say that the process lives, and what time it has."""
        return health.reading()

    async def readyz() -> Response:
        """Say whether the process can work, and what is still to be done."""
        reading = await health.readiness()
        return JSONResponse(reading.model_dump(mode="json"), 200 if reading.ready else 503)

    async def metrics() -> Response:
        """Show what is measured, in Prometheus' text format."""
        return PlainTextResponse(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    described: dict[int | str, dict[str, Any]] = {
        503: {"model": Readiness, "description": "Not ready, and why"}
    }
    alive, ready, measured = "It lives", "It can work", "The measurements"
    app.add_api_route("/livez", livez, tags=["health"], response_description=alive)
    app.add_api_route(
        "/readyz",
        readyz,
        tags=["health"],
        response_model=Readiness,
        responses=described,
        response_description=ready,
    )
    app.add_api_route(
        "/metrics",
        metrics,
        tags=["health"],
        response_class=PlainTextResponse,
        response_description=measured,
    )
