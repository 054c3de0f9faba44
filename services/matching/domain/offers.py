"""Offers: what a firm offers a candidate after an interview, and what comes of it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, TypedDict

from shared.events.ids import CandidateId, FirmId, MatchId, OfferId, PositionId
from shared.events.matching import (
    HireEnded,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferMade,
    OfferWithdrawn,
)
from shared.events.vocabulary import HireEndReason, OfferDeclineReason, OfferWithdrawalReason

OfferState = Literal["open", "accepted", "declined", "expired", "withdrawn", "ended"]
"""`ended`: it was accepted, and the hire that came of it has ended."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """An offer. Open or accepted, it holds one of the position's places."""

    offer_id: OfferId
    match_id: MatchId
    candidate_id: CandidateId
    position_id: PositionId
    firm_id: FirmId
    salary: int
    """Yen, gross, a year."""
    starts_on: date
    expires_at: datetime
    made_at: datetime
    state: OfferState = "open"
    reason: str | None = None
    """Why it was declined or withdrawn, or why the hire ended."""
    ended_on: date | None = None
    """The last day of work of a hire that ended."""


def has_run_out(offer: Offer, now: datetime) -> bool:
    """Say whether the offer's time is over, whether or not anybody has noted it yet."""
    return now >= offer.expires_at


class _Parties(TypedDict):
    offer_id: OfferId
    match_id: MatchId
    candidate_id: CandidateId
    position_id: PositionId
    firm_id: FirmId


def _parties(offer: Offer) -> _Parties:
    return {
        "offer_id": offer.offer_id,
        "match_id": offer.match_id,
        "candidate_id": offer.candidate_id,
        "position_id": offer.position_id,
        "firm_id": offer.firm_id,
    }


def made(offer: Offer) -> OfferMade:
    """Say that an offer was made."""
    return OfferMade(
        **_parties(offer), salary=offer.salary, starts_on=offer.starts_on, expires_at=offer.expires_at
    )


def accepted(offer: Offer) -> tuple[Offer, OfferAccepted]:
    """Accept an open offer."""
    event = OfferAccepted(**_parties(offer), salary=offer.salary, starts_on=offer.starts_on)
    return replace(offer, state="accepted"), event


def declined(offer: Offer, reason: OfferDeclineReason) -> tuple[Offer, OfferDeclined]:
    """Decline an open offer."""
    return replace(offer, state="declined", reason=reason), OfferDeclined(**_parties(offer), reason=reason)


def expired(offer: Offer) -> tuple[Offer, OfferExpired]:
    """Let an open offer expire."""
    return replace(offer, state="expired"), OfferExpired(**_parties(offer))


def withdrawn(offer: Offer, reason: OfferWithdrawalReason) -> tuple[Offer, OfferWithdrawn]:
    """Withdraw an offer that is open, or was accepted by somebody who will not come after all."""
    return replace(offer, state="withdrawn", reason=reason), OfferWithdrawn(**_parties(offer), reason=reason)


def hire_ended(offer: Offer, ended_on: date, reason: HireEndReason) -> tuple[Offer, HireEnded]:
    """End the hire that an accepted offer has become."""
    event = HireEnded(
        offer_id=offer.offer_id,
        candidate_id=offer.candidate_id,
        firm_id=offer.firm_id,
        ended_on=ended_on,
        reason=reason,
    )
    return replace(offer, state="ended", ended_on=ended_on, reason=reason), event
