"""What falls due in matching: the end of an offer."""

from services.matching.domain.offers import expired
from services.matching.endings import OFFER_EXPIRES, let_go
from services.matching.store import offers
from shared.storage.unit import UnitOfWork
from shared.timers import Timers

timers = Timers()


@timers.due(OFFER_EXPIRES)
async def expire_offer(offer_id: str, unit: UnitOfWork) -> None:
    """Let an offer expire that nobody has answered."""
    offer = await unit.get(offers, offer_id)
    if offer is not None and offer.state == "open":
        await let_go(unit, *expired(offer))
