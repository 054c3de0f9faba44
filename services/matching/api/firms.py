"""Firms over HTTP."""

from dataclasses import replace

from fastapi import Response

from services.matching.api.forms import FirmChange, FirmRequest, FirmView
from services.matching.domain.firms import Firm, changed, registered
from services.matching.private import sealed, send_contact
from services.matching.store import firms, the_firm
from shared.events.ids import FirmId
from shared.storage.unit import UnitOfWork
from shared.web.app import router as new_router
from shared.web.idempotency import IdempotencyKey, Reply
from shared.web.identity import Staff, StaffOrFirm
from shared.web.pages import Cursor, Limit, Page
from shared.web.parts import Command, Documents, OnlyOnce
from shared.web.problems import FieldError, Invalid, NotFound, documented
from shared.web.versions import ETag, IfMatch, must_match

router = new_router()


@router.get("/firms", tags=["firms"])
async def list_firms(
    _: Staff, documents: Documents, cursor: Cursor = None, limit: Limit = 100
) -> Page[FirmView]:
    """List all firms."""
    found, following = await documents.page(firms, cursor, limit)
    return Page(items=[FirmView.of(one) for one in found], next=following)


@router.post(
    "/firms",
    tags=["firms"],
    status_code=201,
    response_model=FirmView,
)
async def register_firm(request: FirmRequest, _: Staff, key: IdempotencyKey, once: OnlyOnce) -> Response:
    """Register a firm, which can open positions then. It is welcomed by mail."""

    async def register(unit: UnitOfWork) -> Reply:
        firm = Firm(
            firm_id=unit.new_id(FirmId),
            name=request.name,
            language=request.language,
            time_zone=request.time_zone,
            sealed_contact="",
        )
        firm = replace(firm, sealed_contact=sealed(unit, firm, request.contact))
        send_contact(unit, firm)
        unit.save(firms, firm, registered(firm))
        return Reply(201, FirmView.of(firm))

    return await once.run(key, request, register)


@router.get("/firms/{firm_id}", tags=["firms"], responses=documented(NotFound))
async def show_firm(firm_id: FirmId, caller: StaffOrFirm, documents: Documents, etag: ETag) -> FirmView:
    """Show a firm. The ETag is for changing it."""
    caller.must_be(firm_id)
    found = await documents.get_with_version(firms, firm_id)
    if found is None:
        raise NotFound("there is no such firm")
    etag(found[1])
    return FirmView.of(found[0])


@router.patch("/firms/{firm_id}", tags=["firms"], responses=documented(NotFound))
async def change_firm(
    firm_id: FirmId,
    change: FirmChange,
    caller: StaffOrFirm,
    version: IfMatch,
    command: Command,
    etag: ETag,
) -> FirmView:
    """Change a firm's record; what is absent stays as it is."""
    caller.must_be(firm_id)

    async def make(unit: UnitOfWork) -> tuple[Firm, int]:
        before = await the_firm(unit, firm_id)
        known_version = await unit.version(firms, firm_id)
        must_match(version, known_version)
        firm = _change(unit, before, change)
        if firm == before:
            return firm, known_version
        send_contact(unit, firm)
        event = changed(before, firm)
        unit.save(firms, firm, *([] if event is None else [event]))
        return firm, known_version + 1

    firm, new_version = await command(make)
    etag(new_version)
    return FirmView.of(firm)


def _change(unit: UnitOfWork, before: Firm, change: FirmChange) -> Firm:
    firm = replace(
        before,
        name=change.name or before.name,
        language=change.language or before.language,
        time_zone=change.time_zone or before.time_zone,
    )
    if change.contact is not None:
        return replace(firm, sealed_contact=sealed(unit, firm, change.contact))
    if firm != before:
        message = "name, language and time zone are sealed with the contact, so it is needed with them"
        raise Invalid(errors=[FieldError(where="body.contact", message=message, code="missing")])
    return firm
