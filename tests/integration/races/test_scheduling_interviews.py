"""Interviews and showcases: two things that meet in one visit, one match, one calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise

import pytest

from services.scheduling.domain.candidates import Match, Position
from services.scheduling.domain.interviews import Interview
from services.scheduling.domain.rooms import Room
from services.scheduling.domain.visits import Visit
from services.scheduling.store import calendar, interviews, matches, rooms, showcases
from shared.events import Event, MatchAccepted, MatchDeclined, PositionClosed
from shared.events.examples import EXAMPLES
from shared.events.ids import RoomId
from shared.ids import new
from shared.storage.collection import In
from shared.storage.unit import UnitOfWork
from tests.integration.races.acts import DONE, posts, sends, takes_in
from tests.integration.races.replicas import Act, Replicas
from tests.integration.races.scheduling_scenes import (
    ENDINGS,
    Applicant,
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
from tests.unit.scheduling.builders import IZUMO


@dataclass(frozen=True)
class Stay:
    """A candidate who comes on a visit, and has a match."""

    visit: Visit
    one: Applicant
    wanted: Position
    match: Match

    @property
    def plans(self) -> Act:
        """Staff plan the visit's interviews."""
        return posts(f"/visits/{self.visit.visit_id}/plan")

    @property
    def ends(self) -> Act:
        """The match ends."""
        given = {"match_id": self.match.match_id, "candidate_id": self.one.id, "by": "firm"}
        return takes_in(EXAMPLES[MatchDeclined].model_copy(update=given), sequence=2)

    def demo_day(self, hour: int = 10, members: Sequence[Applicant] | None = None) -> Act:
        """Staff set the demo day, on the visit's second day."""
        starts_at = datetime.combine(self.visit.starts_on + timedelta(days=1), time(hour), IZUMO)
        who = (self.one,) if members is None else members
        team = {"team": "A", "theme": "B", "candidate_ids": [one.id for one in who], "firm_ids": []}
        body = {
            "starts_at": starts_at.isoformat(),
            "ends_at": (starts_at + timedelta(hours=1)).isoformat(),
            "place": "市役所",
            "teams": [team],
        }
        return sends("PUT", f"/visits/{self.visit.visit_id}/showcase", body)


async def coming(unit: UnitOfWork) -> Stay:
    """Put a candidate there who comes on a visit and has a match, with nothing planned."""
    visit, one, wanted = visit_ahead(unit), applicant(unit), employer(unit)
    await booked(unit, visit, one)
    return Stay(visit, one, wanted, matched(unit, one, wanted))


async def planned(scheduling: Replicas, stay: Stay) -> Interview:
    """Plan the interview of a stay."""
    await scheduling.first.do_all(stay.plans)
    (interview,) = await scheduling.find(interviews, match_id=stay.match.match_id)
    return interview


async def free(scheduling: Replicas, *everyone: str) -> bool:
    """Say whether none of them has anything in their calendar."""
    return not any(day.busy for day in await scheduling.find(calendar, who=In(everyone)))


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
    async for meet, stay in scheduling.rounds(coming):
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
    async for meet, stay in scheduling.rounds(coming):
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


@pytest.mark.parametrize("ending", [None, *ENDINGS])
@pytest.mark.parametrize("before", ["new", "joined", "out of the team"])
async def test_nobody_is_in_a_team_who_gives_the_seat_up_or_leaves_meanwhile(
    scheduling: Replicas, ending: type[Event] | None, before: str
) -> None:
    async for meet, stay in scheduling.rounds(coming):
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
    async def scene(unit: UnitOfWork) -> Stay:
        visit, one, wanted = visit_ahead(unit, days=1), applicant(unit), employer(unit)
        await booked(unit, visit, one)
        return Stay(visit, one, wanted, matched(unit, one, wanted))

    async for meet, stay in scheduling.rounds(scene):
        await scheduling.first.do_all(*_joined(stay, "out of the team"))
        for replica in (scheduling.first, scheduling.second):
            replica.process.clock.move(replica.process.clock.offset + timedelta(days=1))
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


async def test_of_two_rooms_of_one_name_one_is_added(scheduling: Replicas) -> None:
    async def scene(unit: UnitOfWork) -> str:
        return unit.new_id(RoomId)

    async for meet, name in scheduling.rounds(scene):
        body = {"name": name, "seats": 4}
        assert sorted(await meet(posts("/rooms", body), posts("/rooms", body))) == [DONE, "name-taken"]
