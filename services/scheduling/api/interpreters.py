"""Interpreters over HTTP."""

from fastapi import Response

from services.scheduling.api.contacts import sealed_contact
from services.scheduling.api.forms import InterpreterRequest
from services.scheduling.api.people_views import InterpreterView
from services.scheduling.domain.interpreters import Interpreter
from services.scheduling.store import interpreters
from shared.events.ids import InterpreterId
from shared.storage.unit import UnitOfWork
from shared.web.app import router as new_router
from shared.web.idempotency import IdempotencyKey, Reply
from shared.web.identity import Staff
from shared.web.pages import Cursor, Limit, Page
from shared.web.parts import Documents, OnlyOnce

router = new_router()


@router.get("/interpreters", tags=["interpreters"])
async def list_interpreters(
    _: Staff, documents: Documents, cursor: Cursor = None, limit: Limit = 100
) -> Page[InterpreterView]:
    """List all interpreters, by id."""
    found, following = await documents.page(interpreters, cursor, limit)
    return Page(items=[InterpreterView.showing(one) for one in found], next=following)


@router.post("/interpreters", tags=["interpreters"], status_code=201, response_model=InterpreterView)
async def add_interpreter(
    request: InterpreterRequest, _: Staff, key: IdempotencyKey, once: OnlyOnce
) -> Response:
    """Add an interpreter. Interviews that are planned from then on take one where the two sides share no language."""

    async def create(unit: UnitOfWork) -> Reply:
        interpreter_id = unit.new_id(InterpreterId)
        interpreter = Interpreter(
            interpreter_id=interpreter_id,
            languages=tuple(sorted(set(request.languages))),
            language=request.language,
            time_zone=request.time_zone,
            sealed_contact=sealed_contact(unit, interpreter_id, "interpreter", request),
        )
        unit.save(interpreters, interpreter)
        unit.send_private(interpreters, interpreter_id, interpreter.sealed_contact)
        return Reply(201, InterpreterView.showing(interpreter))

    return await once.run(key, request, create)
