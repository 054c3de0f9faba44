"""Lanes: events that a webhook wants wait in them, one line for each subject, and only the first one goes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from services.notifications.domain.webhooks import (
    Delivery,
    DeliveryId,
    DeliveryState,
    Lane,
    LaneId,
    Webhook,
    WebhookId,
    lined_up,
    moved_up,
    waits_again,
)
from services.notifications.store import deliveries, lanes, webhooks
from services.notifications.webhooks.heard import Heard
from shared.ids import derived
from shared.storage.unit import UnitOfWork

SKEW: Final = timedelta(seconds=5)
"""By which clocks may differ where the history is read from a time on: nothing since then may be missed."""
WEBHOOK: Final = "webhook"
"""The kind of outgoing work that a delivery is."""


@dataclass(frozen=True, slots=True)
class ReadUntil:
    """How far the history has been read: the next offset, and when the last event was published, if it says so."""

    next_offset: int
    published_at: datetime | None


def turn(delivery: Delivery) -> str:
    """Name the outgoing work that a delivery is: whose it is, in which lane, and which."""
    return f"{delivery.webhook_id}.{delivery.lane_id}.{delivery.delivery_id}"


def of_turn(key: str) -> tuple[WebhookId, LaneId, DeliveryId]:
    """Return whose delivery a piece of outgoing work is, in which lane, and which."""
    webhook_id, lane_id, delivery_id = key.split(".")
    return WebhookId(webhook_id), LaneId(lane_id), DeliveryId(delivery_id)


async def keep(
    unit: UnitOfWork, webhook_id: WebhookId, run: int, heard: Sequence[Heard], until: ReadUntil
) -> bool:
    """Keep what has been read of the history for a webhook, and how far; say whether to read on for it.

    How far lies in the webhook's document: of two that read, the second finds that it has been done.
    """
    webhook = await unit.get(webhooks, webhook_id)
    if webhook is None or webhook.state == "off" or webhook.run != run:
        return False
    done = webhook.next_offset or 0
    await _line_up(unit, webhook, [one for one in heard if one.offset >= done])
    if until.next_offset > done:
        reads_from = webhook.reads_from if until.published_at is None else until.published_at - SKEW
        unit.save(webhooks, replace(webhook, next_offset=until.next_offset, reads_from=reads_from))
    return True


async def _line_up(unit: UnitOfWork, webhook: Webhook, heard: Sequence[Heard]) -> None:
    made = [_delivery(webhook, one) for one in heard]
    await unit.get_many(deliveries, [one.delivery_id for one in made])
    await unit.get_many(lanes, [one.lane_id for one in made])
    for delivery in made:
        known = await unit.get(deliveries, delivery.delivery_id)
        if waits_again(known, delivery.offset):
            unit.save(deliveries, delivery)
            lane = await unit.get(lanes, delivery.lane_id)
            if lane is None:
                lane = Lane(lane_id=delivery.lane_id, webhook_id=webhook.webhook_id)
                unit.send_out(WEBHOOK, turn(delivery))
            unit.save(lanes, lined_up(lane, delivery))


def _delivery(webhook: Webhook, heard: Heard) -> Delivery:
    return Delivery(
        delivery_id=derived(DeliveryId, webhook.webhook_id, heard.source, heard.event_id),
        webhook_id=webhook.webhook_id,
        lane_id=derived(LaneId, webhook.webhook_id, heard.subject),
        event_id=heard.event_id,
        offset=heard.offset,
        published_at=heard.published_at,
        body=heard.body,
    )


async def end(unit: UnitOfWork, delivery: Delivery, state: DeliveryState) -> None:
    """End a delivery (``delivered`` or ``failed``), and let the next one of its lane go."""
    unit.save(deliveries, replace(delivery, state=state, body=None))
    lane = await unit.get(lanes, delivery.lane_id)
    if lane is not None:
        await go_on(unit, moved_up(lane, delivery.delivery_id))


async def go_on(unit: UnitOfWork, lane: Lane) -> None:
    """Give the lane's turn to its first delivery; an empty lane goes."""
    if not lane.waiting:
        unit.delete(lanes, lane.lane_id)
        return
    unit.save(lanes, lane)
    first = await unit.get(deliveries, lane.waiting[0].delivery_id)
    if first is None:  # it was kept for as long as deliveries are
        await go_on(unit, moved_up(lane, lane.waiting[0].delivery_id))
    else:
        unit.send_out(WEBHOOK, turn(first))


async def clear(unit: UnitOfWork, lane_id: LaneId) -> None:
    """Drop all that waits in a lane: its webhook is off, or gone."""
    lane = await unit.get(lanes, lane_id)
    if lane is None:
        return
    for delivery in await unit.get_many(deliveries, [one.delivery_id for one in lane.waiting]):
        unit.save(deliveries, replace(delivery, state="dropped", body=None))
    unit.delete(lanes, lane_id)
