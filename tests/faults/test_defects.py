"""The checker catches what it is there for: four mistakes, each provoked, and the same provoked without it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local.finder import Parts
from tests.faults.checker.verdict import Promise
from tests.faults.defects import acknowledgement, headcount, inbox, relay
from tests.faults.defects.stage import Stage, staged


@pytest.fixture(scope="module")
async def stage(nodes: Parts, run_folder: Path) -> AsyncIterator[Stage]:
    async with staged(nodes, run_folder / "defects") as stage:
        yield stage


async def caught(stage: Stage, promise: Promise) -> list[str]:
    """What the checker newly says of a promise."""
    return [one.text for one in await stage.news() if one.promise == promise]


async def deliver_a_proposal_twice(stage: Stage) -> str:
    await stage.open_position()
    one = await stage.apply_and_be_shortlisted()
    await stage.world.rest()
    await stage.deliver_again("match-proposed", one.candidate_id, "notifications.events")
    return one.candidate_id


async def test_an_inbox_that_nobody_asks_is_caught(stage: Stage) -> None:
    await deliver_a_proposal_twice(stage)
    assert await stage.news() == []

    stage.switches("notifications").turn_on(inbox.NAME)
    candidate_id = await deliver_a_proposal_twice(stage)
    found = await caught(stage, "duplicated")
    stage.switches("notifications").turn_off(inbox.NAME)
    assert any(f"proposals to {candidate_id}: told" in text for text in found)


async def test_a_relay_that_marks_before_it_publishes_is_caught(stage: Stage) -> None:
    stage.switches("intake").turn_on(relay.MISHAP)
    await stage.apply_while_it_dies("intake")
    assert await stage.news() == []

    stage.switches("intake").turn_on(relay.NAME)
    stage.switches("intake").turn_on(relay.MISHAP)
    one = await stage.apply_while_it_dies("intake")
    stage.switches("intake").turn_off(relay.NAME)
    found = await caught(stage, "lost")
    assert any(one.candidate_id in text and "not in the history" in text for text in found)


async def test_an_acknowledgement_before_the_commit_is_caught(stage: Stage) -> None:
    stage.switches("scheduling").turn_on(acknowledgement.MISHAP)
    await stage.apply_while_it_dies("scheduling")
    assert await stage.news() == []

    stage.switches("scheduling").turn_on(acknowledgement.NAME)
    stage.switches("scheduling").turn_on(acknowledgement.MISHAP)
    one = await stage.apply_while_it_dies("scheduling")
    stage.switches("scheduling").turn_off(acknowledgement.NAME)
    found = await caught(stage, "lost")
    assert any("scheduling has never handled candidate-applied" in text for text in found)
    assert any(one.candidate_id in text and "no effect in scheduling" in text for text in found)


async def test_a_headcount_that_is_only_read_is_caught(stage: Stage) -> None:
    stage.switches("matching").turn_on(headcount.SKIPPING)
    position = await stage.open_position()
    matches = await stage.make_matches(position, 2)
    stage.switches("matching").turn_on(headcount.MEETING)
    assert sorted(await stage.offer_at_once(position, matches)) == [201, 409]
    assert await stage.news() == []

    stage.switches("matching").turn_off(headcount.MEETING)
    position = await stage.open_position()
    matches = await stage.make_matches(position, 2)
    stage.switches("matching").turn_on(headcount.NAME)
    stage.switches("matching").turn_on(headcount.MEETING)
    assert await stage.offer_at_once(position, matches) == [201, 201]
    stage.switches("matching").turn_off(headcount.NAME)
    found = await caught(stage, "double_booked")
    assert f"position {position['position_id']} has room for 1, and 2 have it" in found
