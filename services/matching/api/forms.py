"""What matching takes and gives over HTTP."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from services.matching.domain.assignments import Assignment
from services.matching.domain.firms import Firm
from services.matching.domain.matches import Match, MatchState, Side
from services.matching.domain.offers import Offer, OfferState
from services.matching.domain.positions import Position, PositionState
from shared.events.ids import AssignmentId, CandidateId, FirmId, MatchId, OfferId, PositionId, RequestId
from shared.events.profile import Reason, Requirements
from shared.events.texts import Line
from shared.events.times import Day, Moment, TimeZone
from shared.events.value import Value
from shared.events.vocabulary import (
    HireEndReason,
    InterviewOutcome,
    Language,
    OfferDeclineReason,
    Party,
    Places,
    PositionClosingReason,
    Yen,
)
from shared.web.contacts import Contact
from shared.web.views import View

Several = Field(max_length=1000)


EXAMPLE_FIRM: JsonDict = {
    "name": "株式会社出雲ソフト",
    "contact": {"name": "佐藤 花子", "email": "jobs@example.jp"},
    "language": "ja",
    "time_zone": "Asia/Tokyo",
}
EXAMPLE_REQUIREMENTS: JsonDict = {
    "title": "バックエンドエンジニア",
    "skills": [
        {"name": "Python", "years": 3, "must": True},
        {"name": "PostgreSQL", "years": 1},
    ],
    "years_of_experience": 3,
    "spoken": [{"language": "ja", "level": "A2"}],
    "salary_min": 4_800_000,
    "salary_max": 6_500_000,
    "headcount": 2,
    "starts_on": "2027-12-01",
    "remote_before_move": True,
}


class FirmRequest(Value):
    """A firm to register."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_FIRM]})

    name: Line
    """The company's name."""
    contact: Contact
    """Whom to ask for, and where; sealed at once, and matching cannot read it again. Messages go to the company under
    its own name."""
    language: Language
    """The language to be written to in (BCP 47); there are texts in ja and en."""
    time_zone: TimeZone = "Asia/Tokyo"
    """The firm's time zone (IANA)."""


class FirmChange(Value):
    """What changes about a firm; what is absent stays."""

    name: Line | None = None
    """The company's name."""
    contact: Contact | None = None
    """Needed also when the name, the language or the time zone changes: they are sealed with it."""
    language: Language | None = None
    """The language to be written to in (BCP 47)."""
    time_zone: TimeZone | None = None
    """The firm's time zone (IANA)."""


class FirmView(View):
    """A firm. How to reach it is not shown: it lies sealed."""

    firm_id: FirmId
    name: str
    """The company's name."""
    language: str
    """The language that it is written to in (BCP 47)."""
    time_zone: str
    """Its time zone (IANA)."""

    @classmethod
    def of(cls, firm: Firm) -> Self:
        """Show a firm."""
        return cls.showing(firm)


class PositionRequest(Value):
    """A position, to be opened or as it should be from now on."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"requirements": EXAMPLE_REQUIREMENTS}]})

    requirements: Requirements
    """What it asks for and offers."""


class PositionView(View):
    """A position. How far it is filled is shown to its firm and to staff."""

    position_id: PositionId
    firm_id: FirmId
    firm_name: str
    """The company's name."""
    requirements: Requirements
    """What it asks for and offers."""
    state: PositionState
    """Whether it is open."""
    reason: PositionClosingReason | None = None
    """Why it closed."""
    held: int | None = None
    """How many of its places an open or accepted offer holds."""
    accepted: int | None = None
    """How many of these were accepted."""
    request_id: RequestId | None = None
    """The request of the firm's own system (`position-requested`) that opened it."""

    @classmethod
    def of(cls, position: Position, firm_name: str, *, wholly: bool) -> Self:
        """Show a position; ``wholly``: with how far it is filled."""
        hidden = {} if wholly else {"held": None, "accepted": None, "request_id": None}
        return cls.showing(position, firm_name=firm_name, **hidden)


class MatchView(View):
    """A match, with its score and what the score is made of."""

    match_id: MatchId
    candidate_id: CandidateId
    position_id: PositionId
    firm_id: FirmId
    score: float
    """How well the two suit each other, from 0 to 1."""
    reasons: tuple[Reason, ...]
    """What the score is made of; the points add up to it."""
    state: MatchState
    """`made`: both sides have accepted it."""
    proposed_at: datetime
    """When it was proposed."""
    accepted_by_candidate: bool
    """Whether the candidate has accepted it."""
    accepted_by_firm: bool
    """Whether the firm has accepted it."""
    ended_by: Party | None = None
    """Who ended it; `programme`: nobody did, circumstances ended it."""
    interview: InterviewOutcome | None = None
    """The firm's word after the last interview that took place."""
    offer_id: OfferId | None = None
    """The offer that is open or was accepted."""
    hired: bool
    """Whether that offer was accepted."""

    @classmethod
    def of(cls, match: Match) -> Self:
        """Show a match."""
        interview = None if match.interview is None else match.interview.outcome
        return cls.showing(match, interview=interview, offer_id=match.offer)


class MatchAnswer(Value):
    """Whose answer it is. Staff say it; for others it is clear."""

    by: Side | None = None
    """For whom the caller speaks: needed of staff."""


class OfferRequest(Value):
    """An offer to make."""

    salary: Yen = Field(examples=[5_600_000])
    """The salary: yen, gross, a year."""
    starts_on: Day = Field(examples=["2027-12-01"])
    """The first day of work; after the offer's expiry."""
    expires_at: Moment = Field(examples=["2027-07-15T18:00:00+09:00"])
    """After this moment it cannot be accepted any more; at most 60 days ahead."""


class OfferDecline(Value):
    """Why a candidate declines."""

    reason: OfferDeclineReason = "own-wish"
    """Why it is declined."""


class HireEnd(Value):
    """How a hire ended."""

    ended_on: Day = Field(examples=["2028-11-30"])
    """The last day of work: past or today, in the programme's time zone."""
    reason: HireEndReason
    """Why it ended."""


class OfferView(View):
    """An offer."""

    offer_id: OfferId
    match_id: MatchId
    candidate_id: CandidateId
    position_id: PositionId
    firm_id: FirmId
    salary: int
    """The salary: yen, gross, a year."""
    starts_on: date
    """The first day of work."""
    expires_at: datetime
    """After this moment it cannot be accepted any more."""
    made_at: datetime
    """When it was made."""
    state: OfferState
    """`ended`: it was accepted, and the hire that came of it has ended."""
    reason: str | None = None
    """Why it was declined or withdrawn, or why the hire ended."""
    ended_on: date | None = None
    """The last day of work of a hire that ended."""

    @classmethod
    def of(cls, offer: Offer) -> Self:
        """Show an offer."""
        return cls.showing(offer)


class AssignmentRequest(Value):
    """For whom, with which positions and how many seats it is to be found out who should meet whom."""

    candidates: Annotated[tuple[CandidateId, ...], Several] | None = None
    """Among whom; absent: all who are available."""
    positions: Annotated[tuple[PositionId, ...], Several] | None = None
    """For which positions; absent: all that are open."""
    seats: Places = Field(examples=[9])
    """How many can be invited."""


class PairView(View):
    """A match that is worth an interview."""

    match_id: MatchId
    candidate_id: CandidateId
    position_id: PositionId
    firm_id: FirmId
    score: float
    """How well the two suit each other, from 0 to 1."""


class AssignmentView(View):
    """Who should meet whom."""

    assignment_id: AssignmentId
    seats: int
    """How many can be invited."""
    candidates: tuple[CandidateId, ...]
    """Whom to invite, best first, at most `seats`."""
    pairs: tuple[PairView, ...]
    """Whom they should meet, best first."""
    made_at: datetime
    """When it was found out."""

    @classmethod
    def of(cls, assignment: Assignment) -> Self:
        """Show an assignment."""
        return cls.showing(assignment, pairs=tuple(PairView.showing(pair) for pair in assignment.pairs))
