"""What tests of scheduling's decisions are made of."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.scheduling.domain.calendar import Booked, Busy
from services.scheduling.domain.lessons import Lesson, LessonPlan, new_plan
from services.scheduling.domain.planner import Wanted
from services.scheduling.domain.visits import Invitation, Seat, Visit, offered
from shared.events.ids import CandidateId, FirmId, LessonId, MatchId, PlanId, PositionId, TeacherId, VisitId

IZUMO = ZoneInfo("Asia/Tokyo")
MONDAY = date(2027, 6, 21)


def id_of(number: int) -> str:
    """Make an id that sorts by this number."""
    return f"{number:032x}"


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment of a day in Izumo."""
    return datetime.combine(day, time(hour, minute), IZUMO)


def busy(begins: datetime, minutes: int = 60, what: Booked = "interview", id: str = "a") -> Busy:  # noqa: A002
    """A time that is taken."""
    return Busy(starts_at=begins, ends_at=begins + timedelta(minutes=minutes), what=what, id=id)


def wanted(number: int = 1, candidate: int = 1, firm: int = 1, title: str = "Engineer") -> Wanted:
    """An interview that is to be planned."""
    return Wanted(
        match_id=MatchId(id_of(number)),
        candidate_id=CandidateId(id_of(1000 + candidate)),
        position_id=PositionId(id_of(2000 + number)),
        firm_id=FirmId(id_of(3000 + firm)),
        firm_name=f"Firm {firm:02}",
        title=title,
        seat_number=candidate,
    )


def visit(**changes: Any) -> Visit:
    """A visit of two weeks."""
    given: dict[str, Any] = {"starts_on": MONDAY, "ends_on": MONDAY + timedelta(days=13), "seats": 2}
    return Visit(visit_id=VisitId(id_of(1)), **(given | changes))


def seat(*, needs_visa: bool = True) -> Seat:
    """A seat that was offered."""
    invitation = Invitation(candidate_id=CandidateId(id_of(1001)), needs_visa=needs_visa, number=1)
    return offered(visit(), invitation, datetime(2027, 5, 1, tzinfo=UTC))[0]


def plan_of(*moments: datetime) -> LessonPlan:
    """A plan of lessons of 50 minutes that begin at these moments."""
    lessons = [
        Lesson(
            lesson_id=LessonId(id_of(number)),
            starts_at=moment,
            ends_at=moment + timedelta(minutes=50),
            teacher_id=TeacherId(id_of(5000)),
        )
        for number, moment in enumerate(moments)
    ]
    return new_plan(PlanId(id_of(6000)), CandidateId(id_of(1001)), "A1", lessons)
