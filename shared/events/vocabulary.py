"""Codes, languages, levels, countries, dates and the other small types that events are made of.

Codes are kebab-case. Where a list has `other`, a *reader* of events takes a code that it does not know as
`other` (a newer publisher may know more of them); whoever publishes, or calls over HTTP, must use one of the
list.
"""

import re
from typing import Annotated, Final, Literal

from pydantic import (
    BeforeValidator,
    Field,
    StrictBool,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from shared.events.value import READING

_is_code: Final = re.compile("[a-z0-9]+(-[a-z0-9]+)*").fullmatch


def _known_or_other(value: object, validate: ValidatorFunctionWrapHandler, info: ValidationInfo) -> object:
    try:
        return validate(value)
    except ValidationError:
        if info.context is READING and isinstance(value, str) and _is_code(value):
            return "other"
        raise


_open: Final = WrapValidator(_known_or_other)

# --- Applications and candidates ---

Channel = Annotated[
    Literal["telegram", "linkedin", "facebook", "x", "youtube", "website", "referral", "event", "other"],
    _open,
]
"""Where an applicant heard of the programme."""

Education = Annotated[Literal["secondary", "bachelor", "master", "doctor", "other"], _open]
"""The highest education that was finished."""

AgeBand = Literal["under-25", "25-34", "35-44", "45-plus"]
"""For figures alone: matching never sees it."""

DeclineReason = Annotated[Literal["not-a-fit", "requirements", "round-full", "other"], _open]
"""Why staff declined an application."""

WithdrawalReason = Annotated[Literal["own-wish", "other-job", "family", "health", "other"], _open]
"""Why a candidate withdrew."""

RoundClosingReason = Literal["full", "deadline", "staff"]
"""Why a round closed: its waitlist filled, its last day passed, or staff closed it."""

# --- Firms, positions, matches, offers ---

PositionClosingReason = Literal["filled", "firm", "staff"]
"""Why a position closed: every place was accepted, or the firm or staff closed it."""

Party = Literal["candidate", "firm", "programme"]
"""Who accepted or declined a match; `programme`: nobody did, circumstances ended it."""

MatchReason = Literal[
    "skill", "skill-near", "skill-missing", "experience", "language", "salary", "dates", "wish"
]
"""What a part of a match's score is for."""

OfferDeclineReason = Annotated[Literal["own-wish", "salary", "other-offer", "family", "other"], _open]
"""Why a candidate declined an offer."""

OfferWithdrawalReason = Literal["firm", "other-offer", "withdrawn", "erased"]
"""Why an offer was withdrawn: by the firm; or the candidate took another, withdrew, or was erased."""

HireEndReason = Annotated[Literal["resigned", "dismissed", "contract-ended", "other"], _open]
"""Why a hire ended."""

# --- Visits, interviews, relocations ---

Owner = Literal["candidate", "firm", "staff"]
"""Who has to see to a step."""

VisitStep = Literal["invitation-letter", "short-stay-visa", "flight", "lodging"]
"""What has to be done for one seat before a visit."""

VisitDeclineReason = Literal["own-wish", "expired"]
"""Why an offered seat was not taken."""

VisitCancellationReason = Literal["own-wish", "withdrawn", "erased", "staff"]
"""Why a booked seat was given up."""

InterviewCancellationReason = Literal["candidate", "firm", "withdrawn", "erased", "position-closed", "staff"]
"""Who called an interview off, or what made it pointless."""

InterviewOutcome = Literal["offer", "no", "undecided", "no-show"]
"""The firm's word after an interview; `no-show`: it did not take place."""

RelocationStepName = Literal[
    "certificate-of-eligibility",
    "visa",
    "housing",
    "flight",
    "arrival",
    "residence-registration",
    "health-insurance",
    "bank-account",
    "phone",
]
"""What has to be done for a move."""

RelocationCancellationReason = Literal["withdrawn", "erased", "firm", "staff"]
"""Why a move was cancelled."""

VisaTrack = Annotated[Literal["engineer", "highly-skilled", "spouse", "resident", "other"], _open]
"""The residence status that is applied for; chosen by staff, never derived from nationality."""

# --- Messages ---

Role = Literal["candidate", "firm", "staff", "teacher", "interpreter", "city", "bank"]
"""In which role somebody gets a message."""

MessageChannel = Annotated[Literal["email", "telegram", "phone", "other"], _open]
"""The way a message took."""

MessageReason = Annotated[Literal["no-address", "refused", "unreachable", "bounced", "other"], _open]
"""Why a message failed: no address for the channel is known; the other side refused it for good; it could not
be reached for as long as it was tried; it was taken, and sent back later."""

# --- Languages, places, numbers, times ---

Language = Annotated[
    str,
    StringConstraints(
        max_length=35,
        pattern=r"^[A-Za-z]{2,3}(-[A-Za-z]{3}){0,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?"
        r"(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*$",
    ),
]
"""A language tag (BCP 47, without extensions and private use): `ja`, `uk`, `sr-Latn`, `pt-BR`."""

Level = Literal["none", "A1", "A2", "B1", "B2", "C1", "C2"]
"""Command of a language (CEFR). JLPT: N5 is A1, N4 A2, N3 B1, N2 B2, N1 C1."""

LEVELS: Final[tuple[Level, ...]] = ("none", "A1", "A2", "B1", "B2", "C1", "C2")
"""The levels, lowest first."""

Country = Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]
"""A country (the shape of ISO 3166-1 alpha-2; whether there is such a country is checked where one is typed
in)."""


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole: Final = BeforeValidator(_whole)
"""Takes `8.0` for 8, as JSON Schema does, and as programs write it that know no other numbers."""

Yen = Annotated[int, Field(strict=True, gt=0, le=1_000_000_000), Whole]
"""A salary: yen, gross, a year."""

Years = Annotated[float, Field(strict=True, ge=0, le=60)]
"""Years of experience; parts of a year are decimals."""

Count = Annotated[int, Field(strict=True, ge=0, le=100_000), Whole]
"""How many there are."""

Places = Annotated[int, Field(strict=True, ge=1, le=100_000), Whole]
"""How many there are of something that there must be one of, or a place in a line, counted from one."""

Score = Annotated[float, Field(strict=True, ge=0, le=1)]
"""How well a candidate and a position suit each other, from 0 to 1."""

Points = Annotated[float, Field(strict=True, ge=-1, le=1)]
"""What a reason adds to a score, or takes from it."""

Flag = StrictBool
"""Yes or no: JSON's `true` or `false`, nothing that looks like them."""
