"""What scheduling shows of what it has planned."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Self

from pydantic import Field

from services.scheduling.api.lesson_views import LessonPlanView
from services.scheduling.domain.interviews import Interview
from services.scheduling.domain.relocations import Relocation
from services.scheduling.domain.showcases import Showcase
from services.scheduling.domain.steps import Step
from services.scheduling.domain.visits import Seat, SeatState, Visit
from services.scheduling.planned import PlannedFor
from shared.events.ids import (
    CandidateId,
    FirmId,
    InterpreterId,
    InterviewId,
    MatchId,
    OfferId,
    PositionId,
    RelocationId,
    ShowcaseId,
    VisitId,
)
from shared.events.value import Value
from shared.events.vocabulary import Owner
from shared.web.views import View


class StepView(Value):
    """Something to be done, by whom, and on which day at the latest."""

    step: str
    """What has to be done, as a code."""
    due_on: date
    """The last day on which it is in time."""
    owner: Owner
    """Who has to see to it."""
    done: bool
    """Whether it is done."""

    @classmethod
    def of(cls, step: Step[Any]) -> Self:
        """Show a step."""
        return cls(step=step.step, due_on=step.due_on, owner=step.owner, done=step.is_done)


class SeatView(View):
    """A candidate's seat on a visit."""

    visit_id: VisitId
    candidate_id: CandidateId
    starts_on: date
    """The first day of the visit."""
    ends_on: date
    """The last day of the visit, included."""
    state: SeatState
    """What became of it; `attended`: the candidate came."""
    expires_at: datetime
    """After this moment an offered seat cannot be accepted any more."""
    needs_visa: bool
    """Whether the candidate needs a visa for the visit, as staff said."""
    reason: str | None = None
    """Why it was declined or cancelled."""
    steps: tuple[StepView, ...]
    """What has to be done before the visit."""

    @classmethod
    def of(cls, seat: Seat) -> Self:
        """Show a seat."""
        return cls.showing(seat, steps=tuple(StepView.of(one) for one in seat.steps))


class VisitSummary(View):
    """A visit in a list."""

    visit_id: VisitId
    starts_on: date
    """The first day."""
    ends_on: date
    """The last day, included."""
    seats: int
    """How many can come."""
    held: int
    """How many seats are offered or booked."""
    state: str
    """`open` until staff close it: `closed`."""

    @classmethod
    def of(cls, visit: Visit) -> Self:
        """Show a visit."""
        return cls.showing(visit)


class InterviewView(View):
    """An interview."""

    interview_id: InterviewId
    visit_id: VisitId
    match_id: MatchId
    candidate_id: CandidateId
    position_id: PositionId
    firm_id: FirmId
    starts_at: datetime
    """When it begins."""
    ends_at: datetime
    """When it ends."""
    place: str
    """Where it takes place."""
    interpreter_id: InterpreterId | None = None
    state: str
    """`scheduled`, `cancelled` or `held`."""
    reason: str | None = None
    """Why it was cancelled."""
    outcome: str | None = None
    """The firm's word."""

    @classmethod
    def of(cls, interview: Interview) -> Self:
        """Show an interview."""
        return cls.showing(interview)


class MatchView(View):
    """A match that has no interview yet."""

    match_id: MatchId
    candidate_id: CandidateId
    position_id: PositionId
    firm_id: FirmId


class PlanAnswer(Value):
    """What the planner did, and what it could not do."""

    planned: tuple[InterviewView, ...]
    """The interviews that were scheduled now; those of before stay as they are, unless they are in `moved`."""
    moved: tuple[InterviewView, ...] = ()
    """The interviews of before that have another time now, since somebody has said that they cannot at the one they had."""
    without_slot: tuple[MatchView, ...]
    """Complete matches for which there is no time at which everybody and a room are free; an interview that could not be
    moved stays where it was."""
    not_known_yet: tuple[MatchView, ...]
    """Complete matches whose position or firm has not arrived here; plan again in a moment."""
    without_interpreter: tuple[InterviewView, ...] = ()
    """Of those that were planned now: candidate and firm are known to share no language, and nobody who could interpret is
    free."""


class ShowcaseView(View):
    """What one team shows."""

    showcase_id: ShowcaseId
    visit_id: VisitId
    theme: str
    """What the team works on."""
    team: str
    """What the team is called."""
    candidate_ids: tuple[CandidateId, ...]
    """Who is in the team."""
    firm_ids: tuple[FirmId, ...]
    """Which firms come to see it."""
    starts_at: datetime
    """When the team's turn begins."""
    ends_at: datetime
    """When its turn ends."""
    place: str
    """Where it takes place."""
    state: str
    """`scheduled`, `cancelled` or `held`."""
    shown: str | None = None
    """What the team showed; absent until somebody has said."""
    links: tuple[str, ...] = ()
    """Where its work is to be seen."""

    @classmethod
    def of(cls, showcase: Showcase) -> Self:
        """Show a showcase."""
        return cls.showing(showcase)


class VisitView(VisitSummary):
    """A visit, with who was offered a seat, who waits for one, and what takes place."""

    invited: tuple[SeatView, ...]
    """All who were offered a seat, in the order of the invitations, each with the state of it."""
    waiting: tuple[CandidateId, ...]
    """Who is offered the next seat that is free, in order."""
    interviews: tuple[InterviewView, ...] = ()
    """The interviews, cancelled ones among them, in the order of time."""
    showcases: tuple[ShowcaseView, ...] = ()
    """What the teams show, in the order of time."""

    @classmethod
    def with_seats(
        cls,
        visit: Visit,
        seats: Sequence[Seat],
        interviews: Sequence[Interview] = (),
        showcases: Sequence[Showcase] = (),
    ) -> Self:
        """Show a visit with its seats, and what takes place on it, in the order of time."""
        return cls.showing(
            visit,
            invited=tuple(SeatView.of(one) for one in sorted(seats, key=lambda one: one.number)),
            waiting=tuple(one.candidate_id for one in visit.waiting),
            interviews=tuple(
                InterviewView.of(one)
                for one in sorted(interviews, key=lambda one: (one.starts_at, one.place))
            ),
            showcases=tuple(
                ShowcaseView.of(one) for one in sorted(showcases, key=lambda one: (one.starts_at, one.team))
            ),
        )


class RelocationView(View):
    """A move."""

    relocation_id: RelocationId
    offer_id: OfferId
    candidate_id: CandidateId
    firm_id: FirmId
    starts_on: date
    """The first day of work."""
    state: str
    """`started`, `relocated` or `cancelled`."""
    visa_track: str | None = None
    """The residence status that is applied for, as staff chose it; absent: not chosen yet."""
    arrived_on: date | None = None
    """The day of the arrival; absent until then."""
    reason: str | None = None
    """Why it was cancelled."""
    steps: tuple[StepView, ...]
    """What has to be done, each with its last day."""

    @classmethod
    def of(cls, relocation: Relocation) -> Self:
        """Show a move."""
        return cls.showing(relocation, steps=tuple(StepView.of(one) for one in relocation.steps))


class Agenda(Value):
    """All that is planned for somebody, be it a candidate, a firm, a teacher or an interpreter."""

    person_id: str
    """Whose it is."""
    seats: tuple[SeatView, ...]
    """Seats on visits."""
    interviews: tuple[InterviewView, ...]
    """Interviews."""
    showcases: tuple[ShowcaseView, ...]
    """What is shown at demo days."""
    lesson_plans: tuple[LessonPlanView, ...]
    """Plans of lessons."""
    relocations: tuple[RelocationView, ...]
    """Moves."""
    calendar: str | None = Field(default=None, repr=False, examples=[f"/calendars/{'0f' * 32}.ics"])
    """Where a calendar program finds the same: a path at this service that shows it to whoever knows it, without a
    token. Absent for who is not known here."""

    @classmethod
    def of(cls, planned: PlannedFor, calendar: str | None) -> Self:
        """Show what is planned for somebody."""
        return cls(
            person_id=planned.person_id,
            seats=tuple(SeatView.of(one) for one in planned.seats),
            interviews=tuple(InterviewView.of(one) for one in planned.interviews),
            showcases=tuple(ShowcaseView.of(one) for one in planned.showcases),
            lesson_plans=tuple(LessonPlanView.of(one) for one in planned.plans),
            relocations=tuple(RelocationView.of(one) for one in planned.relocations),
            calendar=calendar,
        )
