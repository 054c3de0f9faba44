"""Publishing with confirms: what returns is in a queue, on disk."""

from aio_pika.abc import AbstractChannel, AbstractMessage

from shared.messaging.errors import lost_unless_cancelled


class Publisher:
    """Publishes on one channel, which was opened with confirms and ``on_return_raises``."""

    def __init__(self, channel: AbstractChannel, timeout: float) -> None:
        self._channel = channel
        self._timeout = timeout

    async def publish(self, exchange: str, routing_key: str, message: AbstractMessage) -> None:
        """Return when the broker has confirmed the message; raise where it did not, or found no queue for it."""
        with lost_unless_cancelled("while publishing"):
            target = await self._channel.get_exchange(exchange, ensure=False)
            await target.publish(message, routing_key, mandatory=True, timeout=self._timeout)
