"""Delivering: the outgoing work of one event for one webhook."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from services.notifications.domain.webhooks import (
    Delivery,
    DeliveryId,
    DeliveryState,
    LaneId,
    Webhook,
    WebhookId,
    failing,
    is_dead,
    working,
)
from services.notifications.store import deliveries, lanes, webhooks
from services.notifications.webhooks.calling import GONE, Caller, NotDelivered
from services.notifications.webhooks.heard import CONTENT_TYPE
from services.notifications.webhooks.lanes import clear, end, go_on, of_turn
from services.notifications.webhooks.signing import Secrets
from services.notifications.webhooks.switching import switch_off
from shared.outgoing import Record
from shared.storage.collection import Key
from shared.storage.commands import Commands
from shared.storage.pieces import Piece
from shared.storage.unit import UnitOfWork
from shared.telemetry import continue_trace
from shared.web.pages import Reader

USER_AGENT = "Enmusubi-Webhooks/1"


class Delivering:
    """The errand: sends the delivery whose turn it is, and gives the turn to the next one of its subject."""

    def __init__(
        self, documents: Reader, commands: Commands, caller: Caller, secrets: Secrets, patience: timedelta
    ) -> None:
        self._documents = documents
        self._commands = commands
        self._caller = caller
        self._secrets = secrets
        self._patience = patience

    def reads(self, key: str) -> Sequence[Key]:
        """Name the webhook, the lane and the delivery."""
        webhook_id, lane_id, delivery_id = of_turn(key)
        return [webhooks.key(webhook_id), lanes.key(lane_id), deliveries.key(delivery_id)]

    async def run(self, key: str) -> Record:
        """Send a delivery; raises NotDelivered where it may succeed later."""
        webhook_id, lane_id, delivery_id = of_turn(key)
        webhook = await self._documents.get(webhooks, webhook_id)
        delivery = await self._documents.get(deliveries, delivery_id)
        if webhook is None or webhook.state == "off":
            return partial(_drop, webhook_id, lane_id)
        if delivery is None or delivery.body is None or not await self._is_first(delivery):
            return partial(_give_turn, lane_id)
        try:
            await self._send(webhook, delivery, delivery.body.encode())
        except NotDelivered as failure:
            if failure.reason == GONE:
                return partial(_gone, webhook_id, delivery_id)
            await self._note(webhook_id, delivery, failure.reason)
            raise
        return partial(_delivered, webhook_id, delivery_id)

    async def give_up(self, key: str, error: Exception) -> Record:  # noqa: ARG002  it was noted when it happened
        """Leave a delivery that has failed for as long as they are tried, and go on with the next one."""
        *_, delivery_id = of_turn(key)
        return partial(_end, delivery_id, "failed")

    async def _is_first(self, delivery: Delivery) -> bool:
        lane = await self._documents.get(lanes, delivery.lane_id)
        return lane is not None and lane.waiting[0].delivery_id == delivery.delivery_id

    async def _send(self, webhook: Webhook, delivery: Delivery, body: bytes) -> None:
        signed = self._secrets.sign(webhook.webhook_id, delivery.delivery_id, body, datetime.now(UTC))
        headers = {"content-type": CONTENT_TYPE, "user-agent": USER_AGENT, **signed}
        await self._caller.post(webhook.url, headers, body)

    async def _note(self, webhook_id: WebhookId, delivery: Delivery, reason: str) -> None:
        """Note a failure; switch off a webhook that has known nothing else for too long."""

        async def note(unit: UnitOfWork) -> None:
            webhook = await unit.get(webhooks, webhook_id)
            if webhook is None or webhook.state == "off":
                return
            now = datetime.now(UTC)
            noted = failing(webhook, delivery, reason, now)
            if is_dead(noted, now, self._patience):
                await switch_off(unit, noted, now)
            elif noted != webhook:
                unit.save(webhooks, noted)

        await self._commands.run(Piece(note, traceparent=continue_trace(None)))


async def _drop(webhook_id: WebhookId, lane_id: LaneId, unit: UnitOfWork) -> None:
    """Drop what waits for a webhook that is off, or gone, also when it is looked at in a transaction."""
    webhook = await unit.get(webhooks, webhook_id)
    if webhook is None or webhook.state == "off":
        await clear(unit, lane_id)
    else:
        await _give_turn(lane_id, unit)


async def _give_turn(lane_id: LaneId, unit: UnitOfWork) -> None:
    """Give the turn to the first: something is replayed before it, or it has ended."""
    lane = await unit.get(lanes, lane_id)
    if lane is not None:
        await go_on(unit, lane)


async def _delivered(webhook_id: WebhookId, delivery_id: DeliveryId, unit: UnitOfWork) -> None:
    webhook = await unit.get(webhooks, webhook_id)
    if webhook is not None and webhook.state == "on" and webhook.failing_since is not None:
        unit.save(webhooks, working(webhook))
    await _end(delivery_id, "delivered", unit)


async def _end(delivery_id: DeliveryId, state: DeliveryState, unit: UnitOfWork) -> None:
    delivery = await unit.get(deliveries, delivery_id)
    if delivery is not None:
        await end(unit, delivery, state)


async def _gone(webhook_id: WebhookId, delivery_id: DeliveryId, unit: UnitOfWork) -> None:
    webhook = await unit.get(webhooks, webhook_id)
    delivery = await unit.get(deliveries, delivery_id)
    if delivery is None:
        return
    if webhook is not None and webhook.state == "on":
        now = datetime.now(UTC)
        await switch_off(unit, failing(webhook, delivery, GONE, now), now)
    await clear(unit, delivery.lane_id)
