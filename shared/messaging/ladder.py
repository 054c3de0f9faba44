"""What becomes of a message whose work was not done: it waits and comes again, or it is parked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from pamqp.common import FieldTable

from shared.events.envelope import Undecodable
from shared.messaging.delivery import Delivery
from shared.messaging.errors import Unreadable
from shared.messaging.onward import onward, passed_on
from shared.messaging.publisher import Publisher
from shared.messaging.reactions import NotYet
from shared.messaging.topology import WorkQueue
from shared.storage.errors import IdReused

PREFIX = "enmusubi-"
REASON = PREFIX + "reason"
PLACE = PREFIX + "place"
ATTEMPT = PREFIX + "attempt"
WAITED = PREFIX + "waited"
ROUTING_KEY = PREFIX + "routing-key"
FIRST_FAILED_AT = PREFIX + "first-failed-at"
LAST_FAILED_AT = PREFIX + "last-failed-at"
HIGHEST_COUNT = 1_000_000
"""No ladder has so many rungs, and what is one more than the highest that AMQP can hold could not be written."""
FAILED_FOR_GOOD = "failed"
PREDECESSOR_MISSING = "predecessor-missing"
ID_REUSED = "id-reused"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where a message goes now: to a retry queue for ``delay`` seconds, or (None) to the parking lot."""

    reason: str
    delay: float | None
    counter: Literal["enmusubi-attempt", "enmusubi-waited"] | None = None


class Ladder:
    """The steps that a message climbs, each longer than the one before, until it is parked."""

    def __init__(self, retries: Sequence[float], waits: Sequence[float]) -> None:
        self._retries = tuple(retries)
        self._waits = tuple(waits)

    def judge(self, headers: Mapping[str, object], error: Exception) -> Verdict:
        """Say where a message goes whose work ended with this error."""
        match error:
            case NotYet():
                return self._next(headers, "enmusubi-waited", self._waits, PREDECESSOR_MISSING)
            case Undecodable() | Unreadable():
                return Verdict(error.reason, None)
            case IdReused():
                return Verdict(ID_REUSED, None)
            case _:
                return self._next(headers, "enmusubi-attempt", self._retries, FAILED_FOR_GOOD)

    def _next(
        self,
        headers: Mapping[str, object],
        counter: Literal["enmusubi-attempt", "enmusubi-waited"],
        delays: Sequence[float],
        reason: str,
    ) -> Verdict:
        climbed = _count(headers, counter)
        return Verdict(reason, delays[climbed] if climbed < len(delays) else None, counter)


def _count(headers: Mapping[str, object], counter: str) -> int:
    value = headers.get(counter, 0)  # which an outside publisher may have written
    return value if isinstance(value, int) and 0 <= value <= HIGHEST_COUNT else 0


async def move(
    publisher: Publisher,
    queue: WorkQueue,
    message: Delivery,
    verdict: Verdict,
    error: Exception,
    place: str,
) -> None:
    """Put a message where the verdict says, confirmed; only then may it be acknowledged where it was."""
    target = queue.parked if verdict.delay is None else queue.retry(verdict.delay)
    properties = onward(message, _headers(message, verdict, error, place))
    await publisher.publish("", target, message.body, properties)


def _headers(message: Delivery, verdict: Verdict, error: Exception, place: str) -> FieldTable:
    headers = passed_on(message.headers)
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    if message.exchange:  # else it was moved before, or put here by an operator
        headers[ROUTING_KEY] = message.routing_key  # whatever its sender may have written there
    headers.setdefault(FIRST_FAILED_AT, now)
    if verdict.counter is not None:
        headers[verdict.counter] = _count(headers, verdict.counter) + 1
    return headers | {
        REASON: verdict.reason,
        PLACE: f"{place}: {describe(error)}",
        LAST_FAILED_AT: now,
    }


def describe(error: Exception) -> str:
    """Name an error without what it was about: texts may quote personal data, types never do."""
    detail = str(error) if isinstance(error, (NotYet, Undecodable, Unreadable, IdReused)) else ""
    return f"{type(error).__name__}{': ' if detail else ''}{detail}"
