"""Seats: two things that meet in one seat, one visit, one candidate."""

from datetime import timedelta

import pytest

from services.scheduling.domain.due import SEAT_EXPIRES, VISIT_STEP_DUE, step_key
from services.scheduling.domain.visits import Seat, Visit, seat_id
from services.scheduling.store import candidates, seats
from shared.events import CandidateWithdrawn, Event
from shared.storage.unit import UnitOfWork
from tests.integration.races.acts import DONE, lets_fall_due, posts
from tests.integration.races.replicas import OFTEN, Replicas
from tests.integration.races.scheduling_scenes import (
    ENDINGS,
    Applicant,
    accepts,
    applicant,
    booked,
    cancels,
    closes,
    declines,
    invited,
    invites,
    leaves,
    right,
    seat_path,
    visit_ahead,
)


async def offered_and_waiting(unit: UnitOfWork) -> tuple[Visit, Applicant, Applicant]:
    """Offer the only seat of a visit to one; another one waits."""
    visit, one, other = visit_ahead(unit), applicant(unit), applicant(unit)
    await invited(unit, visit, one, other)
    return visit, one, other


async def booked_and_waiting(unit: UnitOfWork) -> tuple[Visit, Applicant, Applicant]:
    """Give the only seat of a visit to one; another one waits."""
    visit, one, other = visit_ahead(unit), applicant(unit), applicant(unit)
    await booked(unit, visit, one)
    await invited(unit, visit, other)
    return visit, one, other


async def two_invitable(unit: UnitOfWork) -> tuple[Visit, Applicant, Applicant]:
    """Put a visit there that has one seat, and two candidates."""
    return visit_ahead(unit), applicant(unit), applicant(unit)


async def seat_of(scheduling: Replicas, visit: Visit, one: Applicant) -> Seat:
    """Return a candidate's seat."""
    return await scheduling.get(seats, seat_id(visit.visit_id, one.id))


async def told(scheduling: Replicas, visit: Visit, one: Applicant) -> list[str]:
    """Return what was told of a candidate's seat."""
    return await scheduling.told(seat_id(visit.visit_id, one.id))


async def test_the_last_seat_is_offered_to_one_of_two_who_are_invited_at_once(scheduling: Replicas) -> None:
    async for meet, (visit, one, other) in scheduling.rounds(two_invitable, times=OFTEN):
        assert await meet(invites(visit, one), invites(visit, other)) == (DONE, DONE)
        found = await right(scheduling, visit)
        assert (found.held, len(found.waiting)) == (1, 1)
        said = [await told(scheduling, visit, each) for each in (one, other)]
        assert sorted(said) == [[], ["visit-offered"]]


async def test_who_is_invited_twice_at_once_is_offered_one_seat(scheduling: Replicas) -> None:
    async for meet, (visit, one, _) in scheduling.rounds(two_invitable):
        assert await meet(invites(visit, one), invites(visit, one)) == (DONE, DONE)
        assert (await right(scheduling, visit)).waiting == ()
        assert await told(scheduling, visit, one) == ["visit-offered"]


@pytest.mark.parametrize("ending", ENDINGS)
async def test_no_seat_is_booked_for_who_leaves_while_accepting_it(
    scheduling: Replicas, ending: type[Event]
) -> None:
    async for meet, (visit, one, other) in scheduling.rounds(offered_and_waiting, times=OFTEN):
        said, left = await meet(accepts(visit, one), leaves(ending, one))
        assert (said in {DONE, "wrong-state", "not-shortlisted"}, left) == (True, DONE)
        await right(scheduling, visit)
        assert (await seat_of(scheduling, visit, one)).state in {"declined", "cancelled"}
        events = await told(scheduling, visit, one)
        assert events[:-1] == (["visit-offered", "visit-booked"] if said == DONE else ["visit-offered"])
        assert await told(scheduling, visit, other) == ["visit-offered"], "the freed seat, once"
        assert await scheduling.timers(seat_id(visit.visit_id, one.id)) == 0


@pytest.mark.parametrize("ending", ENDINGS)
async def test_no_seat_is_held_for_who_leaves_while_being_invited(
    scheduling: Replicas, ending: type[Event]
) -> None:
    async for meet, (visit, one, _) in scheduling.rounds(two_invitable, among=3):
        await meet(invites(visit, one), leaves(ending, one))
        found = await right(scheduling, visit)
        assert (found.held, found.waiting) == (0, ())


@pytest.mark.parametrize("is_free", [True, False], ids=["a free seat", "the list"])
async def test_nothing_is_held_for_who_leaves_while_being_invited_again(
    scheduling: Replicas,
    is_free: bool,  # noqa: FBT001
) -> None:
    async for meet, (visit, one, other) in scheduling.rounds(two_invitable):
        before = [invites(visit, one), declines(visit, one), *([] if is_free else [invites(visit, other)])]
        await scheduling.first.do_all(*before)
        await meet(invites(visit, one), leaves(CandidateWithdrawn, one))
        found = await right(scheduling, visit)
        assert (found.held, found.waiting) == (int(not is_free), ())


async def test_a_seat_is_accepted_or_expires_where_clocks_differ_and_never_goes_to_two(
    scheduling: Replicas,
) -> None:
    scheduling.second.process.clock.move(timedelta(days=20))
    async for meet, (visit, one, other) in scheduling.rounds(offered_and_waiting, times=OFTEN):
        said, _ = await meet(
            accepts(visit, one), lets_fall_due(SEAT_EXPIRES, seat_id(visit.visit_id, one.id))
        )
        assert said in {DONE, "seat-expired"}
        assert (await right(scheduling, visit)).held == 1
        last = ["visit-booked"] if said == DONE else ["visit-declined"]
        assert await told(scheduling, visit, one) == ["visit-offered", *last]
        assert await told(scheduling, visit, other) == ([] if said == DONE else ["visit-offered"])


async def test_two_visits_at_the_same_time_are_not_both_booked(scheduling: Replicas) -> None:
    async def scene(unit: UnitOfWork) -> tuple[Visit, Visit, Applicant]:
        first, second, one = visit_ahead(unit), visit_ahead(unit, days=65), applicant(unit)
        await invited(unit, first, one)
        await invited(unit, second, one)
        return first, second, one

    async for meet, (first, second, one) in scheduling.rounds(scene):
        assert sorted(await meet(accepts(first, one), accepts(second, one))) == [DONE, "wrong-state"]
        assert len((await scheduling.get(candidates, one.id)).stays) == 1


async def test_a_seat_is_accepted_or_declined_never_both(scheduling: Replicas) -> None:
    async for meet, (visit, one, other) in scheduling.rounds(offered_and_waiting):
        said = await meet(accepts(visit, one), declines(visit, one))
        assert sorted(said) == [DONE, "wrong-state"]
        await right(scheduling, visit)
        assert await told(scheduling, visit, other) == ([] if said[0] == DONE else ["visit-offered"])


async def test_two_seats_that_are_declined_at_once_go_to_the_next_two(scheduling: Replicas) -> None:
    async def scene(unit: UnitOfWork) -> tuple[Visit, list[Applicant]]:
        visit, four = visit_ahead(unit, places=2), [applicant(unit) for _ in range(4)]
        await invited(unit, visit, *four)
        return visit, four

    async for meet, (visit, four) in scheduling.rounds(scene):
        assert await meet(declines(visit, four[0]), declines(visit, four[1])) == (DONE, DONE)
        found = await right(scheduling, visit)
        assert (found.held, found.waiting) == (2, ())
        for one in four[2:]:
            assert await told(scheduling, visit, one) == ["visit-offered"]


async def test_a_seat_that_is_declined_while_another_is_invited_is_offered_once(scheduling: Replicas) -> None:
    async def scene(unit: UnitOfWork) -> tuple[Visit, Applicant, Applicant]:
        visit, one, other = visit_ahead(unit), applicant(unit), applicant(unit)
        await invited(unit, visit, one)
        return visit, one, other

    async for meet, (visit, one, other) in scheduling.rounds(scene):
        assert await meet(declines(visit, one), invites(visit, other)) == (DONE, DONE)
        found = await right(scheduling, visit)
        assert (found.held, found.waiting) == (1, ())
        assert await told(scheduling, visit, other) == ["visit-offered"]


@pytest.mark.parametrize("act", [accepts, declines, invites])
async def test_of_a_visit_that_closes_no_seat_is_held(scheduling: Replicas, act: object) -> None:
    async for meet, (visit, one, other) in scheduling.rounds(
        two_invitable if act is invites else offered_and_waiting
    ):
        await meet(act(visit, one), closes(visit))  # type: ignore[operator]
        found = await right(scheduling, visit)
        assert (found.state, found.held, found.waiting) == ("closed", 0, ())
        assert await scheduling.told(visit.visit_id) == ["visit-closed"]
        assert (await told(scheduling, visit, other))[-1:] in ([], ["visit-cancelled"])


async def test_a_visit_closes_once(scheduling: Replicas) -> None:
    async for meet, (visit, one, _) in scheduling.rounds(booked_and_waiting):
        assert await meet(closes(visit), closes(visit)) == (DONE, DONE)
        assert await scheduling.told(visit.visit_id) == ["visit-closed"]
        assert await told(scheduling, visit, one) == ["visit-offered", "visit-booked", "visit-cancelled"]


async def test_a_seat_that_two_give_up_at_once_goes_to_the_next_once(scheduling: Replicas) -> None:
    async for meet, (visit, one, other) in scheduling.rounds(booked_and_waiting):
        staff = posts(f"{seat_path(visit, one)}/cancellation")
        assert await meet(cancels(visit, one), staff) == (DONE, DONE)
        await right(scheduling, visit)
        assert (await told(scheduling, visit, one))[2:] == ["visit-cancelled"]
        assert await told(scheduling, visit, other) == ["visit-offered"]


@pytest.mark.parametrize("ending", ENDINGS)
async def test_a_seat_that_is_given_up_by_who_leaves_is_free_once(
    scheduling: Replicas, ending: type[Event]
) -> None:
    async for meet, (visit, one, other) in scheduling.rounds(booked_and_waiting, among=3):
        said, _ = await meet(cancels(visit, one), leaves(ending, one))
        assert said == DONE
        assert (await right(scheduling, visit)).held == 1
        assert (await told(scheduling, visit, one))[2:] == ["visit-cancelled"]
        assert await told(scheduling, visit, other) == ["visit-offered"]


async def test_who_leaves_while_coming_has_come_or_has_left(scheduling: Replicas) -> None:
    async def scene(unit: UnitOfWork) -> tuple[Visit, Applicant]:
        visit, one = visit_ahead(unit, days=1), applicant(unit)
        await booked(unit, visit, one)
        return visit, one

    for replica in (scheduling.first, scheduling.second):
        replica.process.clock.move(timedelta(days=3))
    async for meet, (visit, one) in scheduling.rounds(scene):
        for replica in (scheduling.first, scheduling.second):
            replica.process.clock.move(replica.process.clock.offset + timedelta(days=1))
        said, _ = await meet(posts(f"{seat_path(visit, one)}/attendance"), leaves(CandidateWithdrawn, one))
        assert said in {DONE, "wrong-state"}
        last = "visit-attended" if said == DONE else "visit-cancelled"
        assert (await told(scheduling, visit, one))[2:] == [last]


async def test_a_step_that_is_done_while_the_seat_is_given_up_is_not_due_any_more(
    scheduling: Replicas,
) -> None:
    async for meet, (visit, one, _) in scheduling.rounds(booked_and_waiting):
        await meet(posts(f"{seat_path(visit, one)}/steps/flight/done"), cancels(visit, one))
        seat = await seat_of(scheduling, visit, one)
        assert (seat.state, seat.steps) == ("cancelled", ())
        assert (await told(scheduling, visit, one))[-1] == "visit-cancelled"
        assert await scheduling.timers(seat.seat_id) == 0


@pytest.mark.parametrize("given_up", [True, False], ids=["given up", "done"])
async def test_no_step_is_due_after_it_is_done_or_given_up(scheduling: Replicas, given_up: bool) -> None:  # noqa: FBT001
    for replica in (scheduling.first, scheduling.second):
        replica.process.clock.move(timedelta(days=1))

    async def scene(unit: UnitOfWork) -> tuple[Visit, Applicant]:
        visit, one, _ = await booked_and_waiting(unit)
        key = step_key(seat_id(visit.visit_id, one.id), "flight")
        unit.set_timer(VISIT_STEP_DUE, key, unit.now)
        return visit, one

    async for meet, (visit, one) in scheduling.rounds(scene):
        key = step_key(seat_id(visit.visit_id, one.id), "flight")
        act = cancels(visit, one) if given_up else posts(f"{seat_path(visit, one)}/steps/flight/done")
        await meet(lets_fall_due(VISIT_STEP_DUE, key), act)
        said = (await told(scheduling, visit, one))[2:]
        last = "visit-cancelled" if given_up else "visit-step-done"
        assert said in (["visit-step-due", last], [last])
        assert await scheduling.timers(key) == 0
