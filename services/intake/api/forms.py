"""What intake takes and gives over HTTP."""

from datetime import date, datetime
from typing import Annotated, Self

import pycountry
from pydantic import AfterValidator, ConfigDict, StringConstraints, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from services.intake.domain.applications import Application, ApplicationState
from services.intake.domain.rounds import Round, RoundState
from shared.events.ids import ApplicationId, CandidateId, RoundId
from shared.events.profile import Profile
from shared.events.times import Day, TimeZone
from shared.events.value import Value
from shared.events.vocabulary import (
    AgeBand,
    Channel,
    Count,
    Country,
    DeclineReason,
    Flag,
    Language,
    Places,
    RoundClosingReason,
    WithdrawalReason,
)
from shared.web.contacts import Contact
from shared.web.views import View


def _known(code: str) -> str:
    if pycountry.countries.get(alpha_2=code) is None:
        raise PydanticCustomError(
            "country", "Input should be a country's code of two letters (ISO 3166-1 alpha-2), such as UA"
        )
    return code


KnownCountry = Annotated[Country, AfterValidator(_known)]
Consent = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,40}$")]


EXAMPLE_PROFILE: JsonDict = {
    "roles": ["Back-end developer"],
    "skills": [{"name": "Python", "years": 6}, {"name": "PostgreSQL", "years": 4}],
    "years_of_experience": 7,
    "education": "master",
    "spoken": [{"language": "en", "level": "B2"}, {"language": "ja", "level": "A1"}],
    "expected_salary": 6_000_000,
}
EXAMPLE_APPLICATION: JsonDict = {
    "contact": {"name": "Łukasz Ковальчук", "email": "lukasz@example.org"},
    "country": "PL",
    "channel": "telegram",
    "language": "uk",
    "time_zone": "Europe/Warsaw",
    "profile": EXAMPLE_PROFILE,
    "wants_lessons": True,
    "consent": "2027-01",
}


class ApplicationRequest(Value):
    """An application."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_APPLICATION]})

    round_id: RoundId | None = None
    """The round to apply in; absent: the one that is open."""
    contact: Contact
    """How to reach you. The e-mail address says who you are: whoever applies again with it is the same person."""
    country: KnownCountry
    """The country of residence (ISO 3166-1 alpha-2)."""
    channel: Channel
    """Where you heard of the programme."""
    language: Language
    """The language to be written to in (BCP 47); there are texts in en, ru, uk and ja."""
    time_zone: TimeZone
    """Your time zone (IANA)."""
    profile: Profile
    """What you can do and want. It is all that firms see of you before an interview."""
    wants_lessons: Flag = False
    """Whether you want Japanese lessons before the move."""
    age_band: AgeBand | None = None
    """For figures alone; nobody who decides sees it."""
    consent: Consent
    """The version of the privacy notice that you agree to."""


class ApplicationAnswer(View):
    """What became of an application. The link to go on with comes by mail."""

    application_id: ApplicationId
    candidate_id: CandidateId
    state: ApplicationState
    """Where it stands: `applied` has a place, `waitlisted` waits for one."""
    waitlist_place: Places | None = None
    """The place on the waitlist, counted from 1; absent for who has a place."""

    @classmethod
    def of(cls, application: Application) -> Self:
        """Show an application's state."""
        return cls.showing(application)


class ApplicationView(View):
    """An application, and what is known of the candidate, as the candidate and staff see it."""

    application_id: ApplicationId
    candidate_id: CandidateId
    round_id: RoundId
    state: ApplicationState
    """Where it stands; staff see `repeat` of who had applied in this round before."""
    applied_at: datetime
    """When it came."""
    channel: Channel
    """Where the applicant heard of the programme."""
    waitlist_place: Places | None = None
    """The place on the waitlist, counted from 1; absent for who does not wait."""
    reason: str | None = None
    """Why it was declined or withdrawn."""
    contact: Contact | None = None
    """How to reach the candidate; absent where the person was erased, as is all that follows."""
    country: str | None = None
    """The country of residence (ISO 3166-1 alpha-2)."""
    language: str | None = None
    """The language to be written to in (BCP 47)."""
    time_zone: str | None = None
    """The candidate's time zone (IANA)."""
    profile: Profile | None = None
    """What the candidate can do and wants."""
    wants_lessons: bool | None = None
    """Whether the candidate wants Japanese lessons before the move."""


class ApplicationSummary(View):
    """An application in a list."""

    application_id: ApplicationId
    candidate_id: CandidateId
    round_id: RoundId
    state: ApplicationState
    """Where it stands; `repeat`: the person had applied in this round before."""
    applied_at: datetime
    """When it came."""
    channel: Channel
    """Where the applicant heard of the programme."""
    country: str | None = None
    """The country of residence on the day of the application (ISO 3166-1 alpha-2)."""
    waitlist_place: Places | None = None
    """The place on the waitlist, counted from 1; absent for who does not wait."""
    reason: str | None = None
    """Why it was declined or withdrawn."""

    @classmethod
    def of(cls, application: Application) -> Self:
        """Show an application."""
        return cls.showing(application)


class ApplicationChange(Value):
    """What a candidate changes; what is absent stays."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"time_zone": "Europe/Lisbon", "country": "PT", "wants_lessons": False}]
        }
    )

    contact: Contact | None = None
    """The whole contact; the e-mail address must be the one that is known."""
    country: KnownCountry | None = None
    """The country of residence (ISO 3166-1 alpha-2)."""
    language: Language | None = None
    """The language to be written to in (BCP 47)."""
    time_zone: TimeZone | None = None
    """Your time zone (IANA)."""
    profile: Profile | None = None
    """The whole profile."""
    wants_lessons: Flag | None = None
    """Whether you want Japanese lessons before the move."""


class Withdrawal(Value):
    """Why a candidate withdraws."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "other-job"}]})

    reason: WithdrawalReason = "own-wish"
    """Why you withdraw."""


class Decline(Value):
    """Why staff decline."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "requirements"}]})

    reason: DeclineReason = "other"
    """Why it is declined."""


class RoundRequest(Value):
    """A round of recruiting."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"capacity": 250, "waitlist": 30, "opens_on": "2027-04-05", "closes_on": "2027-04-25"}
            ]
        }
    )

    capacity: Places
    """How many applicants have a place."""
    waitlist: Count = 0
    """How many more can wait for one; whoever fills it closes the round."""
    opens_on: Day
    """The first day; today or before: it opens at once."""
    closes_on: Day
    """The last day, included."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.closes_on < self.opens_on:
            raise PydanticCustomError("order", "closes_on should not be before opens_on")
        return self


class RoundView(View):
    """A round, as staff see it."""

    round_id: RoundId
    capacity: int
    """How many applicants have a place."""
    waitlist: int
    """How many more can wait for one."""
    opens_on: date
    """The first day."""
    closes_on: date
    """The last day, included."""
    state: RoundState
    """`planned` until its first day, then `open` until it is `closed`."""
    reason: RoundClosingReason | None = None
    """Why it closed."""
    taken: int
    """How many have a place now."""
    waitlisted: int
    """How many were put on the waitlist."""
    refused: int
    """How many came too late, each counted once."""

    @classmethod
    def of(cls, found: Round) -> Self:
        """Show a round."""
        return cls.showing(found)


class CurrentRound(Value):
    """The open round, as anyone sees it."""

    round_id: RoundId
    opens_on: date
    """The first day."""
    closes_on: date
    """The last day, included."""
    has_places: bool
    """Whether there is a place left; otherwise an application goes on the waitlist."""
