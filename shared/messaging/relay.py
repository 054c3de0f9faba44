"""The outbox relay: publishes what transactions have decided, each subject's in its sequence."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import structlog
from pamqp.commands import Basic
from pymongo.errors import PyMongoError

from shared.events.envelope import CONTENT_TYPE, headers
from shared.messaging.doubts import Chain, Doubts, by_subject
from shared.messaging.errors import ConnectionLost, Refused
from shared.messaging.inbound import STAMP_HEADER
from shared.messaging.publisher import Publisher
from shared.storage.lease import Lease
from shared.storage.outbox import Entry, Outbox
from shared.waiting import first_of

PAGE = 500
log = structlog.get_logger(__name__)


class Relay:
    """Takes waiting entries from the outbox, publishes them with confirms, and only then marks them.

    Entries of one subject go one after the other, the next when the last is confirmed; subjects go side by
    side, so that one that fails holds up its own subject only, also where it breaks the link (``Doubts``). What
    was published and not yet marked when a process died is published again: at least once on the wire, and the
    inboxes make it once.
    """

    def __init__(self, outbox: Outbox, lease: Lease, wake: asyncio.Event, poll: float) -> None:
        self.published = 0
        self._outbox = outbox
        self._lease = lease
        self._wake = wake
        self._poll = poll
        self._doubts = Doubts()
        self._confirmed: list[Entry] = []
        """What is published and not marked yet, also where the link was lost meanwhile."""

    async def run(self, publisher: Publisher, draining: asyncio.Event) -> None:
        """Relay until ``draining`` is set and nothing is left that this process may publish."""
        while True:
            self._wake.clear()
            try:
                await self._turn(publisher)
                if self._confirmed:
                    continue
            except PyMongoError as error:  # what was confirmed is marked with the next page
                log.warning("outbox not read", error=type(error).__name__)
            if draining.is_set():
                await self._lease.release()
                return
            await first_of(self._wake, draining, timeout=self._poll)

    async def _turn(self, publisher: Publisher) -> None:
        if await self._lease.hold():
            await self._page(publisher)
        else:
            await self._mark(self._confirmed)
            self._confirmed = []

    async def _page(self, publisher: Publisher) -> None:
        """Mark the page before while the next one is read, and publish that."""
        before = self._confirmed
        waiting, _ = await asyncio.gather(
            self._outbox.waiting(PAGE + len(before), self._doubts.others()), self._mark(before)
        )
        known = {entry.id for entry in before}
        chains = by_subject([entry for entry in waiting if entry.id not in known])
        self._confirmed = []
        for together in self._doubts.sort(chains):
            await self._side_by_side(publisher, together)

    async def _side_by_side(self, publisher: Publisher, chains: Sequence[Chain]) -> None:
        """Publish chains; raise what broke the link. What was refused is left alone for a while.

        Whoever sees first that the link is broken cancels us: then all that was in flight is in doubt.
        """
        try:
            outcomes = await asyncio.gather(
                *(self._chain(publisher, chain) for chain in chains), return_exceptions=True
            )
        except asyncio.CancelledError:
            through = {entry.id for entry in self._confirmed}
            in_flight = [chain for chain in chains if chain[-1].id not in through]
            self._judge(in_flight, [ConnectionLost("cancelled")] * len(in_flight), alone=len(chains) == 1)
            raise
        self._judge(chains, outcomes, alone=len(chains) == 1)
        for outcome in outcomes:
            if isinstance(outcome, BaseException) and not isinstance(outcome, Refused):
                raise outcome

    def _judge(
        self, chains: Sequence[Chain], outcomes: Sequence[BaseException | bool], *, alone: bool
    ) -> None:
        for chain, outcome in zip(chains, outcomes, strict=True):
            if isinstance(outcome, BaseException):
                self._doubts.judge(chain, outcome, alone=alone)
            elif outcome:
                self._doubts.judge(chain, None, alone=alone)

    async def _chain(self, publisher: Publisher, chain: Chain) -> bool:
        """Publish a chain; return whether that went to its end, before the lease did."""
        for step in _steps(chain):
            if not self._lease.held:
                return False
            await self._step(publisher, step)
        return True

    async def _step(self, publisher: Publisher, step: Sequence[Entry]) -> None:
        if len(step) == 1:  # as most have, which need no task of their own
            await self._one(publisher, step[0])
            return
        outcomes = await asyncio.gather(
            *(self._one(publisher, entry) for entry in step), return_exceptions=True
        )
        for outcome in outcomes:
            if outcome is not None:
                raise outcome

    async def _one(self, publisher: Publisher, entry: Entry) -> None:
        await publisher.publish(entry.exchange, entry.routing_key, entry.body, properties(entry))
        self._confirmed.append(entry)

    async def _mark(self, confirmed: Sequence[Entry]) -> None:
        if confirmed:
            await self._outbox.mark(confirmed)
            self.published += sum(1 for entry in confirmed if entry.envelope is not None)


def _steps(chain: Chain) -> list[list[Entry]]:
    """Part a chain after each event: the next waits for it. Private messages, told apart by stamp, go with one."""
    steps: list[list[Entry]] = [[]]
    for entry in chain:
        steps[-1].append(entry)
        if entry.envelope is not None:
            steps.append([])
    return [step for step in steps if step]


def properties(entry: Entry) -> Basic.Properties:
    """Write what travels beside the body of an outbox entry."""
    if entry.envelope is None:
        return Basic.Properties(
            headers={STAMP_HEADER: entry.stamp},
            content_type="application/jose",
            message_id=entry.id,
            timestamp=datetime.now(UTC),
        )
    return Basic.Properties(
        headers={**headers(entry.envelope)},
        content_type=CONTENT_TYPE,
        message_id=entry.id,
        timestamp=datetime.now(UTC),
    )
