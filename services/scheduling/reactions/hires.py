"""Hires: an accepted offer starts a relocation."""

from services.scheduling.moving import start
from services.scheduling.reactions.registry import reactions
from services.scheduling.store import candidates
from shared.events.matching import OfferAccepted
from shared.messaging.reactions import NotYet
from shared.storage.unit import UnitOfWork


@reactions.on(OfferAccepted, reads=lambda event: [candidates.key(event.candidate_id)])
async def begin_relocation(event: OfferAccepted, unit: UnitOfWork) -> None:
    """Start a hired candidate's move; nothing is started for who has left."""
    candidate = await unit.get(candidates, event.candidate_id)
    if candidate is None:
        raise NotYet("candidate")
    if not candidate.is_gone:
        await start(unit, candidate, event)
