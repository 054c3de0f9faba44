"""Showcases: two things that meet in one team, one visit, one calendar."""

from itertools import pairwise

import pytest

from services.scheduling.store import calendar, showcases
from shared.events import Event
from tests.integration.races.acts import DONE, posts
from tests.integration.races.replicas import Act, Replicas
from tests.integration.races.scheduling_scenes import (
    ENDINGS,
    cancels,
    closes,
    leaves,
)
from tests.integration.races.stays import Stay, a_day_passes, coming, free, tomorrow


@pytest.mark.parametrize("ending", [None, *ENDINGS])
@pytest.mark.parametrize("before", ["new", "joined", "out of the team"])
async def test_nobody_is_in_a_team_who_gives_the_seat_up_or_leaves_meanwhile(
    scheduling: Replicas, ending: type[Event] | None, before: str
) -> None:
    async for meet, stay in scheduling.rounds(coming, among=4):
        await scheduling.first.do_all(*_joined(stay, before))
        act = cancels(stay.visit, stay.one) if ending is None else leaves(ending, stay.one)
        said, _ = await meet(stay.demo_day(14), act)
        assert said in {DONE, "not-booked"}
        for showcase in await scheduling.find(showcases, visit_id=stay.visit.visit_id):
            assert showcase.candidate_ids == ()
        assert await free(scheduling, stay.one.id)


def _joined(stay: Stay, before: str) -> list[Act]:
    if before == "new":
        return []
    return [stay.demo_day(), *([stay.demo_day(members=())] if before == "out of the team" else [])]


async def test_who_has_come_is_in_no_team_after_leaving_meanwhile(scheduling: Replicas) -> None:
    async for meet, stay in scheduling.rounds(tomorrow):
        await scheduling.first.do_all(*_joined(stay, "out of the team"))
        a_day_passes(scheduling)
        attended = posts(f"/visits/{stay.visit.visit_id}/seats/{stay.one.id}/attendance")
        await scheduling.first.do_all(attended)
        said, _ = await meet(stay.demo_day(14), leaves(ENDINGS[0], stay.one))
        assert said in {DONE, "not-booked"}
        (showcase,) = await scheduling.find(showcases, visit_id=stay.visit.visit_id)
        assert showcase.candidate_ids == ()


async def test_a_demo_day_that_is_set_twice_at_once_takes_one_time(scheduling: Replicas) -> None:
    async for meet, stay in scheduling.rounds(coming):
        assert await meet(stay.demo_day(10), stay.demo_day(14)) == (DONE, DONE)
        (showcase,) = await scheduling.find(showcases, visit_id=stay.visit.visit_id)
        days = await scheduling.find(calendar, who=stay.one.id)
        assert [busy.starts_at for day in days for busy in day.busy] == [showcase.starts_at]
        assert await scheduling.told(showcase.showcase_id) == ["showcase-scheduled"] * 2


async def test_a_demo_day_and_interviews_that_are_planned_at_once_do_not_overlap(
    scheduling: Replicas,
) -> None:
    async for meet, stay in scheduling.rounds(coming):
        said, plan = await meet(stay.demo_day(), stay.plans)
        assert (said in {DONE, "busy"}, plan) == (True, DONE)
        for day in await scheduling.find(calendar, who=stay.one.id):
            assert all(one.ends_at <= other.starts_at for one, other in pairwise(day.busy))


async def test_of_a_visit_that_closes_no_demo_day_lies_ahead(scheduling: Replicas) -> None:
    async for meet, stay in scheduling.rounds(coming):
        said, closed = await meet(stay.demo_day(), closes(stay.visit))
        assert (said in {DONE, "wrong-state", "not-booked"}, closed) == (True, DONE)
        assert all(
            one.state == "cancelled" for one in await scheduling.find(showcases, visit_id=stay.visit.visit_id)
        )
        assert await free(scheduling, stay.one.id)
