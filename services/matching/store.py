"""What matching keeps in MongoDB."""

from typing import Any

from services.matching.domain.assignments import Assignment
from services.matching.domain.candidates import Candidate
from services.matching.domain.firms import Firm
from services.matching.domain.matches import Match
from services.matching.domain.offers import Offer
from services.matching.domain.pool import POOL, Pool
from services.matching.domain.positions import Position
from services.matching.domain.requests import Request
from shared.events.ids import CandidateId
from shared.storage.collection import Collection, Index
from shared.storage.unit import UnitOfWork
from shared.web.lookup import existing

firms = Collection(Firm, "firms", id="firm_id")
positions = Collection(
    Position, "positions", id="position_id", indexes=[Index(("firm_id", "state")), Index(("state",))]
)
pools = Collection(Pool, "pools", id="pool_id")
candidates = Collection(
    Candidate, "candidates", id="candidate_id", indexes=[Index(("available",), where={"available": True})]
)
matches = Collection(
    Match,
    "matches",
    id="match_id",
    # That a candidate and a position have one match is kept in the candidate's document; this only proves it.
    indexes=[Index(("candidate_id", "position_id"), unique=True), Index(("position_id", "state"))],
)
offers = Collection(
    Offer, "offers", id="offer_id", indexes=[Index(("position_id",)), Index(("candidate_id",))]
)
assignments = Collection(Assignment, "assignments", id="assignment_id")
requests = Collection(Request, "requests", id="request_key")

COLLECTIONS: list[Collection[Any]] = [
    firms,
    positions,
    pools,
    candidates,
    matches,
    offers,
    assignments,
    requests,
]
POOL_KEY = pools.key(POOL)


async def the_pool(unit: UnitOfWork) -> Pool:
    """Return the pool of open positions."""
    return await unit.get(pools, POOL) or Pool()


async def the_candidate(unit: UnitOfWork, candidate_id: CandidateId) -> Candidate:
    """Return what is known of a candidate: nothing yet, for one of whom no event has come."""
    return await unit.get(candidates, candidate_id) or Candidate(candidate_id=candidate_id)


async def the_firm(unit: UnitOfWork, firm_id: str) -> Firm:
    """Return a firm; raises NotFound."""
    return await existing(unit, firms, firm_id, "firm")


async def the_position(unit: UnitOfWork, position_id: str) -> Position:
    """Return a position; raises NotFound."""
    return await existing(unit, positions, position_id, "position")


async def the_match(unit: UnitOfWork, match_id: str) -> Match:
    """Return a match; raises NotFound."""
    return await existing(unit, matches, match_id, "match")


async def the_offer(unit: UnitOfWork, offer_id: str) -> Offer:
    """Return an offer; raises NotFound."""
    return await existing(unit, offers, offer_id, "offer")
