"""Whatever lies on its queue, a service does not fall over, loses nothing, and says of each bad message what is wrong with it.

What went wrong is printed as Python: ``from tests.contract.fuzzing.amqp import *``, and ``await publish(url, [that])`` sends it again.
"""

import io
import json
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aio_pika
import pytest
from aio_pika.abc import AbstractConnection
from joserfc.jwk import ECKey
from rich.console import Console

from deploy.local.environment import SERVICES
from deploy.local.finder import Parts
from shared.messaging.history import end, passed
from shared.messaging.operating import Operator
from shared.messaging.parking import Wanted
from shared.settings import BackboneSettings
from tests.contract.fuzzing import contacts
from tests.contract.fuzzing.accounts import Account
from tests.contract.fuzzing.amqp import Message, publish, taken_from
from tests.contract.fuzzing.arenas import Arena, arena
from tests.contract.fuzzing.drawing import Junk, drawn
from tests.contract.fuzzing.oracle import Fate, fates
from tests.contract.fuzzing.storm import read_by

EVENTS = int(os.environ.get("FUZZ", "10000"))
PRIVATE, FEW = 1_000, 200
SHOWN = 20
TROUBLES = frozenset({"broker away", "database away", "batch split"})
"""What a service says when it is in trouble, and not a message."""


@pytest.fixture(scope="module")
def junk() -> Junk:
    """What hypothesis draws, once for all services."""
    return drawn(400)


@pytest.mark.parametrize("service", SERVICES)
async def test_ten_thousand_events_end_where_they_should(
    service: str, junk: Junk, nodes: Parts, run_folder: Path
) -> None:
    async with arena(service, nodes, run_folder, junk) as made:
        messages = made.storm.messages(EVENTS)
        expected = fates(messages, made.world, read_by(service), made.storm.soon)
        await _settled(made, messages, expected, f"{service}.parked")


async def test_private_messages_end_where_they_should(junk: Junk, nodes: Parts, run_folder: Path) -> None:
    async with arena("notifications", nodes, run_folder, junk) as made:
        key = json.loads((made.run.keys_folder / "notifications.pub.json").read_text(encoding="utf-8"))
        sealed = contacts.Whispers(ECKey.import_key(key), junk).sealed(PRIVATE)
        messages = [one.message for one in sealed]
        await _settled(made, messages, contacts.fates(sealed), f"{contacts.QUEUE}.parked")


async def test_operators_and_readers_of_the_history_get_past_what_no_library_decodes(
    junk: Junk, nodes: Parts, run_folder: Path
) -> None:
    async with arena("matching", nodes, run_folder, junk) as made:
        messages = made.storm.messages(FEW)
        expected = fates(messages, made.world, read_by("matching"), made.storm.soon)
        await publish(made.run.amqp_url, messages)
        await made.rest()
        settings = BackboneSettings(amqp_url=made.run.amqp_url, mongo_url=made.run.mongo_url)
        operator = Operator(settings, Console(file=io.StringIO()), lambda _: True)
        assert await operator.list_parked("matching") == 0
        assert await operator.show_parked("matching", Wanted()) == 0

        @asynccontextmanager
        async def connect() -> AsyncIterator[AbstractConnection]:
            async with await aio_pika.connect(made.run.amqp_url) as connection:
                yield connection

        told = {str(one.envelope.id) async for one in passed(connect, "first", await end(connect))}
        good = {
            str(fate.inbox_key).rpartition(":")[2]
            for message, fate in zip(messages, expected, strict=True)
            if fate.inbox_key and message.exchange
        }
        assert good <= told


async def _settled(made: Arena, messages: Sequence[Message], expected: Sequence[Fate], parked: str) -> None:
    """Publish messages, and see that each comes to its end, and that the service is as well as before."""
    known = await made.inbox()
    await publish(made.run.amqp_url, messages)
    await made.rest()
    account = Account(messages, {key: one for key, one in (await made.inbox()).items() if key not in known})
    account.add_parked(await taken_from(made.run.amqp_url, parked))
    wrongs = account.wrongs(expected)
    summary = f"{len(wrongs)} of {len(messages)} went wrong: {account.summary()}\n"
    assert not wrongs, summary + "\n".join(wrongs[:SHOWN])
    assert not account.strangers
    assert not account.unexpected(expected)
    await _still_works(made)
    assert not list(_troubles(made.run.log_of(made.service)))


async def _still_works(made: Arena) -> None:
    """Have one more good event taken in, by the same process as ever."""
    good = made.sure()
    before = await made.inbox()
    await publish(made.run.amqp_url, [good])
    await made.rest()
    (remembered,) = (await made.inbox()).keys() - before.keys()
    assert remembered.endswith(str(good.message_id))
    assert made.run.processes.is_alive(made.service)


def _troubles(log: Path) -> Iterator[str]:
    """Give every line of the log that says that something is wrong with the service, and not with a message."""
    for line in log.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        if told["level"] in {"error", "critical"} or told["event"] in TROUBLES:
            yield line[:2000]
