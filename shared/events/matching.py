"""What matching publishes: firms, positions, matches, offers, and the end of a hire."""

from typing import Annotated, Final, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from shared.events.event import Event
from shared.events.ids import CandidateId, FirmId, MatchId, OfferId, PositionId, RequestId
from shared.events.profile import Reason, Requirements
from shared.events.texts import Line
from shared.events.times import Day, Moment, TimeZone
from shared.events.vocabulary import (
    Flag,
    HireEndReason,
    Language,
    OfferDeclineReason,
    OfferWithdrawalReason,
    Party,
    PositionClosingReason,
    Score,
    Yen,
)

_ROUNDING: Final = 1e-6
"""How far points may be from their sum, since decimals are rounded."""


class _OfFirm(Event):
    firm_id: FirmId
    name: Line
    """The company's name."""
    language: Language
    """The language the firm wants to be written to in."""
    time_zone: TimeZone
    """The firm's time zone."""


class FirmRegistered(_OfFirm, source="matching", type="firm-registered", subject="firm_id"):
    """Staff registered a firm: it can open positions now."""


class FirmChanged(_OfFirm, source="matching", type="firm-changed", subject="firm_id"):
    """A firm's record changed: this is all of it that is public, as it is now."""


class _OfPosition(Event):
    firm_id: FirmId
    position_id: PositionId
    requirements: Requirements
    """What the position asks for and offers."""
    request_id: RequestId | None = None
    """The outside request (`position-requested`) that opened it; absent where there was none."""


class PositionOpened(_OfPosition, source="matching", type="position-opened", subject="position_id"):
    """A position opened: candidates may be matched with it."""


class PositionChanged(_OfPosition, source="matching", type="position-changed", subject="position_id"):
    """A position's requirements changed: these are all of them, as they are now.

    An older one (by sequence) never overwrites a newer one.
    """


class PositionClosed(_OfPosition, source="matching", type="position-closed", subject="position_id"):
    """A position closed: no more matches, and the open ones end."""

    reason: PositionClosingReason
    """Why: `filled`: every place was accepted; otherwise who closed it."""


class _OfMatch(Event):
    match_id: MatchId
    candidate_id: CandidateId
    position_id: PositionId
    firm_id: FirmId


class MatchProposed(_OfMatch, source="matching", type="match-proposed", subject="match_id"):
    """Matching proposes a candidate and a position to each other, and says why."""

    score: Score
    """How well they suit each other, from 0 to 1."""
    reasons: Annotated[tuple[Reason, ...], Field(max_length=200)]
    """What the score is made of; the points add up to it."""

    @model_validator(mode="after")
    def _points_add_up(self) -> Self:
        if abs(sum(reason.points for reason in self.reasons) - self.score) > _ROUNDING:
            raise PydanticCustomError("points", "The points of the reasons should add up to the score")
        return self


class MatchAccepted(_OfMatch, source="matching", type="match-accepted", subject="match_id"):
    """One side accepted a match."""

    by: Party
    """Who accepted it."""
    complete: Flag
    """Whether both sides have accepted it now."""


class MatchDeclined(_OfMatch, source="matching", type="match-declined", subject="match_id"):
    """One side declined a match, or circumstances ended it. It is not proposed again."""

    by: Party
    """Who declined it; `programme`: the position closed, or the candidate is no longer there."""


class _OfOffer(Event):
    offer_id: OfferId
    match_id: MatchId
    candidate_id: CandidateId
    position_id: PositionId
    firm_id: FirmId


class OfferMade(_OfOffer, source="matching", type="offer-made", subject="offer_id"):
    """A firm offered a candidate a position, after an interview. It holds one of the position's places."""

    salary: Yen
    """What is offered (yen, gross, a year)."""
    starts_on: Day
    """The first day of work."""
    expires_at: Moment
    """After this moment it cannot be accepted any more."""


class OfferAccepted(_OfOffer, source="matching", type="offer-accepted", subject="offer_id"):
    """A candidate accepted an offer: hired. That candidate's other open offers are withdrawn."""

    salary: Yen
    """What was agreed (yen, gross, a year)."""
    starts_on: Day
    """The first day of work."""


class OfferDeclined(_OfOffer, source="matching", type="offer-declined", subject="offer_id"):
    """A candidate declined an offer. The place it held is free again."""

    reason: OfferDeclineReason
    """Why, as the candidate says; `other-offer`: one from elsewhere."""


class OfferExpired(_OfOffer, source="matching", type="offer-expired", subject="offer_id"):
    """Nobody answered an offer in time. The place it held is free again."""


class OfferWithdrawn(_OfOffer, source="matching", type="offer-withdrawn", subject="offer_id"):
    """An offer no longer stands. The place it held is free again."""

    reason: OfferWithdrawalReason
    """Why: `firm`: the firm took it back; `other-offer`: the candidate accepted another; `withdrawn`, `erased`: so
    was the candidate."""


class HireEnded(Event, source="matching", type="hire-ended", subject="offer_id"):
    """A hire ended: the candidate no longer works for the firm, which said so.

    The match ends with it (`match-declined`), and the place is free again. A move that has not come to the
    arrival is called off (`relocation-cancelled`).
    """

    offer_id: OfferId
    """The offer by which the candidate was hired."""
    candidate_id: CandidateId
    firm_id: FirmId
    ended_on: Day
    """The last day of work."""
    reason: HireEndReason
    """Why: who ended it, or that the contract was for a time."""
