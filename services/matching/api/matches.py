"""Matches over HTTP: who suits whom, and what the two say to it."""

from collections.abc import Iterable

from services.matching.api.callers import speaks_for
from services.matching.api.forms import MatchAnswer, MatchView
from services.matching.api.problems import MatchEnded, OfferStands
from services.matching.domain.matches import Match, Side, accepted, best_first, has_accepted
from services.matching.endings import end_match
from services.matching.store import matches, positions, the_match
from shared.events.ids import CandidateId, MatchId, PositionId
from shared.storage.unit import UnitOfWork
from shared.web.app import router as new_router
from shared.web.identity import Caller, StaffFirmOrCandidate, StaffOrCandidate, StaffOrFirm
from shared.web.lookup import existing
from shared.web.pages import Cursor, Limit, Page, page_of
from shared.web.parts import Command, Documents
from shared.web.problems import FieldError, Forbidden, Invalid, NotFound, documented

router = new_router()


@router.get("/positions/{position_id}/matches", tags=["matches"], responses=documented(NotFound))
async def list_position_matches(
    position_id: PositionId,
    caller: StaffOrFirm,
    documents: Documents,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[MatchView]:
    """List a position's matches, best first, ended ones among them."""
    position = await existing(documents, positions, position_id, "position")
    caller.must_be(position.firm_id)
    return _page(await documents.find(matches, position_id=position_id), cursor, limit)


@router.get("/candidates/{candidate_id}/matches", tags=["matches"])
async def list_candidate_matches(
    candidate_id: CandidateId,
    caller: StaffOrCandidate,
    documents: Documents,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[MatchView]:
    """List a candidate's matches, best first, ended ones among them."""
    caller.must_be(candidate_id)
    return _page(await documents.find(matches, candidate_id=candidate_id), cursor, limit)


def _page(found: Iterable[Match], cursor: str | None, limit: int) -> Page[MatchView]:
    page, following = page_of(sorted(found, key=best_first), matches.id_of, cursor, limit)
    return Page(items=[MatchView.of(one) for one in page], next=following)


@router.post(
    "/matches/{match_id}/acceptance",
    tags=["matches"],
    responses=documented(NotFound, MatchEnded),
)
async def accept_match(
    match_id: MatchId, caller: StaffFirmOrCandidate, command: Command, request: MatchAnswer | None = None
) -> MatchView:
    """Accept a match for one side. When both have, it is made, and an interview can be planned."""

    async def make(unit: UnitOfWork) -> Match:
        match = await the_match(unit, match_id)
        by = _side(caller, match, request)
        if match.state == "ended":
            raise MatchEnded(f"it was ended by: {match.ended_by}")
        if not has_accepted(match, by):
            match, event = accepted(match, by)
            unit.save(matches, match, event)
        return match

    return MatchView.of(await command(make, [matches.key(match_id)]))


@router.post(
    "/matches/{match_id}/decline",
    tags=["matches"],
    responses=documented(NotFound, MatchEnded, OfferStands),
)
async def decline_match(
    match_id: MatchId, caller: StaffFirmOrCandidate, command: Command, request: MatchAnswer | None = None
) -> MatchView:
    """Decline a match for one side, which ends it for good, also where it had been accepted."""

    async def make(unit: UnitOfWork) -> Match:
        match = await the_match(unit, match_id)
        by = _side(caller, match, request)
        if match.state == "ended":
            if match.ended_by == by:
                return match
            raise MatchEnded(f"it was ended by: {match.ended_by}")
        if match.offer is not None:
            raise OfferStands("decline or withdraw the offer first")
        return await end_match(unit, match, by)

    return MatchView.of(await command(make, [matches.key(match_id)]))


def _side(caller: Caller, match: Match, request: MatchAnswer | None) -> Side:
    """Return for whom the caller answers; raises Forbidden, and Invalid where staff do not say it."""
    caller.must_be(match.candidate_id, match.firm_id)
    said = None if request is None else request.by
    if caller.is_staff:
        if said is None:
            message = "say whose answer it is: candidate or firm"
            raise Invalid(errors=[FieldError(where="body.by", message=message, code="missing")])
        return said
    own: Side = "firm" if speaks_for(caller, match.firm_id) else "candidate"
    if said not in {None, own}:
        raise Forbidden(f"you can answer for one side: {own}")
    return own
