"""Hires: an accepted offer starts a relocation, and the end of the hire calls it off."""

from dataclasses import replace
from typing import Final

from services.scheduling.moving import call_off, start
from services.scheduling.reactions.registry import reactions
from services.scheduling.store import candidates, relocations
from shared.events.matching import HireEnded, OfferAccepted
from shared.events.vocabulary import HireEndReason, RelocationCancellationReason
from shared.messaging.reactions import NotYet
from shared.storage.unit import UnitOfWork

CALLED_OFF: Final[dict[HireEndReason, RelocationCancellationReason]] = {"resigned": "withdrawn"}
"""Why a move is called off, by why the hire ended: the candidate gave it up; of all else the firm has told."""


@reactions.on(OfferAccepted, reads=lambda event: [candidates.key(event.candidate_id)])
async def begin_relocation(event: OfferAccepted, unit: UnitOfWork) -> None:
    """Start a hired candidate's move; nothing is started for who has left, nor for a hire that has ended."""
    candidate = await unit.get(candidates, event.candidate_id)
    if candidate is None:
        raise NotYet("candidate")
    if not candidate.is_gone and event.offer_id not in candidate.ended_hires:
        await start(unit, candidate, event)


@reactions.on(HireEnded, reads=lambda event: [candidates.key(event.candidate_id)])
async def end_relocation(event: HireEnded, unit: UnitOfWork) -> None:
    """Call off the move that a hire was to bring; who has arrived has arrived, and is reminded of nothing more.

    Lessons go on, since they are the candidate's and not the firm's; those that were dropped for the move are
    not planned again by themselves.
    """
    candidate = await unit.get(candidates, event.candidate_id)
    if candidate is None:
        raise NotYet("candidate")
    if candidate.erased:
        return
    unit.save(candidates, replace(candidate, ended_hires=(*candidate.ended_hires, event.offer_id)))
    for relocation in await unit.get_many(relocations, candidate.relocations):
        if relocation.offer_id == event.offer_id:
            await call_off(unit, relocation.relocation_id, CALLED_OFF.get(event.reason, "firm"))
