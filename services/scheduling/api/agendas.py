"""Agendas over HTTP: all that is planned for somebody."""

from services.scheduling.api.views import (
    Agenda,
    InterviewView,
    LessonPlanView,
    RelocationView,
    SeatView,
    ShowcaseView,
)
from services.scheduling.domain.lessons import begins_at
from services.scheduling.store import interviews, plans, relocations, seats, showcases
from shared.events.ids import PersonId
from shared.web.app import router as new_router
from shared.web.identity import Participant
from shared.web.parts import Documents

router = new_router()


@router.get("/agendas/{person_id}", tags=["agendas"])
async def show_agenda(person_id: PersonId, caller: Participant, documents: Documents) -> Agenda:
    """Show all that is planned for somebody, with the ids, in the order of time.

    Who nothing is planned for has an empty agenda.
    """
    caller.must_be(person_id)
    met = [
        *await documents.find(interviews, candidate_id=person_id),
        *await documents.find(interviews, firm_id=person_id),
    ]
    shown = [
        *await documents.find(showcases, candidate_ids=person_id),
        *await documents.find(showcases, firm_ids=person_id),
    ]
    taught = [
        *await documents.find(plans, candidate_id=person_id),
        *await documents.find(plans, teacher_id=person_id),
    ]
    moving = [
        *await documents.find(relocations, candidate_id=person_id),
        *await documents.find(relocations, firm_id=person_id),
    ]
    held = await documents.find(seats, candidate_id=person_id)
    return Agenda(
        person_id=person_id,
        seats=tuple(SeatView.of(one) for one in sorted(held, key=lambda one: one.starts_on)),
        interviews=tuple(InterviewView.of(one) for one in sorted(met, key=lambda one: one.starts_at)),
        showcases=tuple(ShowcaseView.of(one) for one in sorted(shown, key=lambda one: one.starts_at)),
        lesson_plans=tuple(LessonPlanView.of(one) for one in sorted(taught, key=begins_at)),
        relocations=tuple(RelocationView.of(one) for one in sorted(moving, key=lambda one: one.starts_on)),
    )
