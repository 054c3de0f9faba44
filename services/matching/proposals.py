"""Proposals: who is put together with which position, at whatever moment one of the two appears or changes."""

from services.matching.domain.candidates import Candidate, matched
from services.matching.domain.engine import Scored, rank
from services.matching.domain.matches import Match, proposed, scored_again
from services.matching.domain.pool import Pool, used
from services.matching.domain.positions import Position
from services.matching.domain.rules import Rules
from services.matching.store import candidates, matches, pools, positions, the_pool
from shared.events.ids import MatchId
from shared.storage.unit import UnitOfWork


async def propose_positions(unit: UnitOfWork, candidate: Candidate) -> None:
    """Propose an available candidate's best open positions; bring the scores of known matches up to date.

    Saves the candidate.
    """
    rules = unit.using(Rules)
    pool = await the_pool(unit)
    unit.save(pools, used(pool))
    known = await _known(unit, candidate)
    for place, scored in enumerate(await _ranked(unit, candidate, pool)):
        match = known.get(scored.position.position_id)
        if match is not None:
            _score_again(unit, match, scored)
        elif place < rules.proposals_per_candidate and scored.score >= rules.proposals_floor:
            candidate = _propose(unit, candidate, scored)
    unit.save(candidates, candidate)


async def propose_candidates(unit: UnitOfWork, position: Position, pool: Pool) -> None:
    """Propose an open position, which is in the pool, to the available candidates whom it suits.

    Saves the pool: see there why.
    """
    unit.save(pools, used(pool))
    for candidate in await unit.find(candidates, available=True):
        if candidate.profile is None:
            continue
        (scored,) = rank(candidate.profile, [position])
        if (match := await _match(unit, candidate, position)) is not None:
            _score_again(unit, match, scored)
        elif await _is_among_the_best(unit, candidate, scored, pool):
            unit.save(candidates, _propose(unit, candidate, scored))


async def _match(unit: UnitOfWork, candidate: Candidate, position: Position) -> Match | None:
    match_id = candidate.matches.get(position.position_id)
    if match_id is None:
        return None
    return await unit.get(matches, match_id)


async def _known(unit: UnitOfWork, candidate: Candidate) -> dict[str, Match]:
    found = await unit.get_many(matches, candidate.matches.values())
    return {match.position_id: match for match in found}


async def _ranked(unit: UnitOfWork, candidate: Candidate, pool: Pool) -> list[Scored]:
    if candidate.profile is None:
        return []
    return rank(candidate.profile, await unit.get_many(positions, pool.positions))


async def _is_among_the_best(unit: UnitOfWork, candidate: Candidate, scored: Scored, pool: Pool) -> bool:
    rules = unit.using(Rules)
    if scored.score < rules.proposals_floor:
        return False
    if len(pool.positions) <= rules.proposals_per_candidate:
        return True
    best = (await _ranked(unit, candidate, pool))[: rules.proposals_per_candidate]
    return any(one.position.position_id == scored.position.position_id for one in best)


def _propose(unit: UnitOfWork, candidate: Candidate, scored: Scored) -> Candidate:
    match = Match(
        match_id=unit.new_id(MatchId),
        candidate_id=candidate.candidate_id,
        position_id=scored.position.position_id,
        firm_id=scored.position.firm_id,
        score=scored.score,
        reasons=scored.reasons,
        content=scored.content,
        proposed_at=unit.now,
    )
    unit.save(matches, match, proposed(match))
    return matched(candidate, match.position_id, match.match_id)


def _score_again(unit: UnitOfWork, match: Match, scored: Scored) -> None:
    if match.is_open:
        unit.save(matches, scored_again(match, scored))
