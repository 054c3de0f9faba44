"""Availability over HTTP: when somebody can, and when they cannot."""

from services.scheduling.api.forms import AvailabilityForm
from services.scheduling.api.hours import hours_of
from services.scheduling.api.people_views import AvailabilityView
from services.scheduling.availability import Known, meet, whoever
from services.scheduling.domain.availability import Availability, Period
from services.scheduling.domain.candidates import Candidate
from services.scheduling.domain.lessons import Teacher
from services.scheduling.store import availability
from services.scheduling.teaching import room_for_waiting
from shared.events.ids import PersonId
from shared.storage.unit import UnitOfWork
from shared.web.app import router as new_router
from shared.web.identity import Participant
from shared.web.parts import Command, Documents
from shared.web.problems import NotFound, NotKnownYet, documented
from shared.web.versions import ETag, IfMatch, must_match

router = new_router()


@router.get("/availability/{person_id}", tags=["availability"])
async def show_availability(
    person_id: PersonId, caller: Participant, documents: Documents, etag: ETag
) -> AvailabilityView:
    """Show what somebody has said of when they can; nothing for who has said nothing. The ETag is for changing it."""
    caller.must_be(person_id)
    found = await documents.get_with_version(availability, person_id)
    said, version = found or (Availability(person_id=person_id), 0)
    etag(version)
    return AvailabilityView.of(said)


@router.put("/availability/{person_id}", tags=["availability"], responses=documented(NotFound, NotKnownYet))
async def put_availability(
    person_id: PersonId,
    request: AvailabilityForm,
    caller: Participant,
    version: IfMatch,
    command: Command,
    etag: ETag,
) -> AvailabilityView:
    """Say when somebody can, as a whole: what is planned from now on heeds it.

    What is planned already stays, but for interviews at a time that somebody cannot any more: these are moved by the
    next `POST /visits/{visit_id}/plan`. Interviews heed everybody's `cannot`, and the hours of firms and interpreters; lessons heed both of learners and
    teachers. Who waits for lessons is tried again.
    """
    caller.must_be(person_id)

    async def make(unit: UnitOfWork) -> tuple[Availability, int]:
        person = await _the_known(unit, person_id)
        known = await unit.get(availability, person_id)
        before = await unit.version(availability, person_id)
        must_match(version, before)
        said = _said(person_id, request)
        if said == known:
            return said, before
        unit.save(availability, said)
        meet(unit, person)
        if isinstance(person, Candidate | Teacher):
            await room_for_waiting(unit)
        return said, before + 1

    said, after = await command(make)
    etag(after)
    return AvailabilityView.of(said)


async def _the_known(unit: UnitOfWork, person_id: PersonId) -> Known:
    person = await whoever(unit, person_id)
    if person is None:
        raise NotKnownYet(f"person {person_id}")
    if isinstance(person, Candidate) and person.erased:
        raise NotFound("there is nobody with this id any more")
    return person


def _said(person_id: PersonId, request: AvailabilityForm) -> Availability:
    cannot = sorted({(one.starts_at, one.ends_at) for one in request.cannot})
    return Availability(
        person_id=person_id,
        time_zone=request.time_zone,
        hours=() if request.hours is None else hours_of(request.hours),
        cannot=tuple(Period(starts_at=starts_at, ends_at=ends_at) for starts_at, ends_at in cannot),
    )
