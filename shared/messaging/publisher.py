"""Publishing with confirms: what returns is in a queue, on disk."""

import asyncio
from typing import cast

from aio_pika import DeliveryMode
from aio_pika.abc import AbstractChannel
from aiormq import Channel
from aiormq.exceptions import DeliveryError, PublishError
from pamqp.commands import Basic

from shared.messaging.errors import ConnectionLost, Refused, lost_unless_cancelled
from shared.messaging.onward import UNWRITABLE

LOOK = 0.05
"""Seconds within which a connection that is not blocked says so."""


class Publisher:
    """Publishes on one channel, which was opened with confirms and ``on_return_raises``."""

    def __init__(self, channel: AbstractChannel, timeout: float) -> None:
        self._channel = channel
        self._timeout = timeout

    async def publish(
        self, exchange: str, routing_key: str, body: bytes, properties: Basic.Properties
    ) -> None:
        """Return when the broker has confirmed the message; raise Refused where it does not take it.

        That no queue is there for it (a PublishError) says that the topology is to be declared again. The message is
        kept on disk. As with deliveries, aio-pika's own message is not made: it would be made only to be taken apart
        again. A broker that is short of memory or disk blocks whoever publishes. That takes as long as it takes;
        otherwise a confirmation that does not come in time is a connection lost.
        """
        with lost_unless_cancelled("while publishing"):
            below = cast("Channel", await self._channel.get_underlay_channel())
            properties.delivery_mode = DeliveryMode.PERSISTENT.value
            while True:
                try:
                    await below.basic_publish(
                        body,
                        exchange=exchange,
                        routing_key=routing_key,
                        properties=properties,
                        mandatory=True,
                        timeout=self._timeout,
                        wait=False,  # for the socket: the confirmation is what counts
                    )
                except TimeoutError as error:
                    if not await self.is_blocked():
                        raise ConnectionLost("no confirmation in time") from error
                    await self.unblocked()  # and once more: it may have got through, which repeats it
                except PublishError:
                    raise
                except (DeliveryError, *UNWRITABLE) as error:
                    raise Refused(type(error).__name__) from error
                else:
                    return

    async def is_blocked(self) -> bool:
        """Say whether the broker has blocked this connection."""
        try:
            async with asyncio.timeout(LOOK):
                await self.unblocked()
        except TimeoutError:
            return True
        return False

    async def unblocked(self) -> None:
        """Return when the broker takes messages on this connection, which is nearly always."""
        channel = await self._channel.get_underlay_channel()
        await channel.connection.ready()
