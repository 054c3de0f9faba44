"""Lessons: planned when somebody wants them, finished after the last."""

from services.scheduling.domain.due import LESSONS_FINISHED, LESSONS_WANTED
from services.scheduling.store import plans, the_candidate
from services.scheduling.teaching import end_plan, plan_wanted
from services.scheduling.timers.registry import timers
from shared.events.ids import CandidateId
from shared.storage.unit import UnitOfWork


@timers.due(LESSONS_WANTED)
async def plan_lessons(candidate_id: str, unit: UnitOfWork) -> None:
    """Plan the lessons that a candidate wants: apart from the event, since it is the longest work there is."""
    await plan_wanted(unit, CandidateId(candidate_id))


@timers.due(LESSONS_FINISHED)
async def finish_lessons(plan_id: str, unit: UnitOfWork) -> None:
    """Finish a plan whose last lesson is over."""
    plan = await unit.get(plans, plan_id)
    if plan is not None:
        candidate = await the_candidate(unit, plan.candidate_id)
        await end_plan(unit, plan.plan_id, None if candidate.erased else candidate.japanese)
