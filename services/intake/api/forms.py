"""What intake takes and gives over HTTP."""

from datetime import date, datetime
from typing import Annotated, Self

import pycountry
from pydantic import AfterValidator, ConfigDict, EmailStr, Field, StringConstraints, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from services.intake.domain.applications import Application, ApplicationState
from services.intake.domain.rounds import Round, RoundState
from shared.events.ids import ApplicationId, CandidateId, RoundId
from shared.events.profile import Profile
from shared.events.texts import PersonName
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


def _known(code: str) -> str:
    if pycountry.countries.get(alpha_2=code) is None:
        raise PydanticCustomError(
            "country", "Input should be a country's code of two letters (ISO 3166-1 alpha-2), such as UA"
        )
    return code


KnownCountry = Annotated[Country, AfterValidator(_known)]
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9 ()./-]{5,30}$")]
Handle = Annotated[str, StringConstraints(pattern=r"^@?[A-Za-z0-9_]{5,32}$")]
Consent = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,40}$")]


class Contact(Value):
    """How to reach an applicant. Kept sealed, and never in an event."""

    name: PersonName = Field(repr=False, examples=["Łukasz Ковальчук"])
    """The name, kept and shown as it was written."""
    email: EmailStr = Field(repr=False, examples=["lukasz@example.org"])
    phone: Phone | None = Field(default=None, repr=False)
    telegram: Handle | None = Field(default=None, repr=False)


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
    country: KnownCountry
    """The country of residence (ISO 3166-1 alpha-2)."""
    channel: Channel
    """Where you heard of the programme."""
    language: Language
    """The language to be written to in (BCP 47); there are texts in en, ru, uk and ja."""
    time_zone: TimeZone
    profile: Profile
    wants_lessons: Flag = False
    """Whether you want Japanese lessons before the move."""
    age_band: AgeBand | None = None
    """For figures alone; nobody who decides sees it."""
    consent: Consent
    """The version of the privacy notice that you agree to."""


class ApplicationAnswer(Value):
    """What became of an application. The link to go on with comes by mail."""

    application_id: ApplicationId
    candidate_id: CandidateId
    state: ApplicationState
    waitlist_place: Places | None = None


class ApplicationView(Value):
    """An application, and what is known of the candidate, as the candidate and staff see it."""

    application_id: ApplicationId
    candidate_id: CandidateId
    round_id: RoundId
    state: ApplicationState
    applied_at: datetime
    channel: Channel
    waitlist_place: Places | None = None
    reason: str | None = None
    contact: Contact | None = None
    country: str | None = None
    language: str | None = None
    time_zone: str | None = None
    profile: Profile | None = None
    wants_lessons: bool | None = None


class ApplicationSummary(Value):
    """An application in a list."""

    application_id: ApplicationId
    candidate_id: CandidateId
    round_id: RoundId
    state: ApplicationState
    applied_at: datetime
    channel: Channel
    country: str | None = None
    waitlist_place: Places | None = None
    reason: str | None = None

    @classmethod
    def of(cls, application: Application) -> Self:
        """Show an application."""
        return cls(**{name: getattr(application, name) for name in cls.model_fields})


class ApplicationChange(Value):
    """What a candidate changes; what is absent stays."""

    contact: Contact | None = None
    country: KnownCountry | None = None
    language: Language | None = None
    time_zone: TimeZone | None = None
    profile: Profile | None = None
    wants_lessons: Flag | None = None


class Withdrawal(Value):
    """Why a candidate withdraws."""

    reason: WithdrawalReason = "own-wish"


class Decline(Value):
    """Why staff decline."""

    reason: DeclineReason = "other"


class RoundRequest(Value):
    """A round of recruiting."""

    capacity: Places = Field(examples=[250])
    waitlist: Count = Field(default=0, examples=[30])
    opens_on: Day
    """The first day; today or before: it opens at once."""
    closes_on: Day
    """The last day, included."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.closes_on < self.opens_on:
            raise PydanticCustomError("order", "closes_on should not be before opens_on")
        return self


class RoundView(Value):
    """A round, as staff see it."""

    round_id: RoundId
    capacity: int
    waitlist: int
    opens_on: date
    closes_on: date
    state: RoundState
    reason: RoundClosingReason | None = None
    taken: int
    waitlisted: int
    refused: int

    @classmethod
    def of(cls, found: Round) -> Self:
        """Show a round."""
        return cls(**{name: getattr(found, name) for name in cls.model_fields})


class CurrentRound(Value):
    """The open round, as anyone sees it."""

    round_id: RoundId
    opens_on: date
    closes_on: date
    has_places: bool
    """Whether there is a place left; otherwise an application goes on the waitlist."""


class LinkRequest(Value):
    """Whom to send a new link."""

    email: EmailStr = Field(repr=False, examples=["lukasz@example.org"])


class LinkExchange(Value):
    """The code of a link."""

    code: Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_-]{16,128}$")] = Field(repr=False)


class TokenAnswer(Value):
    """A bearer token for the candidate whom the link was sent to."""

    access_token: str = Field(repr=False)
    token_type: str = "Bearer"  # noqa: S105  a name, not a secret
    candidate_id: CandidateId
    expires_in: int
    """In seconds."""


class Accepted(Value):
    """It was understood; what comes of it is not said here."""

    accepted: bool = True
