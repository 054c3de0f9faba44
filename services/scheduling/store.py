"""What scheduling keeps in MongoDB."""

from typing import Any

from services.scheduling.domain.availability import Availability
from services.scheduling.domain.calendar import CalendarDay, CalendarLink
from services.scheduling.domain.candidates import Candidate, Firm, Match, Position
from services.scheduling.domain.interpreters import Interpreter
from services.scheduling.domain.interviews import Interview
from services.scheduling.domain.lessons import TEACHING, LessonPlan, Teacher, TeachingStaff
from services.scheduling.domain.relocations import Relocation
from services.scheduling.domain.rooms import Room
from services.scheduling.domain.showcases import Showcase
from services.scheduling.domain.visits import Seat, Visit
from shared.events.ids import CandidateId
from shared.storage.collection import Collection, Index
from shared.storage.unit import UnitOfWork
from shared.web.lookup import existing

candidates = Collection(Candidate, "candidates", id="candidate_id")
firms = Collection(Firm, "firms", id="firm_id")
positions = Collection(Position, "positions", id="position_id")
matches = Collection(
    Match, "matches", id="match_id", indexes=[Index(("candidate_id", "state")), Index(("position_id",))]
)
calendar = Collection(CalendarDay, "calendar", id="day_id")
visits = Collection(Visit, "visits", id="visit_id", indexes=[Index(("state",))])
seats = Collection(Seat, "seats", id="seat_id", indexes=[Index(("visit_id",)), Index(("candidate_id",))])
interviews = Collection(
    Interview,
    "interviews",
    id="interview_id",
    indexes=[
        Index(("visit_id",)),
        Index(("candidate_id",)),
        Index(("firm_id",)),
        Index(("interpreter_id",)),
    ],
)
showcases = Collection(
    Showcase,
    "showcases",
    id="showcase_id",
    indexes=[Index(("visit_id",)), Index(("candidate_ids",)), Index(("firm_ids",))],
)
rooms = Collection(Room, "rooms", id="room_id", indexes=[Index(("name",), unique=True)])
teachers = Collection(Teacher, "teachers", id="teacher_id")
teaching_staff = Collection(TeachingStaff, "teaching_staff", id="staff_id")
interpreters = Collection(Interpreter, "interpreters", id="interpreter_id")
availability = Collection(Availability, "availability", id="person_id")
calendar_links = Collection(
    CalendarLink, "calendar_links", id="person_id", indexes=[Index(("token",), unique=True)]
)
plans = Collection(
    LessonPlan,
    "plans",
    id="plan_id",
    indexes=[Index(("candidate_id",)), Index(("teacher_id",)), Index(("lesson_ids",))],
)
relocations = Collection(
    Relocation,
    "relocations",
    id="relocation_id",
    indexes=[Index(("candidate_id",)), Index(("firm_id",))],
)

COLLECTIONS: list[Collection[Any]] = [
    candidates,
    firms,
    positions,
    matches,
    calendar,
    visits,
    seats,
    interviews,
    showcases,
    rooms,
    teachers,
    teaching_staff,
    interpreters,
    availability,
    calendar_links,
    plans,
    relocations,
]


async def the_candidate(unit: UnitOfWork, candidate_id: CandidateId) -> Candidate:
    """Return what is known of a candidate, be it nothing yet."""
    return await unit.get(candidates, candidate_id) or Candidate(candidate_id=candidate_id)


async def the_visit(unit: UnitOfWork, visit_id: str) -> Visit:
    """Return a visit; raises NotFound."""
    return await existing(unit, visits, visit_id, "visit")


async def the_seat(unit: UnitOfWork, seat_id: str) -> Seat:
    """Return a seat; raises NotFound."""
    return await existing(unit, seats, seat_id, "seat: this candidate was not offered one on this visit")


async def the_interview(unit: UnitOfWork, interview_id: str) -> Interview:
    """Return an interview; raises NotFound."""
    return await existing(unit, interviews, interview_id, "interview")


async def the_relocation(unit: UnitOfWork, relocation_id: str) -> Relocation:
    """Return a relocation; raises NotFound."""
    return await existing(unit, relocations, relocation_id, "relocation")


async def the_teaching_staff(unit: UnitOfWork) -> TeachingStaff:
    """Return who teaches, and who waits for a teacher."""
    return await unit.get(teaching_staff, TEACHING) or TeachingStaff()
