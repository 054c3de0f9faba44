"""What operators do on the command line: the parking lot, the history, the topology."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

import aio_pika
from aio_pika.abc import AbstractConnection
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from shared.messaging import comparing, history, topology
from shared.messaging.comparing import Comparing, Comparison
from shared.messaging.history import Passed, Since
from shared.messaging.inbound import body_hash
from shared.messaging.parking import Group, Parked, ParkingLot, Wanted, content, in_groups, parking_lot
from shared.messaging.publisher import Publisher
from shared.messaging.topology import queues_of
from shared.settings import BackboneSettings
from shared.storage import inbox
from shared.storage.client import Client, Database, connect, database

PUBLISH_SECONDS = 10.0
SOME = 3
"""So many ids are named of a longer list."""


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody at a terminal, with where the broker and the databases are. What is done returns an exit status."""

    settings: BackboneSettings
    console: Console
    confirm: Callable[[str], bool]
    """Asks before something is gone for good."""
    aside: Console = field(default_factory=lambda: Console(stderr=True))
    """Where progress is shown, if anybody looks: never in between what is printed for other programs."""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def declare(self) -> int:
        """Declare the whole topology; say what is there already with other arguments, which stays as it is."""
        async with self._connected() as connection:
            channel = await connection.channel(publisher_confirms=False)
            different = await topology.declare(channel, self.settings.delays, self.settings.history_days)
        self.console.print("The whole topology is declared.")
        for said in different:
            self.console.print(f"Left as it is: {said}", markup=False, soft_wrap=True)
        return 1 if different else 0

    async def list_parked(self, service: str) -> int:
        """Show a service's parked messages, grouped by reason, type and place."""
        async with self._lot(service) as lot:
            if lot.parked:
                self.console.print(_table(in_groups(lot.parked)))
            else:
                self.console.print(f"Nothing is parked for {service}.")
        return 0

    async def show_parked(self, service: str, wanted: Wanted) -> int:
        """Show parked messages whole, one JSON object each."""
        async with self._lot(service) as lot:
            chosen = lot.chosen(wanted)
            for one in chosen:
                self._print_json(content(one))
        return 0 if chosen else 1

    async def replay_parked(self, service: str, wanted: Wanted) -> int:
        """Have parked messages tried again, and behind them what waits for something that had not come."""
        async with self._lot(service) as lot:
            chosen = lot.chosen(wanted)
            if not chosen:
                return self._say_none(service)
            chosen = lot.with_waiting(chosen)
            done = await self._follow(lot.replay(chosen), "Replaying", len(chosen))
        self.console.print(f"{done} replayed.")
        return 0

    async def drop_parked(self, service: str, wanted: Wanted, database_name: str) -> int:
        """Remove parked messages for good, once somebody has seen which and said yes."""
        async with self._lot(service) as lot:
            shown = lot.chosen(wanted)
        if not shown:
            return self._say_none(service)
        self.console.print(_table(in_groups(shown)))
        # Nothing is held meanwhile, neither messages nor a connection: it may take long to decide.
        if not self.confirm(
            f"Drop {len(shown)} of {service} for good? What they say will never take effect."
        ):
            self.console.print("Nothing was dropped.")
            return 1
        seen = {one.look for one in shown}
        async with self._database_client() as client, self._lot(service) as lot:
            store = database(client, database_name)
            if not await inbox.is_there(store):
                self.console.print(
                    f"No service keeps an inbox in the database {database_name} (--database-prefix?)."
                )
                return 2
            chosen = [one for one in lot.parked if one.look in seen]
            done = await self._follow(lot.drop(chosen, partial(_settle, store)), "Dropping", len(chosen))
        self.console.print(f"{done} dropped.")
        return 0

    async def read_history(self, since: Since, types: Sequence[str], *, follow: bool) -> int:
        """Print events of the history, one JSON object each, oldest first."""
        events = history.passed(self._connected, since) if follow else self._history(since, "Reading")
        async with aclosing(events):
            async for event in events:
                type_ = event.envelope.type
                if not types or type_ in types or type_.rpartition(".v")[0] in types:
                    self._print_json(_event(event))
        return 0

    async def check_history(self, databases: Mapping[str, str]) -> int:
        """Compare the history with the outboxes and inboxes of these databases (by service)."""
        begun = self.now()
        comparison = Comparing(begun, self._kept)
        async with aclosing(self._history(begun - self._kept, "Reading the history")) as events:
            async for event in events:
                comparison.hear(event)
        async with self._database_client() as client:
            asked = self._ask(comparison, client, databases)
            await self._follow(asked, "Asking the outboxes and inboxes", len(databases))
        found = comparison.result()
        self._tell(found)
        return 0 if found.agrees else 1

    async def redeliver(self, service: str, database_name: str) -> int:
        """Put onto a service's queue what the history has for it and its inbox does not know."""
        async with self._database_client() as client, self._connected() as connection:
            store = database(client, database_name)
            try:
                await comparing.require_memory(store, service)
            except comparing.NothingRemembered:
                self.console.print(
                    f"The inbox of {service} is empty: the whole history would have its effects again, every "
                    f"mail among them. Restore its database from a backup first, then redeliver what came since."
                )
                return 1
            channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
            publisher, done = Publisher(channel, PUBLISH_SECONDS), 0
            parked = await self.parked_keys(service)
            since = self.now() - self._kept  # the inbox remembers no more, and the stream drops whole files
            async with aclosing(self._history(since, f"Redelivering to {service}")) as events:
                async for _ in comparing.redeliver(events, publisher, store, service, parked):
                    done += 1
        self.console.print(f"{done} redelivered.")
        if parked:
            self.console.print(f"What is parked for {service} stays there: {len(parked)} (parked list).")
        return 0

    @property
    def _kept(self) -> timedelta:
        return timedelta(days=self.settings.history_days)

    @asynccontextmanager
    async def _lot(self, service: str) -> AsyncIterator[ParkingLot]:
        async with self._connected() as connection, AsyncExitStack() as stack:
            with self._progress() as progress:
                task = progress.add_task("Taking in hand", total=None)
                lot = parking_lot(
                    connection,
                    queues_of(service),
                    PUBLISH_SECONDS,
                    lambda done, total: progress.update(task, completed=done, total=total),
                )
                taken = await stack.enter_async_context(lot)
            yield taken

    async def parked_keys(self, service: str) -> frozenset[str]:
        """Return what lies in a service's parking lot, as its inbox would know it."""
        async with self._lot(service) as lot:
            return frozenset(key for one in lot.parked if (key := one.event_key) is not None)

    async def _history(self, since: Since, words: str) -> AsyncGenerator[Passed, None]:
        """Give what lies in the history now, with a progress bar."""
        until = await history.end(self._connected)
        if until is None:
            return
        first: int | None = None
        with self._progress() as progress:
            task = progress.add_task(words, total=None)
            async for event in history.passed(self._connected, since, until):
                first = event.offset if first is None else first
                progress.update(task, completed=event.offset - first + 1, total=until - first + 1)
                yield event

    async def _ask(
        self, comparison: Comparing, client: Client, databases: Mapping[str, str]
    ) -> AsyncIterator[str]:
        for service, name in databases.items():
            await comparison.ask(service, database(client, name), await self.parked_keys(service))
            yield service

    async def _follow(self, items: AsyncIterator[Parked | str], words: str, total: int) -> int:
        """Go through work that gives each piece when it is done, with a progress bar; return how many."""
        done = 0
        with self._progress() as progress:
            task = progress.add_task(words, total=total)
            async for _ in items:
                done += 1
                progress.update(task, completed=done)
        return done

    def _progress(self) -> Progress:
        return Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self.aside,
            transient=True,
            disable=not self.aside.is_terminal,
        )

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AbstractConnection]:
        connection = await aio_pika.connect(self.settings.amqp_url, timeout=10)
        try:
            yield connection
        finally:
            await connection.close()

    @asynccontextmanager
    async def _database_client(self) -> AsyncIterator[Client]:
        client = connect(self.settings.mongo_url, timeout=10)
        try:
            yield client
        finally:
            client.close()

    def _say_none(self, service: str) -> int:
        self.console.print(f"There is no such parked message of {service}.")
        return 1

    def _print_json(self, content: Mapping[str, object]) -> None:
        self.console.print(
            json.dumps(content, ensure_ascii=False), soft_wrap=True, markup=False, highlight=False
        )

    def _tell(self, found: Comparison) -> None:
        self.console.print(f"{found.events} events in the history, {found.repeated} of them once more.")
        for service, keys in sorted(found.unpublished.items()):
            self._tell_of(f"{service}: marked as published and not in the history", keys)
        self._tell_of("in the history, and in no outbox", found.unknown)
        self._tell_of("with one body here and another there", found.altered)
        for service, keys in sorted(found.missed.items()):
            self._tell_of(f"{service}: reads it, and does not know it (missed, or on its way)", keys)
        for service, keys in sorted(found.parked.items()):
            self._tell_of(f"{service}: parked, for somebody to decide on (parked list)", keys)
        self.console.print("All tell the same." if found.agrees else "They do not tell the same.")

    def _tell_of(self, words: str, keys: Sequence[str]) -> None:
        if keys:
            some = ", ".join(keys[:SOME]) + (" …" if len(keys) > SOME else "")
            self.console.print(f"{len(keys)} {words}: {some}", soft_wrap=True, highlight=False)


async def _settle(store: Database, parked: Parked) -> None:
    if (key := parked.event_key) is not None:
        await inbox.settle(store, key, body_hash(parked.message.body))


def _table(groups: Sequence[Group]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for heading in ("", "Reason", "Type", "Place", "First", "Last", "Replayed"):
        table.add_column(heading, overflow="fold")
    for group in groups:
        cells = (group.reason, group.type, group.place, group.first_failed_at, group.last_failed_at)
        table.add_row(str(len(group.members)), *map(_plain, cells), str(group.replays))
    return table


def _plain(text: str) -> Text:
    """Show what anybody may have written as it is, whatever it would do to a terminal."""
    return Text("".join(one if one.isprintable() else "?" for one in text))


def _event(event: Passed) -> dict[str, object]:
    envelope = {name: value for name, value in asdict(event.envelope).items() if value is not None}
    return {
        "offset": event.offset,
        **envelope,
        "time": event.envelope.time.isoformat(),
        "data": _data(event.message.body),
    }


def _data(body: bytes) -> object:
    """Read a body; what is no JSON (anybody may publish) is shown as the text that it is."""
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
