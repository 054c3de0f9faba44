"""Publishing with confirms: what returns is in a queue, on disk."""

import asyncio

from aio_pika.abc import AbstractChannel, AbstractMessage

from shared.messaging.errors import ConnectionLost


class Publisher:
    """Publishes on one channel, which was opened with confirms and ``on_return_raises``."""

    def __init__(self, channel: AbstractChannel, timeout: float) -> None:
        self._channel = channel
        self._timeout = timeout

    async def publish(self, exchange: str, routing_key: str, message: AbstractMessage) -> None:
        """Return when the broker has confirmed the message; raise where it did not, or found no queue for it."""
        try:
            target = await self._channel.get_exchange(exchange, ensure=False)
            await target.publish(message, routing_key, mandatory=True, timeout=self._timeout)
        except asyncio.CancelledError as error:
            # A frozen connection that misses its heartbeat cancels what waits on it, though nobody cancelled us.
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise ConnectionLost("while publishing") from error
