"""Lessons over HTTP."""

from fastapi import Response

from services.scheduling.api.forms import AttendanceRequest, LessonPlanRequest
from services.scheduling.api.lesson_views import LessonPlanView, LessonView
from services.scheduling.api.problems import NoFreeHours, NotOverYet, NotShortlisted
from services.scheduling.attendance import find_lesson, note_attendance
from services.scheduling.domain.lessons import Lesson, LessonPlan
from services.scheduling.domain.rules import Rules
from services.scheduling.store import candidates, plans, teachers
from services.scheduling.teaching import plan_new, replan, stop_waiting
from shared.events.ids import LessonId, PlanId
from shared.storage.unit import UnitOfWork
from shared.web.app import router as new_router
from shared.web.idempotency import IdempotencyKey, Reply
from shared.web.identity import LessonParty, Staff, StaffOrTeacher
from shared.web.lookup import existing
from shared.web.parts import Command, Documents, OnlyOnce
from shared.web.problems import Conflict, FieldError, Invalid, NotFound, NotKnownYet, documented

router = new_router()


@router.get("/lesson-plans/{plan_id}", tags=["lessons"], responses=documented(NotFound))
async def show_plan(plan_id: PlanId, caller: LessonParty, documents: Documents) -> LessonPlanView:
    """Show a plan to its learner and its teacher."""
    plan = await existing(documents, plans, plan_id, "plan")
    caller.must_be(plan.candidate_id, plan.teacher_id, *(one.teacher_id for one in plan.lessons))
    return LessonPlanView.of(plan)


@router.post(
    "/lesson-plans",
    tags=["lessons"],
    status_code=201,
    response_model=LessonPlanView,
    responses=documented(NotKnownYet, NotShortlisted, NoFreeHours),
)
async def correct_plan(request: LessonPlanRequest, _: Staff, key: IdempotencyKey, once: OnlyOnce) -> Response:
    """Plan the lessons that have not begun anew, from the coming Monday on; without a plan, make one."""

    async def make(unit: UnitOfWork) -> Reply:
        plan = await _correct(request, unit)
        if plan is None:
            raise NoFreeHours
        return Reply(201, LessonPlanView.of(plan))

    return await once.run(key, request, make)


async def _correct(request: LessonPlanRequest, unit: UnitOfWork) -> LessonPlan | None:
    candidate = await unit.get(candidates, request.candidate_id)
    if candidate is None:
        raise NotKnownYet(f"candidate {request.candidate_id}")
    if not candidate.is_shortlisted:
        raise NotShortlisted(headers={} if candidate.is_gone else {"Retry-After": "1"})
    if request.teacher_id is not None and await unit.get(teachers, request.teacher_id) is None:
        message = "there is no such teacher"
        raise Invalid(errors=[FieldError(where="body.teacher_id", message=message, code="unknown")])
    known = () if candidate.plan_id is None else (candidate.plan_id,)
    plan = next(iter(await unit.get_many(plans, known)), None)
    if plan is None or plan.state == "finished":
        weeks = request.weeks or unit.using(Rules).lesson_weeks
        await stop_waiting(unit, candidate.candidate_id)
        return await plan_new(unit, candidate, weeks, request.teacher_id)
    return await replan(unit, candidate, plan, request.weeks, request.teacher_id)


@router.post(
    "/lessons/{lesson_id}/attendance",
    tags=["lessons"],
    responses=documented(NotFound, Conflict, NotOverYet),
)
async def report_attendance(
    lesson_id: LessonId, request: AttendanceRequest, caller: StaffOrTeacher, command: Command
) -> LessonView:
    """Say whether the learner was there, once the lesson is over. What was said stays."""

    async def make(unit: UnitOfWork) -> Lesson:
        found = await find_lesson(unit, lesson_id)
        if found is None:
            raise NotFound("there is no such lesson")
        plan, lesson = found
        caller.must_be(lesson.teacher_id)
        if unit.now < lesson.ends_at:
            raise NotOverYet(f"it ends at {lesson.ends_at.isoformat()}")
        if lesson.attended is None:
            return note_attendance(unit, plan, lesson, attended=request.attended)
        if lesson.attended != request.attended:
            raise Conflict("it was reported otherwise already")
        return lesson

    return LessonView.showing(await command(make))
