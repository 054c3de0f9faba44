"""Endings: of offers, hires, matches, positions and candidacies. Whatever was held is free again.

Each function reads what it changes from the unit, so that they can follow each other in any order.
"""

from dataclasses import replace
from datetime import date
from typing import Final

from services.matching.domain import offers as deciding
from services.matching.domain.candidates import hired, rid_of
from services.matching.domain.matches import Match, ended, forgotten, without_offer
from services.matching.domain.offers import Offer
from services.matching.domain.pool import without_position
from services.matching.domain.positions import Position, closed, freed, taken
from services.matching.proposals import propose_positions
from services.matching.store import (
    candidates,
    matches,
    offers,
    pools,
    positions,
    the_candidate,
    the_match,
    the_offer,
    the_pool,
    the_position,
)
from shared.events.ids import CandidateId
from shared.events.matching import HireEnded, OfferDeclined, OfferExpired, OfferWithdrawn
from shared.events.vocabulary import HireEndReason, OfferWithdrawalReason, Party, PositionClosingReason
from shared.storage.collection import In
from shared.storage.unit import UnitOfWork

OFFER_EXPIRES = "offer-expires"
"""The timer that lets an offer expire; its key is the offer's id."""
PARTED: Final[dict[HireEndReason, Party]] = {"resigned": "candidate", "dismissed": "firm"}
"""Who ends the match of a hire that ends; where nobody did, circumstances."""


async def let_go(
    unit: UnitOfWork, offer: Offer, event: OfferDeclined | OfferExpired | OfferWithdrawn | HireEnded
) -> Offer:
    """Store an offer that no longer stands; the place that it held is free again."""
    before = await the_offer(unit, offer.offer_id)
    position = await the_position(unit, offer.position_id)
    candidate = await the_candidate(unit, offer.candidate_id)
    match = await the_match(unit, offer.match_id)
    unit.save(offers, offer, event)
    unit.cancel_timer(OFFER_EXPIRES, offer.offer_id)
    unit.save(positions, freed(position, was_accepted=before.state == "accepted"))
    unit.save(candidates, rid_of(candidate, offer.offer_id))
    unit.save(matches, without_offer(match))
    return offer


async def end_match(
    unit: UnitOfWork, match: Match, by: Party, reason: OfferWithdrawalReason = "firm"
) -> Match:
    """End a match; an offer of it is withdrawn for the reason that is given."""
    if match.offer is not None:
        await let_go(unit, *deciding.withdrawn(await the_offer(unit, match.offer), reason))
    match, event = ended(await the_match(unit, match.match_id), by)
    unit.save(matches, match, event)
    return match


async def close(unit: UnitOfWork, position: Position, reason: PositionClosingReason) -> Position:
    """Close a position: its open matches end, its open offers are withdrawn. Hires stand."""
    position, event = closed(position, reason)
    unit.save(positions, position, event)
    unit.save(pools, without_position(await the_pool(unit), position.position_id))
    undecided = await unit.find(
        matches, position_id=position.position_id, state=In(["proposed", "made"]), hired=False
    )
    for match in undecided:
        await end_match(unit, match, "programme")
    return await the_position(unit, position.position_id)


async def hire(unit: UnitOfWork, offer: Offer) -> Offer:
    """Let a candidate accept an open offer: all else that was open for them ends, and a full position closes."""
    position = taken(await the_position(unit, offer.position_id))
    candidate = hired(await the_candidate(unit, offer.candidate_id), offer.offer_id)
    match = await the_match(unit, offer.match_id)
    offer, event = deciding.accepted(offer)
    unit.save(offers, offer, event)
    unit.cancel_timer(OFFER_EXPIRES, offer.offer_id)
    unit.save(positions, position)
    unit.save(candidates, candidate)
    unit.save(matches, replace(match, hired=True))
    for other in await unit.get_many(matches, candidate.matches.values()):
        if other.is_open:
            await end_match(unit, other, "programme", "other-offer")
    if position.is_filled:
        await close(unit, position, "filled")
    return offer


async def end_hire(unit: UnitOfWork, offer: Offer, ended_on: date, reason: HireEndReason) -> Offer:
    """End a hire: its match ends with it, and who is still in the running is proposed to others at once."""
    offer = await let_go(unit, *deciding.hire_ended(offer, ended_on, reason))
    match, event = ended(await the_match(unit, offer.match_id), PARTED.get(reason, "programme"))
    unit.save(matches, match, event)
    candidate = await the_candidate(unit, offer.candidate_id)
    if candidate.available:
        await propose_positions(unit, candidate)
    return offer


async def leave(unit: UnitOfWork, candidate_id: CandidateId, reason: OfferWithdrawalReason) -> None:
    """Let a candidate go: open matches end, offers are withdrawn, a hire that has not begun does not begin."""
    candidate = await the_candidate(unit, candidate_id)
    for match in await unit.get_many(matches, candidate.matches.values()):
        if match.is_open or (match.hired and not await _has_begun(unit, match)):
            await end_match(unit, match, "programme", reason)
        if reason == "erased":
            unit.save(matches, forgotten(await the_match(unit, match.match_id)))


async def _has_begun(unit: UnitOfWork, match: Match) -> bool:
    return match.offer is not None and (await the_offer(unit, match.offer)).starts_on <= unit.today
