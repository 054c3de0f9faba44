"""Offers over HTTP."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime

from fastapi import Response

from services.matching.api.forms import HireEnd, OfferDecline, OfferRequest, OfferView
from services.matching.api.problems import (
    InterviewMissing,
    MatchEnded,
    MatchNotMade,
    OfferRunOut,
    OfferStands,
    PositionFull,
)
from services.matching.domain import matches as matching
from services.matching.domain.candidates import offered
from services.matching.domain.matches import Match
from services.matching.domain.offers import Offer, OfferState, declined, has_run_out, made, withdrawn
from services.matching.domain.positions import Position, held
from services.matching.domain.rules import Rules
from services.matching.endings import OFFER_EXPIRES, end_hire, hire, let_go
from services.matching.store import (
    candidates,
    matches,
    offers,
    positions,
    the_candidate,
    the_match,
    the_offer,
    the_position,
)
from shared.events.ids import CandidateId, MatchId, OfferId, PositionId
from shared.storage.unit import UnitOfWork
from shared.web.app import router as new_router
from shared.web.idempotency import IdempotencyKey, Reply
from shared.web.identity import Candidate, Firm, StaffFirmOrCandidate, StaffOrCandidate, StaffOrFirm
from shared.web.lookup import existing
from shared.web.pages import Cursor, Limit, Page, page_of
from shared.web.parts import Command, Documents, OnlyOnce
from shared.web.problems import Conflict, FieldError, Invalid, NotFound, documented

router = new_router()
Answer = Callable[[UnitOfWork, Offer], Awaitable[Offer]]


@router.get("/positions/{position_id}/offers", tags=["offers"], responses=documented(NotFound))
async def list_position_offers(
    position_id: PositionId,
    caller: StaffOrFirm,
    documents: Documents,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[OfferView]:
    """List a position's offers, the first made first."""
    position = await existing(documents, positions, position_id, "position")
    caller.must_be(position.firm_id)
    return _page(await documents.find(offers, position_id=position_id), cursor, limit)


@router.get("/candidates/{candidate_id}/offers", tags=["offers"])
async def list_candidate_offers(
    candidate_id: CandidateId,
    caller: StaffOrCandidate,
    documents: Documents,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[OfferView]:
    """List a candidate's offers, the first made first."""
    caller.must_be(candidate_id)
    return _page(await documents.find(offers, candidate_id=candidate_id), cursor, limit)


def _page(found: Iterable[Offer], cursor: str | None, limit: int) -> Page[OfferView]:
    in_order = sorted(found, key=lambda offer: (offer.made_at, -offer.salary, offer.offer_id))
    page, following = page_of(in_order, offers.id_of, cursor, limit)
    return Page(items=[OfferView.of(one) for one in page], next=following)


@router.get("/offers/{offer_id}", tags=["offers"], responses=documented(NotFound))
async def show_offer(offer_id: OfferId, caller: StaffFirmOrCandidate, documents: Documents) -> OfferView:
    """Show an offer."""
    offer = await existing(documents, offers, offer_id, "offer")
    caller.must_be(offer.firm_id, offer.candidate_id)
    return OfferView.of(offer)


@router.post(
    "/matches/{match_id}/offers",
    tags=["offers"],
    status_code=201,
    response_model=OfferView,
    responses=documented(NotFound, MatchEnded, MatchNotMade, InterviewMissing, OfferStands, PositionFull),
)
async def make_offer(
    match_id: MatchId,
    request: OfferRequest,
    caller: Firm,
    key: IdempotencyKey,
    documents: Documents,
    once: OnlyOnce,
) -> Response:
    """Offer a candidate the position, after an interview. It holds one of the position's places."""
    # Before the key is looked at: what was answered with it is not for another firm.
    caller.must_be((await existing(documents, matches, match_id, "match")).firm_id)

    async def make(unit: UnitOfWork) -> Reply:
        return Reply(201, OfferView.of(await _make(unit, await the_match(unit, match_id), request)))

    return await once.run(key, request, make, [matches.key(match_id)])


async def _make(unit: UnitOfWork, match: Match, request: OfferRequest) -> Offer:
    position = await the_position(unit, match.position_id)
    _must_allow_offer(match, position)
    _must_be_in_time(request, unit)
    candidate = await the_candidate(unit, match.candidate_id)
    offer = Offer(
        offer_id=unit.new_id(OfferId),
        match_id=match.match_id,
        candidate_id=match.candidate_id,
        position_id=match.position_id,
        firm_id=match.firm_id,
        salary=request.salary,
        starts_on=request.starts_on,
        expires_at=_to_the_millisecond(request.expires_at),
        made_at=unit.now,
    )
    unit.save(offers, offer, made(offer))
    unit.save(positions, held(position))
    unit.save(candidates, offered(candidate, offer.offer_id))
    unit.save(matches, matching.offered(match, offer.offer_id))
    unit.set_timer(OFFER_EXPIRES, offer.offer_id, offer.expires_at)
    return offer


def _must_allow_offer(match: Match, position: Position) -> None:
    if match.state == "ended":
        raise MatchEnded(f"it was ended by: {match.ended_by}")
    if match.state != "made":
        raise MatchNotMade
    if match.offer is not None:
        raise OfferStands
    if not match.was_interviewed:
        raise InterviewMissing
    if not position.has_room:
        raise PositionFull


def _must_be_in_time(request: OfferRequest, unit: UnitOfWork) -> None:
    longest = unit.using(Rules).longest_offer
    if not unit.now < request.expires_at <= unit.now + longest:
        raise _invalid("expires_at", f"Input should be in the future, and at most {longest.days} days ahead")
    if request.starts_on <= request.expires_at.astimezone(unit.zone).date():
        raise _invalid("starts_on", "Input should be after the day on which the offer expires")


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(errors=[FieldError(where=f"body.{field}", message=message, code=field)])


def _to_the_millisecond(moment: datetime) -> datetime:
    """Cut a moment to what the database's timers can hold, so that a timer never fires before its time."""
    utc = moment.astimezone(UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


@router.post(
    "/offers/{offer_id}/acceptance",
    tags=["offers"],
    responses=documented(NotFound, Conflict, OfferRunOut),
)
async def accept_offer(offer_id: OfferId, caller: Candidate, command: Command) -> OfferView:
    """Accept an offer: you are hired, and your other offers are withdrawn. Nothing can be accepted when it has expired."""

    async def make(unit: UnitOfWork) -> Offer:
        offer = await the_offer(unit, offer_id)
        caller.must_be(offer.candidate_id)
        return await _answer(unit, offer, "accepted", hire)

    return OfferView.of(await command(make, [offers.key(offer_id)]))


@router.post(
    "/offers/{offer_id}/decline",
    tags=["offers"],
    responses=documented(NotFound, Conflict, OfferRunOut),
)
async def decline_offer(
    offer_id: OfferId, caller: Candidate, command: Command, request: OfferDecline | None = None
) -> OfferView:
    """Decline an offer."""
    reason = (request or OfferDecline()).reason

    async def decline(unit: UnitOfWork, offer: Offer) -> Offer:
        return await let_go(unit, *declined(offer, reason))

    async def make(unit: UnitOfWork) -> Offer:
        offer = await the_offer(unit, offer_id)
        caller.must_be(offer.candidate_id)
        return await _answer(unit, offer, "declined", decline)

    return OfferView.of(await command(make, [offers.key(offer_id)]))


@router.post(
    "/offers/{offer_id}/withdrawal",
    tags=["offers"],
    responses=documented(NotFound, Conflict, OfferRunOut),
)
async def withdraw_offer(offer_id: OfferId, caller: Firm, command: Command) -> OfferView:
    """Withdraw an open offer. One that was accepted is a hire, which ends otherwise."""

    async def withdraw(unit: UnitOfWork, offer: Offer) -> Offer:
        return await let_go(unit, *withdrawn(offer, "firm"))

    async def make(unit: UnitOfWork) -> Offer:
        offer = await the_offer(unit, offer_id)
        caller.must_be(offer.firm_id)
        return await _answer(unit, offer, "withdrawn", withdraw)

    return OfferView.of(await command(make, [offers.key(offer_id)]))


async def _answer(unit: UnitOfWork, offer: Offer, state: OfferState, do: Answer) -> Offer:
    """Move an open offer on; moving it the same way again changes nothing."""
    if offer.state == state:
        return offer
    if offer.state == "expired" or (offer.state == "open" and has_run_out(offer, unit.now)):
        raise OfferRunOut
    if offer.state != "open":
        raise Conflict(f"the offer is {offer.state}")
    return await do(unit, offer)


@router.post("/offers/{offer_id}/end", tags=["offers"], responses=documented(NotFound, Conflict))
async def report_hire_end(offer_id: OfferId, request: HireEnd, caller: Firm, command: Command) -> OfferView:
    """Say that somebody who was hired no longer works for you. What was said first stays.

    The place is free again (a position that has closed stays closed), the match ends, and a move that has not
    come to the arrival is called off.
    """

    async def make(unit: UnitOfWork) -> Offer:
        offer = await the_offer(unit, offer_id)
        caller.must_be(offer.firm_id)
        if offer.state == "ended":
            return offer
        if offer.state != "accepted":
            raise Conflict(f"the offer is {offer.state}; nobody works for you by it")
        if not offer.made_at.astimezone(unit.zone).date() <= request.ended_on <= unit.today:
            raise _invalid(
                "ended_on", "Input should be a day since the offer was made, and not in the future"
            )
        return await end_hire(unit, offer, request.ended_on, request.reason)

    return OfferView.of(await command(make, [offers.key(offer_id)]))
