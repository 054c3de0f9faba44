"""What scheduling takes over HTTP."""

from datetime import timedelta
from typing import Annotated, Self

from pydantic import ConfigDict, Field, HttpUrl, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from services.scheduling.api.hours import HoursForm
from services.scheduling.domain.timetable import Weekday
from shared.events.ids import CandidateId, FirmId, TeacherId
from shared.events.texts import NO_CONTROLS, Line
from shared.events.times import Day, Moment, TimeZone
from shared.events.value import Value
from shared.events.vocabulary import Flag, InterviewOutcome, Language, Places, VisaTrack, Whole
from shared.web.contacts import Contact, Name

LONGEST_VISIT = timedelta(days=31)
SHORTEST_TURN = timedelta(minutes=5)
"""What a team at least has to show its work."""
Seats = Annotated[int, Field(strict=True, ge=1, le=1000), Whole]


class VisitRequest(Value):
    """A visit of a cohort."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"starts_on": "2027-06-21", "ends_on": "2027-07-04", "seats": 9}]}
    )

    starts_on: Day
    """The first day."""
    ends_on: Day
    """The last day, included."""
    seats: Seats
    """How many can come."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not timedelta(0) <= self.ends_on - self.starts_on < LONGEST_VISIT:
            message = "ends_on should not be before starts_on, nor 31 days or more after it"
            raise PydanticCustomError("order", message)
        return self


class InvitationForm(Value):
    """Whom to offer a seat."""

    candidate_id: CandidateId
    needs_visa: Flag
    """Whether the candidate needs a visa for the visit, as staff know; never derived from anything."""


class InvitationsRequest(Value):
    """Whom to offer seats, in this order."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"invitations": [{"candidate_id": "7d0f4c6b9e3a4f51a2c8d6e0b1f37c94", "needs_visa": True}]}
            ]
        }
    )

    invitations: Annotated[tuple[InvitationForm, ...], Field(min_length=1, max_length=200)]
    """Whom to ask, in this order: who is beyond the seats waits for one."""


class OutcomeRequest(Value):
    """The firm's word after an interview."""

    outcome: InterviewOutcome
    """What came of it; `no-show`: it did not take place."""


class TeamForm(Value):
    """One team of a showcase."""

    team: Line = Field(examples=["Team Yamata"])
    """What the team is called; no two of a visit alike."""
    theme: Line = Field(examples=["Getting around without a car"])
    """What it works on."""
    candidate_ids: Annotated[tuple[CandidateId, ...], Field(max_length=50)]
    """Who is in it."""
    firm_ids: Annotated[tuple[FirmId, ...], Field(max_length=200)] = ()
    """Which firms come to see it."""
    shown: Annotated[str, StringConstraints(max_length=2000)] | None = None
    """What the team showed, once it has; kept here, in no event."""
    links: Annotated[tuple[HttpUrl, ...], Field(max_length=20)] = ()
    """Where its work is to be seen."""


class ShowcaseRequest(Value):
    """A visit's demo day. The teams show their work one after the other, in this order, in equal turns."""

    starts_at: Moment
    """When the first team begins."""
    ends_at: Moment
    """When the last team ends: at least five minutes for each after `starts_at`."""
    place: Line
    """Where: the name of a room, which is then taken, or any other place."""
    teams: Annotated[tuple[TeamForm, ...], Field(min_length=1, max_length=50)]
    """The teams, in the order in which they show their work."""

    @model_validator(mode="after")
    def _has_turns(self) -> Self:
        if self.ends_at - self.starts_at < SHORTEST_TURN * len(self.teams):
            message = "there should be at least five minutes for each team between starts_at and ends_at"
            raise PydanticCustomError("turns", message)
        names = [one.team for one in self.teams]
        if len(set(names)) < len(names):
            raise PydanticCustomError("teams", "each team should have a name of its own")
        return self


class TeacherRequest(Value):
    """A teacher of Japanese."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "山本 花子",
                    "contact": {"name": "山本 花子", "email": "sensei@example.org"},
                    "hours": {"monday": {"begins": "09:00", "ends": "20:00"}},
                }
            ]
        }
    )

    name: Name = Field(repr=False, examples=["山本 花子"])
    """The teacher's, by which messages address them."""
    contact: Contact
    """Whom to ask for, and where; sealed at once, and kept in no other way."""
    language: Language = "ja"
    """The language to be written to in."""
    time_zone: TimeZone = "Asia/Tokyo"
    """The teacher's time zone (IANA), in which the hours are."""
    hours: dict[Weekday, HoursForm] | None = Field(
        default=None, examples=[{"monday": {"begins": "09:00", "ends": "20:00"}}], min_length=1
    )
    """In the teacher's own zone; absent: 09:00 to 20:00, Monday to Friday."""


class InterpreterRequest(Value):
    """An interpreter, for interviews of a candidate and a firm that share no language."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Марія Сато",
                    "contact": {"name": "Марія Сато", "email": "maria@example.org"},
                    "languages": ["ja", "uk", "en"],
                }
            ]
        }
    )

    name: Name = Field(repr=False, examples=["Марія Сато"])
    """The interpreter's, by which messages address them."""
    contact: Contact
    """Whom to ask for, and where; sealed at once, and kept in no other way."""
    languages: Annotated[tuple[Language, ...], Field(min_length=2, max_length=20, examples=[["ja", "uk"]])]
    """Between which they interpret, each into each."""
    language: Language = "ja"
    """The language to be written to in."""
    time_zone: TimeZone = "Asia/Tokyo"
    """The interpreter's time zone (IANA)."""


class PeriodForm(Value):
    """A time: from `starts_at` until just before `ends_at`."""

    starts_at: Moment
    """When it begins."""
    ends_at: Moment
    """When it is over; after `starts_at`."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise PydanticCustomError("order", "ends_at should be after starts_at")
        return self


class AvailabilityForm(Value):
    """When somebody can, and when they cannot."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "time_zone": "Europe/Kyiv",
                    "hours": {"saturday": {"begins": "09:00", "ends": "13:00"}},
                    "cannot": [
                        {"starts_at": "2027-05-14T00:00:00+03:00", "ends_at": "2027-05-17T00:00:00+03:00"}
                    ],
                }
            ]
        }
    )

    time_zone: TimeZone | None = None
    """Of `hours`; needed with them."""
    hours: dict[Weekday, HoursForm] | None = Field(default=None, min_length=1)
    """When they usually can; absent: they have not said. A candidate's are those at home, and count for lessons alone."""
    cannot: Annotated[tuple[PeriodForm, ...], Field(max_length=200)] = ()
    """When they cannot, whatever their hours."""

    @model_validator(mode="after")
    def _has_zone(self) -> Self:
        if (self.hours is None) != (self.time_zone is None):
            raise PydanticCustomError("zone", "hours and time_zone should be there together, or neither")
        return self


class RoomRequest(Value):
    """A room in which interviews and showcases can take place."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=NO_CONTROLS)] = Field(
        examples=["市役所 会議室1"]
    )
    """What it is called; no two rooms alike."""
    seats: Places = Field(examples=[8])
    """How many people it has seats for."""


class LessonPlanRequest(Value):
    """A correction of a candidate's lessons: those that have not begun are planned anew."""

    candidate_id: CandidateId
    weeks: Annotated[int, Field(strict=True, ge=1, le=26), Whole] | None = None
    """For how many weeks from now on; absent: for as many lessons as are left."""
    teacher_id: TeacherId | None = None
    """With whom; absent: with whoever has room."""


class AttendanceRequest(Value):
    """Whether a learner was there."""

    attended: Flag
    """Whether the learner was there."""


class RelocationChange(Value):
    """What staff choose for a move."""

    visa_track: VisaTrack
    """The residence status that is applied for; never derived from nationality."""
