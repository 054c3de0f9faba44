"""Assignments over HTTP: who should meet whom, on a visit."""

from fastapi import Response

from services.matching.api.forms import AssignmentRequest, AssignmentView
from services.matching.domain.assignments import Assignment
from services.matching.domain.candidates import Candidate
from services.matching.domain.engine import Pair, assign
from services.matching.domain.matches import Match, best_first
from services.matching.domain.rules import Rules
from services.matching.store import assignments, candidates, matches, positions, the_pool
from shared.events.ids import AssignmentId, PositionId
from shared.storage.collection import In
from shared.storage.unit import UnitOfWork
from shared.web.app import router as new_router
from shared.web.idempotency import IdempotencyKey, Reply
from shared.web.identity import Staff
from shared.web.lookup import existing
from shared.web.parts import Documents, OnlyOnce
from shared.web.problems import NotFound, NotKnownYet, documented

router = new_router()


@router.post(
    "/assignments",
    tags=["assignments"],
    status_code=201,
    response_model=AssignmentView,
    responses=documented(NotFound, NotKnownYet),
)
async def make_assignment(
    request: AssignmentRequest, _: Staff, key: IdempotencyKey, once: OnlyOnce
) -> Response:
    """Find out who should meet whom: whom to invite onto so many seats, and for which matches.

    Matches count that both sides have accepted and for which no interview has taken place.
    """

    async def make(unit: UnitOfWork) -> Reply:
        return Reply(201, AssignmentView.of(await _make(unit, request)))

    return await once.run(key, request, make)


async def _make(unit: UnitOfWork, request: AssignmentRequest) -> Assignment:
    found = await unit.find(matches, position_id=In(await _positions(unit, request)), state="made")
    available = {one.candidate_id for one in await _candidates(unit, request, found) if one.available}
    worth_it = [
        one for one in found if one.candidate_id in available and one.is_open and not one.was_interviewed
    ]
    pairs = [_pair(one) for one in sorted(worth_it, key=best_first)]
    meeting = assign(pairs, request.seats, unit.using(Rules).pairs_per_candidate)
    assignment = Assignment(
        assignment_id=unit.new_id(AssignmentId),
        seats=request.seats,
        candidates=meeting.candidates,
        pairs=meeting.pairs,
        made_at=unit.now,
    )
    unit.save(assignments, assignment)
    return assignment


async def _positions(unit: UnitOfWork, request: AssignmentRequest) -> list[PositionId]:
    if request.positions is None:
        return list((await the_pool(unit)).positions)
    wanted = sorted(set(request.positions))
    found = await unit.get_many(positions, wanted)
    if len(found) < len(wanted):
        raise NotFound("there is no such position among them")
    return [one.position_id for one in found if one.state == "open"]


async def _candidates(unit: UnitOfWork, request: AssignmentRequest, found: list[Match]) -> list[Candidate]:
    if request.candidates is None:
        return await unit.get_many(candidates, sorted({one.candidate_id for one in found}))
    wanted = sorted(set(request.candidates))
    known = await unit.get_many(candidates, wanted)
    if len(known) < len(wanted):
        raise NotKnownYet("one of the candidates")
    return known


def _pair(match: Match) -> Pair:
    return Pair(
        match_id=match.match_id,
        candidate_id=match.candidate_id,
        position_id=match.position_id,
        firm_id=match.firm_id,
        score=match.score,
    )


@router.get("/assignments/{assignment_id}", tags=["assignments"], responses=documented(NotFound))
async def show_assignment(assignment_id: AssignmentId, _: Staff, documents: Documents) -> AssignmentView:
    """Show who should meet whom, as it was found out then."""
    found = await existing(documents, assignments, assignment_id, "assignment")
    return AssignmentView.of(found)
