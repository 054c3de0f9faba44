"""From the answer to an application to its confirmation at the SMTP server, which is in this very process."""

import asyncio
import re
import time
from functools import partial

from tests.benchmarks.intake.client import applications
from tests.benchmarks.latency.task import Spread, Task
from tests.benchmarks.load import Connection, Pool, Request, at_a_pace
from tests.benchmarks.sides import serve

CONNECTIONS = 16
LONGEST = 60.0
"""Seconds for the last mail."""
_address = re.compile(rb"contact.*?\"email\": \"([^\"]+)\"", re.DOTALL)
_recipient = re.compile(rb"<([^>]+)>")


class Arrivals:
    """When each address got its first mail."""

    def __init__(self) -> None:
        self.times: dict[str, float] = {}
        self.changed = asyncio.Event()

    def note(self, addresses: list[str]) -> None:
        """Note a mail that has arrived."""
        for address in addresses:
            self.times.setdefault(address, time.perf_counter())
        self.changed.set()

    async def all_of(self, addresses: set[str]) -> None:
        """Return when each of them has got one."""
        while addresses - self.times.keys():
            self.changed.clear()
            await self.changed.wait()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak as much SMTP as a client needs."""
        writer.write(b"220 bench\r\n")
        recipients: list[str] = []
        while line := await reader.readline():
            command = line[:4].upper()
            if command == b"RCPT":
                recipients += [found.decode() for found in _recipient.findall(line)]
            if command == b"DATA":
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                self.note(recipients)
                recipients = []
            writer.write(b"221 bye\r\n" if command == b"QUIT" else b"250 yes\r\n")
        writer.close()


async def apply(task: Task) -> Spread:
    """Have people apply at the pace, and wait for all mails."""
    arrivals, answered = Arrivals(), dict[str, float]()
    server = await asyncio.start_server(arrivals.take, "127.0.0.1", task.smtp_port)
    pool = Pool([await Connection.open(task.intake_port) for _ in range(CONNECTIONS)])

    async def one(request: Request) -> None:
        at, _ = await pool.send(request.written(), expected=201)
        answered[_address_in(request)] = at

    await at_a_pace([partial(one, request) for request in applications(task.count)], task.per_second)
    async with asyncio.timeout(LONGEST):
        await arrivals.all_of(set(answered))
    server.close()
    measured = sorted(answered, key=answered.__getitem__)[task.warm_up :]
    return Spread.of([arrivals.times[address] - answered[address] for address in measured])


def _address_in(request: Request) -> str:
    found = _address.search(request.body)
    assert found is not None
    return found[1].decode()


if __name__ == "__main__":
    serve(Task, apply=apply)
