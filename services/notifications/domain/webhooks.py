"""Webhooks: who wants which events by HTTP, what waits for them in which order, and when to give up."""

from bisect import insort
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from shared.events.ids import Id, PersonId

SWITCHED_OFF: Final = "webhook-switched-off"
"""The message that a webhook's owner gets when it is switched off."""

WebhookState = Literal["on", "off"]
DeliveryState = Literal["waiting", "delivered", "failed", "dropped"]
"""`failed`: tried for as long as deliveries are; `dropped`: its webhook was switched off, or removed."""


class WebhookId(Id):
    """A webhook: a URL that wants events."""


class DeliveryId(Id):
    """One event for one webhook, however often it is tried: the ``webhook-id`` that the receiver sees."""


class LaneId(Id):
    """A webhook and a subject."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Webhook:
    """A URL that wants events of some kinds. Its times are real ones, not the programme's."""

    webhook_id: WebhookId
    url: str
    events: tuple[str, ...]
    """The routing keys that it wants."""
    owner_id: PersonId | None = None
    """The member of staff who is told when it is switched off; None: all are."""
    registered_at: datetime
    state: WebhookState = "on"
    run: int = 1
    """How often the history has been begun to be read for it: once, and once more for each replay."""
    reads_from: datetime
    """From when on it is read, where ``next_offset`` does not say it better: it does not yet, or was of a history
    that is lost."""
    next_offset: int | None = None
    """The first offset of the history that has not been read for it."""
    failing_since: datetime | None = None
    """When it failed first since the last success."""
    missing_from: datetime | None = None
    """When the earliest of the events was published that have failed since the last success."""
    missing_offset: int | None = None
    """Where in the history the first of them lies."""
    last_error: str | None = None
    """What was wrong at the last failure, as a code; absent after a success."""
    switched_off_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """An event that goes to a webhook, went there, or did not."""

    delivery_id: DeliveryId
    webhook_id: WebhookId
    lane_id: LaneId
    event_id: str
    offset: int
    """Where in the history it was read."""
    published_at: datetime
    state: DeliveryState = "waiting"
    body: str | None = None
    """What is sent; absent once it has ended, since the history has it."""


@dataclass(frozen=True, order=True, slots=True)
class Waiting:
    """A delivery's place in its lane."""

    offset: int
    delivery_id: DeliveryId


@dataclass(frozen=True, kw_only=True, slots=True)
class Lane:
    """What waits for one webhook about one subject, in the order of the history: one goes after the other.

    One document, which everyone who adds to it or takes from it writes. It is there as long as something
    waits, and as long as that it has a turn: exactly one piece of outgoing work, for one of its deliveries.
    """

    lane_id: LaneId
    webhook_id: WebhookId
    waiting: tuple[Waiting, ...] = ()


def lined_up(lane: Lane, delivery: Delivery) -> Lane:
    """Add a delivery at its place: what is replayed may have to go before what waits."""
    waiting = list(lane.waiting)
    insort(waiting, Waiting(delivery.offset, delivery.delivery_id))
    return replace(lane, waiting=tuple(waiting))


def moved_up(lane: Lane, delivery_id: DeliveryId) -> Lane:
    """Take out a delivery that has ended."""
    return replace(lane, waiting=tuple(one for one in lane.waiting if one.delivery_id != delivery_id))


def waits_again(delivery: Delivery | None, offset: int) -> bool:
    """Say whether an event read at this offset is to be delivered: it is new, or is replayed after it had ended.

    The history may have it twice, at two offsets: the second is a repeat, and never delivered.
    """
    return delivery is None or (delivery.state != "waiting" and delivery.offset == offset)


def failing(webhook: Webhook, delivery: Delivery, error: str, at: datetime) -> Webhook:
    """Note that a webhook has failed to take a delivery."""
    known = webhook.missing_offset
    return replace(
        webhook,
        failing_since=webhook.failing_since or at,
        missing_from=min(webhook.missing_from or delivery.published_at, delivery.published_at),
        missing_offset=delivery.offset if known is None else min(known, delivery.offset),
        last_error=error,
    )


def is_dead(webhook: Webhook, at: datetime, patience: timedelta) -> bool:
    """Say whether a webhook has been failing for so long, without any success, that it is to be switched off."""
    return webhook.failing_since is not None and at - webhook.failing_since >= patience


def working(webhook: Webhook) -> Webhook:
    """Note that a webhook has taken a delivery."""
    return replace(webhook, failing_since=None, missing_from=None, missing_offset=None, last_error=None)


def switched_off(webhook: Webhook, at: datetime) -> Webhook:
    """Switch a webhook off; what had failed stays noted, so that its owner knows from where to replay."""
    return replace(webhook, state="off", switched_off_at=at)


def replayed(webhook: Webhook, since: datetime, offset: int | None) -> Webhook:
    """Read the history anew for a webhook, from this time or offset on; one that is off goes on again."""
    return replace(
        working(webhook),
        state="on",
        switched_off_at=None,
        run=webhook.run + 1,
        reads_from=since,
        next_offset=offset,
    )
