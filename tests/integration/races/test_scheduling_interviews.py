"""Interviews: two things that meet in one visit, one match, one calendar."""

from collections.abc import Sequence
from itertools import pairwise

import pytest

from services.scheduling.domain.candidates import Match
from services.scheduling.domain.interviews import Interview
from services.scheduling.domain.rooms import Room
from services.scheduling.store import interviews, matches, rooms
from shared.events import Event, MatchAccepted, PositionClosed
from shared.events.examples import EXAMPLES
from shared.events.ids import RoomId
from shared.ids import new
from shared.storage.unit import UnitOfWork
from tests.integration.races.acts import DONE, posts, takes_in
from tests.integration.races.replicas import Replicas
from tests.integration.races.scheduling_scenes import (
    ENDINGS,
    applicant,
    booked,
    cancels,
    closes,
    employer,
    leaves,
    matched,
    over,
    visit_ahead,
)
from tests.integration.races.stays import Stay, a_day_passes, coming, free, tomorrow


async def planned(scheduling: Replicas, stay: Stay) -> Interview:
    """Plan the interview of a stay."""
    await scheduling.first.do_all(stay.plans)
    (interview,) = await scheduling.find(interviews, match_id=stay.match.match_id)
    return interview


async def nothing_lies_ahead(scheduling: Replicas, stay: Stay) -> None:
    """Check that an interview that was planned was called off once, and that everybody is free again."""
    for interview in await scheduling.find(interviews, match_id=stay.match.match_id):
        assert interview.state == "cancelled"
        assert await scheduling.told(interview.interview_id) == ["interview-scheduled", "interview-cancelled"]
    assert await free(scheduling, stay.one.id, stay.wanted.firm_id)


async def test_a_visit_that_is_planned_twice_at_once_has_one_interview_for_a_match(
    scheduling: Replicas,
) -> None:
    async for meet, stay in scheduling.rounds(coming):
        assert await meet(stay.plans, stay.plans) == (DONE, DONE)
        (interview,) = await scheduling.find(interviews, match_id=stay.match.match_id)
        assert await scheduling.told(interview.interview_id) == ["interview-scheduled"]


async def test_two_visits_that_are_planned_at_once_share_a_firm_and_a_room_at_no_time(
    scheduling: Replicas,
) -> None:
    async def scene(unit: UnitOfWork) -> tuple[Stay, Stay]:
        first = await coming(unit)
        visit, one = visit_ahead(unit), applicant(unit)
        await booked(unit, visit, one)
        if not await unit.find(rooms):
            unit.save(rooms, Room(room_id=new(RoomId), name="会議室1", seats=4))
        return first, Stay(visit, one, first.wanted, matched(unit, one, first.wanted))

    async for meet, (one, other) in scheduling.rounds(scene):
        assert await meet(one.plans, other.plans) == (DONE, DONE)
        found = await scheduling.find(interviews, firm_id=one.wanted.firm_id)
        assert len(found) == 2
        assert not _overlap(found)
    assert not _overlap([each for each in await scheduling.find(interviews) if each.room_id is not None])


def _overlap(found: Sequence[Interview]) -> bool:
    return any(
        one.ends_at > next_.starts_at
        for one, next_ in pairwise(sorted(found, key=lambda each: each.starts_at))
    )


@pytest.mark.parametrize("ending", ENDINGS)
async def test_nothing_is_planned_for_who_leaves_meanwhile(scheduling: Replicas, ending: type[Event]) -> None:
    async for meet, stay in scheduling.rounds(coming, among=3):
        assert await meet(stay.plans, leaves(ending, stay.one)) == (DONE, DONE)
        await nothing_lies_ahead(scheduling, stay)


async def test_nothing_is_planned_for_a_match_that_ends_meanwhile(scheduling: Replicas) -> None:
    async for meet, stay in scheduling.rounds(coming):
        assert await meet(stay.plans, stay.ends) == (DONE, DONE)
        await nothing_lies_ahead(scheduling, stay)


async def test_nothing_is_planned_for_who_gives_the_seat_up_meanwhile(scheduling: Replicas) -> None:
    async for meet, stay in scheduling.rounds(coming):
        assert await meet(stay.plans, cancels(stay.visit, stay.one)) == (DONE, DONE)
        await nothing_lies_ahead(scheduling, stay)


async def test_nothing_is_planned_on_a_visit_that_closes_meanwhile(scheduling: Replicas) -> None:
    async for meet, stay in scheduling.rounds(coming):
        said, closed = await meet(stay.plans, closes(stay.visit))
        assert (said in {DONE, "wrong-state"}, closed) == (True, DONE)
        await nothing_lies_ahead(scheduling, stay)


async def test_nothing_is_planned_on_a_visit_that_ends_early_meanwhile(scheduling: Replicas) -> None:
    async for meet, stay in scheduling.rounds(tomorrow):
        a_day_passes(scheduling)
        said, closed = await meet(stay.plans, closes(stay.visit))
        assert (said in {DONE, "wrong-state"}, closed) == (True, DONE)
        await nothing_lies_ahead(scheduling, stay)


async def test_what_is_planned_for_a_position_that_closes_meanwhile_is_off_when_its_match_ends(
    scheduling: Replicas,
) -> None:
    async for meet, stay in scheduling.rounds(coming):
        given = {"position_id": stay.wanted.position_id, "firm_id": stay.wanted.firm_id}
        closed = takes_in(EXAMPLES[PositionClosed].model_copy(update=given), sequence=2)
        assert await meet(stay.plans, closed) == (DONE, DONE)
        await scheduling.first.do_all(stay.ends)
        await nothing_lies_ahead(scheduling, stay)


async def test_a_match_that_ends_before_it_has_come_never_begins(scheduling: Replicas) -> None:
    async for meet, stay in scheduling.rounds(coming):
        again = Stay(stay.visit, stay.one, stay.wanted, matched_again(stay))
        given = {**_of(again), "by": "firm", "complete": True}
        accepted = takes_in(EXAMPLES[MatchAccepted].model_copy(update=given))
        assert await meet(accepted, again.ends) == (DONE, DONE)
        assert (await scheduling.get(matches, again.match.match_id)).state == "ended"


def matched_again(stay: Stay) -> Match:
    """Make a match that nobody has heard of."""
    return Match(
        **{
            **{
                name: getattr(stay.match, name)
                for name in ("candidate_id", "position_id", "firm_id", "state")
            },
            "match_id": new(type(stay.match.match_id)),
        }
    )


def _of(stay: Stay) -> dict[str, str]:
    return {
        "match_id": stay.match.match_id,
        "candidate_id": stay.one.id,
        "position_id": stay.wanted.position_id,
        "firm_id": stay.wanted.firm_id,
    }


@pytest.mark.parametrize("other", ["firm", "match", "seat", "visit", *ENDINGS])
async def test_an_interview_is_called_off_once(scheduling: Replicas, other: object) -> None:
    async for meet, stay in scheduling.rounds(coming, among=2):
        interview = await planned(scheduling, stay)
        path = f"/interviews/{interview.interview_id}/cancellation"
        others = {
            "firm": posts(path, firm=stay.wanted.firm_id),
            "match": stay.ends,
            "seat": cancels(stay.visit, stay.one),
            "visit": closes(stay.visit),
        }
        act = leaves(other, stay.one) if isinstance(other, type) else others[str(other)]
        assert await meet(posts(path, candidate=stay.one.id), act) == (DONE, DONE)
        await nothing_lies_ahead(scheduling, stay)


async def test_of_two_words_on_an_interview_the_first_one_holds(scheduling: Replicas) -> None:
    async def scene(unit: UnitOfWork) -> Interview:
        return over(unit, applicant(unit), employer(unit))

    async for meet, interview in scheduling.rounds(scene):
        path = f"/interviews/{interview.interview_id}/outcome"
        said = await meet(
            posts(path, {"outcome": "offer"}, firm=interview.firm_id), posts(path, {"outcome": "no"})
        )
        assert sorted(said) == [DONE, "wrong-state"]
        outcome = (await scheduling.get(interviews, interview.interview_id)).outcome
        assert outcome == ("offer" if said[0] == DONE else "no")
        assert await scheduling.told(interview.interview_id) == ["interview-held"]


async def test_of_two_rooms_of_one_name_one_is_added(scheduling: Replicas) -> None:
    async def scene(unit: UnitOfWork) -> str:
        return unit.new_id(RoomId)

    async for meet, name in scheduling.rounds(scene):
        body = {"name": name, "seats": 4}
        assert sorted(await meet(posts("/rooms", body), posts("/rooms", body))) == [DONE, "name-taken"]
