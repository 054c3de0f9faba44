"""Idempotency-Key, below HTTP: each key once, whoever sends it again and when."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from pydantic import BaseModel

from shared.service import Process
from shared.storage.unit import UnitOfWork
from shared.web.idempotency import Once, Reply, RequestKey, hashed
from shared.web.problems import Conflict, KeyReused, StillAtWork
from tests.integration.backbone.toy import Toy, add_one, totals

MakeProcess = Callable[..., Awaitable[Process]]


class Wish(BaseModel):
    text: str = "one"


class Given(BaseModel):
    number: int


async def give(unit: UnitOfWork) -> Reply:
    return Reply(201, Given(number=await add_one(unit)))


def key_of(text: str) -> RequestKey:
    return RequestKey(hashed("POST", "/wishes", text), "", secret=text)


async def count(process: Process) -> int:
    total = await process.documents.get(totals, "all")
    return 0 if total is None else total.count


async def test_the_same_key_gets_the_same_answer_and_does_it_once(
    quiet: Process, make_process: MakeProcess, toy: Toy
) -> None:
    once = Once(quiet.commands)
    first = await once.run(key_of("a"), Wish(), give)
    again = await once.run(key_of("a"), Wish(), give)
    elsewhere = await Once((await make_process(toy)).commands).run(key_of("a"), Wish(), give)
    other = await once.run(key_of("b"), Wish(), give)
    assert (first.status_code, first.body) == (201, b'{"number":1}')
    assert first.body == again.body == elsewhere.body
    assert other.body == b'{"number":2}'
    assert await count(quiet) == 2


async def test_the_same_key_with_another_body_is_refused(quiet: Process) -> None:
    once = Once(quiet.commands)
    await once.run(key_of("a"), Wish(), give)
    with pytest.raises(KeyReused):
        await once.run(key_of("a"), Wish(text="two"), give)
    assert await count(quiet) == 1


async def test_the_same_key_twice_at_once_is_done_once_and_the_second_is_told(quiet: Process) -> None:
    once = Once(quiet.commands)
    answers = await asyncio.gather(
        *(once.run(key_of("a"), Wish(), give) for _ in range(5)), return_exceptions=True
    )
    assert [type(answer) for answer in answers].count(StillAtWork) == 4
    assert await count(quiet) == 1


async def test_the_same_key_at_two_processes_at_once_is_done_once(
    quiet: Process, make_process: MakeProcess, toy: Toy
) -> None:
    other = await make_process(toy)
    both = [Once(process.commands) for process in (quiet, other)]
    for n in range(10):
        answers = await asyncio.gather(*(once.run(key_of(str(n)), Wish(), give) for once in both))
        assert answers[0].body == answers[1].body
    assert await count(quiet) == 10


async def test_a_problem_that_was_raised_is_not_remembered_and_one_that_was_replied_is(
    quiet: Process,
) -> None:
    async def refuse(unit: UnitOfWork) -> Reply:
        await add_one(unit)
        raise Conflict("not now")

    async def reply_refusal(unit: UnitOfWork) -> Reply:
        await add_one(unit)
        return Reply(409, Conflict("closed"))

    once = Once(quiet.commands)
    with pytest.raises(Conflict):
        await once.run(key_of("a"), Wish(), refuse)
    assert await count(quiet) == 0
    assert (await once.run(key_of("a"), Wish(), reply_refusal)).status_code == 409
    kept = await once.run(key_of("a"), Wish(), give)
    assert (kept.status_code, kept.media_type) == (409, "application/problem+json")
    assert await count(quiet) == 1


async def test_who_goes_away_and_comes_again_gets_the_answer(quiet: Process) -> None:
    once = Once(quiet.commands)
    caller = asyncio.create_task(once.run(key_of("a"), Wish(), give))
    await asyncio.sleep(0)  # it has asked, and nothing is committed yet
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    answer = await once.run(key_of("a"), Wish(), give)
    assert answer.body == b'{"number":1}'
    assert await count(quiet) == 1
