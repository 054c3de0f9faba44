"""What operators do on the command line: the parking lot, the history, the topology."""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import TypeVar

import aio_pika
from aio_pika.abc import AbstractConnection
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from shared.messaging import comparing, history, topology
from shared.messaging.parking import Group, ParkingLot, Wanted, content, parking_lot
from shared.messaging.topology import queues_of
from shared.settings import BackboneSettings
from shared.storage.client import connect, database

PUBLISH_SECONDS = 10.0
ItemT = TypeVar("ItemT")


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody at a terminal, with where the broker and the databases are."""

    settings: BackboneSettings
    console: Console
    confirm: Callable[[str], bool]
    """Asks before something is gone for good."""

    async def declare(self) -> int:
        """Declare the whole topology."""
        async with _connected(self.settings) as connection:
            channel = await connection.channel(publisher_confirms=False)
            await topology.declare(channel, self.settings.delays, self.settings.history_days)
        self.console.print("The whole topology is declared.")
        return 0

    async def list_parked(self, service: str) -> int:
        """Show a service's parked messages, grouped by reason, type and place."""
        async with self._lot(service) as lot:
            if not lot.parked:
                self.console.print(f"Nothing is parked for {service}.")
                return 0
            self.console.print(_table(lot.groups()))
        return 0

    async def show_parked(self, service: str, wanted: Wanted) -> int:
        """Show parked messages whole, one JSON object each."""
        async with self._lot(service) as lot:
            for one in lot.chosen(wanted):
                self._print_json(content(one))
        return 0

    async def replay_parked(self, service: str, wanted: Wanted) -> int:
        """Have parked messages tried again, and behind them what waits for something that had not come."""
        async with self._lot(service) as lot:
            chosen = lot.with_waiting(lot.chosen(wanted)) if lot.chosen(wanted) else []
            done = await self._follow(lot.replay(chosen), "Replaying", len(chosen))
        self.console.print(f"{done} replayed.")
        return 0 if done else 1

    async def drop_parked(self, service: str, wanted: Wanted) -> int:
        """Remove parked messages for good, once somebody has said yes."""
        async with self._lot(service) as lot:
            chosen = lot.chosen(wanted)
            if not chosen:
                self.console.print("There is no such parked message.")
                return 1
            if not self.confirm(
                f"Drop {len(chosen)} of {service} for good? What they say will never take effect."
            ):
                self.console.print("Nothing was dropped.")
                return 1
            done = await self._follow(lot.drop(chosen), "Dropping", len(chosen))
        self.console.print(f"{done} dropped.")
        return 0

    async def read_history(self, since: history.Since, types: Sequence[str], *, follow: bool) -> int:
        """Print events of the history, one JSON object each, oldest first."""
        async with _connected(self.settings) as connection:
            channel = await connection.channel(publisher_confirms=False)
            async for event in history.passed(channel, since, None if follow else history.QUIET):
                if not types or event.envelope.type.rpartition(".v")[0] in types:
                    self._print_json(_event(event))
        return 0

    async def check_history(self, databases: Mapping[str, str]) -> int:
        """Compare the history with the outboxes and inboxes of these databases (by service)."""
        client = connect(self.settings.mongo_url, timeout=10)
        stores = {service: database(client, name) for service, name in databases.items()}
        try:
            async with _connected(self.settings) as connection:
                with self.console.status("Reading the history, the outboxes and the inboxes"):
                    found = await comparing.compare(connection, stores)
        finally:
            client.close()
        self._tell(found)
        return 0 if found.agrees else 1

    async def redeliver(self, service: str, database_name: str) -> int:
        """Put onto a service's queue what the history has for it and its inbox does not know."""
        client = connect(self.settings.mongo_url, timeout=10)
        try:
            async with _connected(self.settings) as connection:
                store = database(client, database_name)
                sent = comparing.redeliver(connection, store, service, PUBLISH_SECONDS)
                done = await self._follow(sent, f"Redelivering to {service}", None)
        except comparing.NothingRemembered:
            self.console.print(
                f"The inbox of {service} is empty: the whole history would have its effects again, every mail "
                f"among them. Restore its database from a backup first, then redeliver what came since."
            )
            return 1
        finally:
            client.close()
        self.console.print(f"{done} redelivered.")
        return 0

    @asynccontextmanager
    async def _lot(self, service: str) -> AsyncIterator[ParkingLot]:
        async with (
            _connected(self.settings) as connection,
            parking_lot(connection, queues_of(service), PUBLISH_SECONDS) as lot,
        ):
            yield lot

    async def _follow(self, items: AsyncIterator[ItemT], words: str, total: int | None) -> int:
        """Go through work that gives each piece when it is done, with a progress bar; return how many."""
        done = 0
        with Progress(console=self.console, transient=True) as progress:
            task = progress.add_task(words, total=total)
            async for _ in items:
                done += 1
                progress.update(task, completed=done)
        return done

    def _print_json(self, content: Mapping[str, object]) -> None:
        self.console.print(
            json.dumps(content, ensure_ascii=False), soft_wrap=True, markup=False, highlight=False
        )

    def _tell(self, found: comparing.Comparison) -> None:
        self.console.print(f"{found.events} events in the history, {found.repeated} of them once more.")
        for service, keys in sorted(found.unpublished.items()):
            self._tell_of(f"{service}: marked as published and not in the history", keys)
        self._tell_of("in the history, and in no outbox", found.unknown)
        for service, keys in sorted(found.missed.items()):
            self._tell_of(f"{service}: reads it, and does not know it", keys)
        self.console.print("All tell the same." if found.agrees else "They do not tell the same.")

    def _tell_of(self, words: str, keys: Sequence[str]) -> None:
        if keys:
            some = ", ".join(keys[:3]) + (" …" if len(keys) > 3 else "")  # noqa: PLR2004
            self.console.print(f"{len(keys)} {words}: {some}", soft_wrap=True, highlight=False)


@asynccontextmanager
async def _connected(settings: BackboneSettings) -> AsyncIterator[AbstractConnection]:
    connection = await aio_pika.connect(settings.amqp_url, timeout=10)
    try:
        yield connection
    finally:
        await connection.close()


def _table(groups: Sequence[Group]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for heading in ("", "Reason", "Type", "Place", "First", "Last", "Replayed"):
        table.add_column(heading, overflow="fold")
    for group in groups:
        table.add_row(
            str(len(group.members)),
            group.reason,
            group.type,
            group.place,
            group.first_failed_at,
            group.last_failed_at,
            str(group.replays),
        )
    return table


def _event(event: history.Passed) -> dict[str, object]:
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
