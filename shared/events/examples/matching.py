"""Examples of what matching publishes."""

from datetime import date
from typing import Final

from shared.events.event import Event
from shared.events.examples.people import CANDIDATE, FIRM, MATCH, OFFER, POSITION, REQUEST, REQUIREMENTS, at
from shared.events.matching import (
    FirmChanged,
    FirmRegistered,
    HireEnded,
    MatchAccepted,
    MatchDeclined,
    MatchProposed,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferMade,
    OfferWithdrawn,
    PositionChanged,
    PositionClosed,
    PositionOpened,
)
from shared.events.profile import Reason

_NAME: Final = "株式会社出雲ソフト"
_STARTS_ON: Final = date(2027, 12, 1)

_FIRMS: Final[tuple[Event, ...]] = (
    FirmRegistered(firm_id=FIRM, name=_NAME, language="ja", time_zone="Asia/Tokyo"),
    FirmChanged(firm_id=FIRM, name=_NAME, language="en", time_zone="Asia/Tokyo"),
    PositionOpened(firm_id=FIRM, position_id=POSITION, requirements=REQUIREMENTS, request_id=REQUEST),
    PositionChanged(firm_id=FIRM, position_id=POSITION, requirements=REQUIREMENTS),
    PositionClosed(firm_id=FIRM, position_id=POSITION, requirements=REQUIREMENTS, reason="filled"),
)

_MATCHES: Final[tuple[Event, ...]] = (
    MatchProposed(
        match_id=MATCH,
        candidate_id=CANDIDATE,
        position_id=POSITION,
        firm_id=FIRM,
        score=0.75,
        reasons=(
            Reason(code="skill", skill="Python", points=0.5),
            Reason(code="skill-missing", skill="Amazon Web Services (AWS)", points=-0.125),
            Reason(code="experience", points=0.25),
            Reason(code="salary", points=0.125),
        ),
    ),
    MatchAccepted(
        match_id=MATCH,
        candidate_id=CANDIDATE,
        position_id=POSITION,
        firm_id=FIRM,
        by="firm",
        complete=True,
    ),
    MatchDeclined(match_id=MATCH, candidate_id=CANDIDATE, position_id=POSITION, firm_id=FIRM, by="programme"),
)

_OFFERS: Final[tuple[Event, ...]] = (
    OfferMade(
        offer_id=OFFER,
        match_id=MATCH,
        candidate_id=CANDIDATE,
        position_id=POSITION,
        firm_id=FIRM,
        salary=5_600_000,
        starts_on=_STARTS_ON,
        expires_at=at(date(2027, 7, 15), 18),
    ),
    OfferAccepted(
        offer_id=OFFER,
        match_id=MATCH,
        candidate_id=CANDIDATE,
        position_id=POSITION,
        firm_id=FIRM,
        salary=5_600_000,
        starts_on=_STARTS_ON,
    ),
    OfferDeclined(
        offer_id=OFFER,
        match_id=MATCH,
        candidate_id=CANDIDATE,
        position_id=POSITION,
        firm_id=FIRM,
        reason="salary",
    ),
    OfferExpired(offer_id=OFFER, match_id=MATCH, candidate_id=CANDIDATE, position_id=POSITION, firm_id=FIRM),
    OfferWithdrawn(
        offer_id=OFFER,
        match_id=MATCH,
        candidate_id=CANDIDATE,
        position_id=POSITION,
        firm_id=FIRM,
        reason="other-offer",
    ),
    HireEnded(
        offer_id=OFFER,
        candidate_id=CANDIDATE,
        firm_id=FIRM,
        ended_on=date(2029, 11, 30),
        reason="contract-ended",
    ),
)

MATCHING: Final[tuple[Event, ...]] = (*_FIRMS, *_MATCHES, *_OFFERS)
"""One of each."""
