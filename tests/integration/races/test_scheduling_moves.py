"""Moves and records: two things that meet in one move, one candidate, one firm."""

from datetime import timedelta

import pytest

from services.scheduling.domain.due import RELOCATION_STEP_DUE, step_key
from services.scheduling.domain.relocations import Relocation
from services.scheduling.store import (
    candidates,
    firms,
    positions,
    relocations,
)
from shared.events import (
    CandidateApplied,
    CandidateErased,
    CandidateShortlisted,
    CandidateUpdated,
    Event,
    FirmChanged,
    PositionChanged,
    PositionClosed,
)
from shared.events.examples import EXAMPLES
from shared.events.ids import EventId, FirmId, PositionId
from shared.ids import new
from shared.storage.unit import UnitOfWork
from tests.integration.races.acts import DONE, REPEAT, lets_fall_due, posts, takes_in
from tests.integration.races.replicas import OFTEN, Replicas
from tests.integration.races.scheduling_scenes import (
    ENDINGS,
    Applicant,
    applicant,
    hire,
    hired,
    leaves,
)


@pytest.mark.parametrize("ending", ENDINGS)
async def test_nobody_moves_who_leaves_while_being_hired(scheduling: Replicas, ending: type[Event]) -> None:
    async def scene(unit: UnitOfWork) -> Applicant:
        return applicant(unit)

    async for meet, one in scheduling.rounds(scene, among=3):
        starts = scheduling.first.process.clock.now() + timedelta(days=200)
        assert await meet(takes_in(hire(one, starts)), leaves(ending, one)) == (DONE, DONE)
        for moving in await scheduling.find(relocations, candidate_id=one.id):
            assert moving.state == "cancelled"
            assert await scheduling.told(moving.relocation_id) == [
                "relocation-started",
                "relocation-cancelled",
            ]
            assert await scheduling.timers(moving.relocation_id) == 0


async def moving_one(unit: UnitOfWork) -> tuple[Applicant, Relocation]:
    """Put a candidate there who is about to move; a reminder is due."""
    one = applicant(unit)
    await hired(unit, one)
    (moving,) = await unit.find(relocations, candidate_id=one.id)
    unit.set_timer(RELOCATION_STEP_DUE, step_key(moving.relocation_id, "visa"), unit.now)
    return one, moving


async def test_a_step_of_a_move_is_done_once(scheduling: Replicas) -> None:
    async for meet, (one, moving) in scheduling.rounds(moving_one):
        path = f"/relocations/{moving.relocation_id}/steps/arrival/done"
        assert await meet(posts(path), posts(path, candidate=one.id)) == (DONE, DONE)
        told = await scheduling.told(moving.relocation_id)
        assert told[1:] == ["relocation-step-done", "candidate-relocated"]


async def test_no_step_of_a_move_is_due_after_it_is_done(scheduling: Replicas) -> None:
    async for meet, (_, moving) in scheduling.rounds(moving_one):
        key = step_key(moving.relocation_id, "visa")
        done = posts(f"/relocations/{moving.relocation_id}/steps/visa/done")
        await meet(lets_fall_due(RELOCATION_STEP_DUE, key), done)
        told = (await scheduling.told(moving.relocation_id))[1:]
        assert told in (["relocation-step-due", "relocation-step-done"], ["relocation-step-done"])
        assert await scheduling.timers(key) == 0


@pytest.mark.parametrize("step", ["visa", "arrival"])
@pytest.mark.parametrize("ending", ENDINGS)
async def test_who_leaves_while_moving_has_arrived_or_does_not_move(
    scheduling: Replicas, ending: type[Event], step: str
) -> None:
    async for meet, (one, moving) in scheduling.rounds(moving_one, among=3):
        done = posts(f"/relocations/{moving.relocation_id}/steps/{step}/done")
        said, _ = await meet(done, leaves(ending, one))
        assert said in {DONE, "wrong-state"}
        told = await scheduling.told(moving.relocation_id)
        arrived = step == "arrival" and said == DONE
        assert told[-1] == ("candidate-relocated" if arrived else "relocation-cancelled")
        assert await scheduling.timers(moving.relocation_id) == 0


@pytest.mark.parametrize("late", [CandidateApplied, CandidateUpdated, CandidateShortlisted])
async def test_nothing_that_comes_late_brings_an_erased_candidate_back(
    scheduling: Replicas, late: type[Event]
) -> None:
    async def scene(unit: UnitOfWork) -> Applicant:
        return applicant(unit)

    async for meet, one in scheduling.rounds(scene, times=OFTEN):
        event = EXAMPLES[late].model_copy(update={"candidate_id": one.id})
        assert await meet(takes_in(event, sequence=2), leaves(CandidateErased, one)) == (DONE, DONE)
        known = await scheduling.get(candidates, one.id)
        assert (known.erased, known.time_zone, known.is_shortlisted) == (True, None, False)


async def test_the_newest_record_holds_whichever_comes_first(scheduling: Replicas) -> None:
    async def scene(unit: UnitOfWork) -> FirmId:
        return unit.new_id(FirmId)

    def changed(firm_id: FirmId, name: str) -> Event:
        return EXAMPLES[FirmChanged].model_copy(update={"firm_id": firm_id, "name": name})

    async for meet, firm_id in scheduling.rounds(scene):
        newer, older = changed(firm_id, "新しい"), changed(firm_id, "古い")
        assert await meet(takes_in(newer, sequence=3), takes_in(older, sequence=2)) == (DONE, DONE)
        assert (await scheduling.get(firms, firm_id)).name == "新しい"


async def test_a_position_that_closes_while_it_changes_is_closed(scheduling: Replicas) -> None:
    async def scene(unit: UnitOfWork) -> PositionId:
        return unit.new_id(PositionId)

    async for meet, position_id in scheduling.rounds(scene):
        changed = EXAMPLES[PositionChanged].model_copy(update={"position_id": position_id})
        closed = EXAMPLES[PositionClosed].model_copy(update={"position_id": position_id})
        assert await meet(takes_in(changed, sequence=2), takes_in(closed, sequence=3)) == (DONE, DONE)
        assert not (await scheduling.get(positions, position_id)).is_open


async def test_an_event_that_two_replicas_get_has_its_effect_once(scheduling: Replicas) -> None:
    async def scene(unit: UnitOfWork) -> Applicant:
        return applicant(unit)

    async for meet, one in scheduling.rounds(scene):
        event = hire(one, scheduling.first.process.clock.now() + timedelta(days=200))
        event_id = new(EventId)
        said = await meet(takes_in(event, event_id=event_id), takes_in(event, event_id=event_id))
        assert sorted(said) == [DONE, REPEAT]
        (moving,) = await scheduling.find(relocations, candidate_id=one.id)
        assert await scheduling.told(moving.relocation_id) == ["relocation-started"]
