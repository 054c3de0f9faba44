"""Positions over HTTP."""

from typing import Annotated

from fastapi import Query, Response

from services.matching.api.callers import speaks_for
from services.matching.api.forms import PositionRequest, PositionView
from services.matching.api.problems import HeadcountHeld
from services.matching.domain.positions import Position, PositionState, changed
from services.matching.endings import close
from services.matching.openings import open_position as open_for
from services.matching.proposals import propose_candidates
from services.matching.store import firms, positions, the_firm, the_pool, the_position
from shared.events.ids import FirmId, PositionId
from shared.storage.collection import In
from shared.storage.unit import UnitOfWork
from shared.web.app import router as new_router
from shared.web.idempotency import IdempotencyKey, Reply
from shared.web.identity import AnyoneOrKnown, Caller, StaffOrFirm
from shared.web.pages import Cursor, Limit, Page, Reader
from shared.web.parts import Command, Documents, OnlyOnce
from shared.web.problems import Conflict, Forbidden, NotFound, documented
from shared.web.versions import ETag, IfMatch, must_match

router = new_router()


@router.get("/positions", tags=["positions"], responses=documented(Forbidden))
async def list_positions(
    caller: AnyoneOrKnown,
    documents: Documents,
    firm_id: Annotated[FirmId | None, Query(description="Those of this firm alone")] = None,
    state: Annotated[PositionState | None, Query(description="Those in this state alone")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[PositionView]:
    """List positions: the open ones to anyone; all of them to staff, and its own to a firm that asks for them."""
    if not _sees_all(caller, firm_id):
        if state == "closed":
            raise Forbidden("closed positions are shown to their firm and to staff")
        state = "open"
    wanted = {"firm_id": firm_id, "state": state}
    where = {name: value for name, value in wanted.items() if value is not None}
    found, following = await documents.page(positions, cursor, limit, **where)
    return Page(items=await _shown(found, caller, documents), next=following)


@router.get("/positions/{position_id}", tags=["positions"], responses=documented(NotFound))
async def show_position(
    position_id: PositionId, caller: AnyoneOrKnown, documents: Documents, etag: ETag
) -> PositionView:
    """Show a position: an open one to anyone, any to its firm and staff. The ETag is for changing it."""
    found = await documents.get_with_version(positions, position_id)
    if found is None or (found[0].state != "open" and not _sees_all(caller, found[0].firm_id)):
        raise NotFound("there is no such position, or none that is open")
    etag(found[1])
    return (await _shown([found[0]], caller, documents))[0]


def _sees_all(caller: Caller | None, firm_id: FirmId | None) -> bool:
    return caller is not None and (caller.is_staff or (firm_id is not None and speaks_for(caller, firm_id)))


async def _shown(found: list[Position], caller: Caller | None, documents: Reader) -> list[PositionView]:
    wanted = sorted({position.firm_id for position in found})
    names = {firm.firm_id: firm.name for firm in await documents.find(firms, _id=In(wanted))}
    return [
        PositionView.of(one, names.get(one.firm_id, ""), wholly=_sees_all(caller, one.firm_id))
        for one in found
    ]


@router.post(
    "/firms/{firm_id}/positions",
    tags=["positions"],
    status_code=201,
    response_model=PositionView,
    responses=documented(NotFound),
)
async def open_position(
    firm_id: FirmId, request: PositionRequest, caller: StaffOrFirm, key: IdempotencyKey, once: OnlyOnce
) -> Response:
    """Open a position. It is proposed at once to shortlisted candidates whom it suits."""
    caller.must_be(firm_id)

    async def create(unit: UnitOfWork) -> Reply:
        firm = await the_firm(unit, firm_id)
        position = await open_for(unit, firm_id, request.requirements)
        return Reply(201, PositionView.of(position, firm.name, wholly=True))

    return await once.run(key, request, create)


@router.patch(
    "/positions/{position_id}",
    tags=["positions"],
    responses=documented(NotFound, Conflict, HeadcountHeld),
)
async def change_position(
    position_id: PositionId,
    change: PositionRequest,
    caller: StaffOrFirm,
    version: IfMatch,
    command: Command,
    etag: ETag,
) -> PositionView:
    """Change what a position asks for and offers. What was proposed stays; more may be proposed."""

    async def make(unit: UnitOfWork) -> tuple[PositionView, int]:
        position = await the_position(unit, position_id)
        caller.must_be(position.firm_id)
        known_version = await unit.version(positions, position_id)
        must_match(version, known_version)
        firm = await the_firm(unit, position.firm_id)
        after = await _change(unit, position, change)
        new_version = known_version + int(after is not position)
        return PositionView.of(after, firm.name, wholly=True), new_version

    view, new_version = await command(make)
    etag(new_version)
    return view


async def _change(unit: UnitOfWork, position: Position, change: PositionRequest) -> Position:
    if position.requirements == change.requirements:
        return position
    if position.state == "closed":
        raise Conflict("the position is closed")
    if change.requirements.headcount < position.held:
        raise HeadcountHeld(f"{position.held} places are held")
    position, event = changed(position, change.requirements)
    unit.save(positions, position, event)
    if position.is_filled:
        return await close(unit, position, "filled")
    await propose_candidates(unit, position, await the_pool(unit))
    return position


@router.post("/positions/{position_id}/closing", tags=["positions"], responses=documented(NotFound))
async def close_position(position_id: PositionId, caller: StaffOrFirm, command: Command) -> PositionView:
    """Close a position: its open matches end, its open offers are withdrawn. Hires stand."""

    async def make(unit: UnitOfWork) -> PositionView:
        position = await the_position(unit, position_id)
        caller.must_be(position.firm_id)
        firm = await the_firm(unit, position.firm_id)
        if position.state == "open":
            position = await close(unit, position, "staff" if caller.is_staff else "firm")
        return PositionView.of(position, firm.name, wholly=True)

    return await command(make)
