"""What falls due in notifications: 18:00 at somebody's, for what was gathered for them."""

from services.notifications.store import messages
from services.notifications.telling import GATHERING_DUE, send
from shared.events.ids import MessageId
from shared.storage.unit import UnitOfWork
from shared.timers import Timers

timers = Timers()


@timers.due(GATHERING_DUE)
async def send_gathered(message_id: str, unit: UnitOfWork) -> None:
    """Send what was gathered; what comes later goes the next day."""
    message = await unit.get(messages, MessageId(message_id))
    if message is not None and message.state == "gathering":
        await send(unit, message)
