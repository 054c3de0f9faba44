"""Rounds over HTTP."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from fastapi import Response

from services.intake.api.forms import CurrentRound, RoundRequest, RoundView
from services.intake.api.problems import NoRoundOpen, RoundsOverlap
from services.intake.domain.rounds import Round, closed, freed, opened, overlaps, plan
from services.intake.store import recruiting, rounds, the_recruiting, the_round
from services.intake.timers import ROUND_CLOSES, ROUND_OPENS
from shared.events.ids import RoundId
from shared.storage.unit import UnitOfWork
from shared.web.app import router as new_router
from shared.web.idempotency import IdempotencyKey, Reply
from shared.web.identity import ANYONE, Staff
from shared.web.lookup import existing
from shared.web.pages import Cursor, Limit, Page
from shared.web.parts import Command, Documents, OnlyOnce
from shared.web.problems import Conflict, FieldError, Invalid, NotFound, documented

router = new_router()


@router.get("/rounds/current", tags=["rounds"], dependencies=[ANYONE], responses=documented(NoRoundOpen))
async def current_round(documents: Documents) -> CurrentRound:
    """Show the round in which people can apply."""
    for found in await documents.find(rounds, state="open"):
        return CurrentRound(
            round_id=found.round_id,
            opens_on=found.opens_on,
            closes_on=found.closes_on,
            has_places=found.placed < found.capacity,
        )
    raise NoRoundOpen


@router.get("/rounds", tags=["rounds"])
async def list_rounds(
    _: Staff, documents: Documents, cursor: Cursor = None, limit: Limit = 50
) -> Page[RoundView]:
    """List all rounds."""
    found, following = await documents.page(rounds, cursor, limit)
    return Page(items=[RoundView.of(one) for one in found], next=following)


@router.get("/rounds/{round_id}", tags=["rounds"], responses=documented(NotFound))
async def show_round(round_id: RoundId, _: Staff, documents: Documents) -> RoundView:
    """Show a round, with how many places were taken, how many wait, and how many came too late."""
    found = await existing(documents, rounds, round_id, "round")
    return RoundView.of(found)


@router.post(
    "/rounds",
    tags=["rounds"],
    status_code=201,
    response_model=RoundView,
    responses=documented(RoundsOverlap),
)
async def create_round(request: RoundRequest, _: Staff, key: IdempotencyKey, once: OnlyOnce) -> Response:
    """Plan a round of recruiting; it opens on its first day, or at once where that has come."""

    async def create(unit: UnitOfWork) -> Reply:
        return Reply(201, RoundView.of(await _create(request, unit)))

    return await once.run(key, request, create)


async def _create(request: RoundRequest, unit: UnitOfWork) -> Round:
    if request.closes_on < unit.today:
        raise Invalid(
            errors=[FieldError(where="body.closes_on", message="should not have passed", code="past")]
        )
    all_rounds = await the_recruiting(unit)
    if overlaps(all_rounds, request.opens_on, request.closes_on):
        raise RoundsOverlap
    planned = Round(round_id=unit.new_id(RoundId), **dict(request))
    all_rounds = plan(all_rounds, planned)
    unit.set_timer(ROUND_CLOSES, planned.round_id, _midnight(unit, planned.closes_on + timedelta(days=1)))
    if planned.opens_on <= unit.today:
        planned, event = opened(planned)
        unit.save(rounds, planned, event)
        all_rounds = replace(all_rounds, current=planned.round_id)
    else:
        unit.save(rounds, planned)
        unit.set_timer(ROUND_OPENS, planned.round_id, _midnight(unit, planned.opens_on))
    unit.save(recruiting, all_rounds)
    return planned


def _midnight(unit: UnitOfWork, day: date) -> datetime:
    return datetime.combine(day, time(), unit.zone)


@router.post("/rounds/{round_id}/closing", tags=["rounds"], responses=documented(NotFound, Conflict))
async def close_round(round_id: RoundId, _: Staff, command: Command) -> RoundView:
    """Close a round now, so that nobody can apply in it any more."""

    async def close(unit: UnitOfWork) -> Round:
        found = await the_round(unit, round_id)
        if found.state == "planned":
            raise Conflict("it has not opened yet")
        if found.state == "open":
            found, event = closed(found, "staff")
            unit.save(rounds, found, event)
            unit.save(recruiting, freed(await the_recruiting(unit), found))
            unit.cancel_timer(ROUND_CLOSES, round_id)
        return found

    return RoundView.of(await command(close))
