"""Teachers and rooms over HTTP."""

from fastapi import Response

from services.scheduling.api.contacts import sealed_contact
from services.scheduling.api.forms import RoomRequest, TeacherRequest
from services.scheduling.api.hours import hours_of
from services.scheduling.api.people_views import RoomView, TeacherView
from services.scheduling.api.problems import NameTaken
from services.scheduling.domain.lessons import Teacher
from services.scheduling.domain.rooms import Room
from services.scheduling.domain.timetable import USUAL_HOURS
from services.scheduling.store import rooms, teachers
from services.scheduling.teaching import room_for_waiting
from shared.events.ids import RoomId, TeacherId
from shared.storage.unit import UnitOfWork
from shared.web.app import router as new_router
from shared.web.idempotency import IdempotencyKey, Reply
from shared.web.identity import Staff
from shared.web.pages import Cursor, Limit, Page
from shared.web.parts import Documents, OnlyOnce
from shared.web.problems import documented

router = new_router()


@router.get("/teachers", tags=["teachers"])
async def list_teachers(
    _: Staff, documents: Documents, cursor: Cursor = None, limit: Limit = 100
) -> Page[TeacherView]:
    """List all teachers, by id."""
    found, following = await documents.page(teachers, cursor, limit)
    return Page(items=[TeacherView.of(one) for one in found], next=following)


@router.post(
    "/teachers",
    tags=["teachers"],
    status_code=201,
    response_model=TeacherView,
)
async def add_teacher(request: TeacherRequest, _: Staff, key: IdempotencyKey, once: OnlyOnce) -> Response:
    """Add a teacher; learners who wait for one are planned at once."""

    async def create(unit: UnitOfWork) -> Reply:
        teacher_id = unit.new_id(TeacherId)
        teacher = Teacher(
            teacher_id=teacher_id,
            language=request.language,
            time_zone=request.time_zone,
            hours=USUAL_HOURS if request.hours is None else hours_of(request.hours),
            sealed_contact=sealed_contact(unit, teacher_id, "teacher", request),
        )
        unit.save(teachers, teacher)
        unit.send_private(teachers, teacher_id, teacher.sealed_contact)
        await room_for_waiting(unit, teacher_id)
        return Reply(201, TeacherView.of(teacher))

    return await once.run(key, request, create)


@router.get("/rooms", tags=["rooms"])
async def list_rooms(
    _: Staff, documents: Documents, cursor: Cursor = None, limit: Limit = 100
) -> Page[RoomView]:
    """List all rooms, by id."""
    found, following = await documents.page(rooms, cursor, limit)
    return Page(items=[RoomView.of(one) for one in found], next=following)


@router.post(
    "/rooms",
    tags=["rooms"],
    status_code=201,
    response_model=RoomView,
    responses=documented(NameTaken),
)
async def add_room(request: RoomRequest, _: Staff, key: IdempotencyKey, once: OnlyOnce) -> Response:
    """Add a room, in which one interview or showcase at a time can take place."""

    async def create(unit: UnitOfWork) -> Reply:
        if await unit.find(rooms, name=request.name):
            raise NameTaken
        room = Room(room_id=unit.new_id(RoomId), name=request.name, seats=request.seats)
        unit.save(rooms, room)
        return Reply(201, RoomView.of(room))

    return await once.run(key, request, create)
