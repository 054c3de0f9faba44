"""All that is planned for somebody, as agendas and calendars show it."""

from dataclasses import dataclass

from services.scheduling.domain.interviews import Interview
from services.scheduling.domain.lessons import LessonPlan, begins_at
from services.scheduling.domain.relocations import Relocation
from services.scheduling.domain.showcases import Showcase
from services.scheduling.domain.visits import Seat
from services.scheduling.store import interviews, plans, relocations, seats, showcases
from shared.web.pages import Reader


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedFor:
    """All that is planned for somebody, be it a candidate, a firm, a teacher or an interpreter; by time."""

    person_id: str
    seats: tuple[Seat, ...]
    interviews: tuple[Interview, ...]
    showcases: tuple[Showcase, ...]
    plans: tuple[LessonPlan, ...]
    relocations: tuple[Relocation, ...]


async def planned_for(person_id: str, documents: Reader) -> PlannedFor:
    """Read what is planned for somebody; for who nothing is planned for, nothing."""
    met = [
        *await documents.find(interviews, candidate_id=person_id),
        *await documents.find(interviews, firm_id=person_id),
        *await documents.find(interviews, interpreter_id=person_id),
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
    return PlannedFor(
        person_id=person_id,
        seats=tuple(sorted(held, key=lambda one: one.starts_on)),
        interviews=tuple(sorted(met, key=lambda one: one.starts_at)),
        showcases=tuple(sorted(shown, key=lambda one: one.starts_at)),
        plans=tuple(sorted(taught, key=begins_at)),
        relocations=tuple(sorted(moving, key=lambda one: one.starts_on)),
    )
