"""Relocations over HTTP."""

from dataclasses import replace
from typing import Annotated

from fastapi import Path

from services.scheduling.api.forms import RelocationChange
from services.scheduling.api.views import RelocationView
from services.scheduling.domain.relocations import Relocation
from services.scheduling.domain.steps import named
from services.scheduling.moving import do_step
from services.scheduling.store import relocations, the_relocation
from shared.events.ids import RelocationId
from shared.events.vocabulary import RelocationStepName
from shared.storage.unit import UnitOfWork
from shared.web.app import router as new_router
from shared.web.identity import Staff, StaffFirmOrCandidate
from shared.web.parts import Command, Documents
from shared.web.problems import Conflict, NotFound, documented
from shared.web.versions import ETag, IfMatch, must_match

router = new_router()
Step = Annotated[RelocationStepName, Path(description="What was to be done, as a code")]


@router.get("/relocations/{relocation_id}", tags=["relocations"], responses=documented(NotFound))
async def show_relocation(
    relocation_id: RelocationId, caller: StaffFirmOrCandidate, documents: Documents, etag: ETag
) -> RelocationView:
    """Show a move to whoever moves and to the firm. The ETag is for changing it."""
    found = await documents.get_with_version(relocations, relocation_id)
    if found is None:
        raise NotFound("there is no such relocation")
    relocation, version = found
    caller.must_be(relocation.candidate_id, relocation.firm_id)
    etag(version)
    return RelocationView.of(relocation)


@router.patch(
    "/relocations/{relocation_id}",
    tags=["relocations"],
    responses=documented(NotFound),
)
async def change_relocation(
    relocation_id: RelocationId,
    request: RelocationChange,
    _: Staff,
    version: IfMatch,
    command: Command,
    etag: ETag,
) -> RelocationView:
    """Choose the residence status that is applied for."""

    async def make(unit: UnitOfWork) -> tuple[Relocation, int]:
        relocation = await the_relocation(unit, relocation_id)
        before = await unit.version(relocations, relocation_id)
        must_match(version, before)
        changed = replace(relocation, visa_track=request.visa_track)
        unit.save(relocations, changed)
        return changed, before + (changed != relocation)

    changed, after = await command(make)
    etag(after)
    return RelocationView.of(changed)


@router.post(
    "/relocations/{relocation_id}/steps/{step}/done",
    tags=["relocations"],
    responses=documented(NotFound, Conflict),
)
async def finish_step(
    relocation_id: RelocationId, step: Step, caller: StaffFirmOrCandidate, command: Command
) -> RelocationView:
    """Note that a step is done; with `arrival`, the candidate has relocated."""

    async def make(unit: UnitOfWork) -> Relocation:
        relocation = await the_relocation(unit, relocation_id)
        caller.must_be(relocation.candidate_id, relocation.firm_id)
        found = named(relocation.steps, step)
        if found is None:
            raise NotFound("this move has no such step")
        if found.is_done:
            return relocation
        if relocation.state == "cancelled":
            raise Conflict("the move was cancelled")
        return await do_step(unit, relocation, found)

    return RelocationView.of(await command(make, [relocations.key(relocation_id)]))
