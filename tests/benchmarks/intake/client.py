"""Applies over HTTP, the same for both sides."""

import json
import secrets
from collections.abc import Iterator

from tests.benchmarks.intake.task import Task
from tests.benchmarks.load import Request, burst
from tests.benchmarks.sides import Measured, serve
from tests.harness.intake import application, new_key


async def apply(task: Task) -> Measured:
    """Have so many new people apply."""
    written = [request.written() for request in applications(task.count)]
    return await burst(task.port, written, task.count, task.warm_up, task.connections)


def applications(count: int) -> Iterator[Request]:
    """Make applications by so many people."""
    run = secrets.token_hex(4)
    for number in range(count):
        made = application(contact__email=f"applicant-{run}-{number}@mail.example")
        body = json.dumps(made, ensure_ascii=False).encode()
        yield Request(path="/applications", body=body, headers=new_key())


if __name__ == "__main__":
    serve(Task, apply=apply)
