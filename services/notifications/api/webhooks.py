"""Webhooks over HTTP: who gets which events, and from when on once more."""

from datetime import UTC, datetime
from typing import Annotated, Self

from fastapi import Response
from pydantic import AfterValidator, AnyUrl, ConfigDict, Field, UrlConstraints
from pydantic_core import PydanticCustomError

from services.notifications.domain.webhooks import Webhook, WebhookId, WebhookState, replayed
from services.notifications.staff import StaffList
from services.notifications.store import deliveries, webhooks
from services.notifications.webhooks.addresses import is_public, written
from services.notifications.webhooks.lanes import SKEW
from services.notifications.webhooks.signing import Secrets
from services.notifications.webhooks.walls import Walls
from shared.events.event import EVENTS
from shared.events.ids import EventId, PersonId
from shared.events.times import Moment
from shared.events.value import Value
from shared.storage.unit import UnitOfWork
from shared.web.app import router as new_router
from shared.web.idempotency import IdempotencyKey, Reply
from shared.web.identity import StaffOrService
from shared.web.lookup import existing
from shared.web.pages import Cursor, Limit, Page
from shared.web.parts import Command, Documents, OnlyOnce, using
from shared.web.problems import FieldError, Invalid, NotFound, documented
from shared.web.views import View

router = new_router()


def _is_event(routing_key: str) -> str:
    if routing_key not in EVENTS:
        raise PydanticCustomError("event", "There is no such event; write it as its routing key is written")
    return routing_key


Wanted = Annotated[str, AfterValidator(_is_event), Field(examples=["scheduling.visit-booked.v1"])]
Target = Annotated[
    AnyUrl, UrlConstraints(max_length=2000, allowed_schemes=["https", "http"], host_required=True)
]


class WebhookRequest(Value):
    """A URL that wants events."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "url": "https://example.org/enmusubi",
                    "events": ["intake.candidate-shortlisted.v1", "scheduling.visit-booked.v1"],
                }
            ]
        }
    )

    url: Target
    """Where events are posted to: https (http only where the settings allow it), at a public address, without a user
    name and a fragment."""
    events: Annotated[tuple[Wanted, ...], Field(min_length=1, max_length=200)]
    """The routing keys of the events that it wants."""
    owner_id: PersonId | None = None
    """The member of staff who is told when it is switched off, as the settings name them; absent: all are."""


class WebhookView(View):
    """A webhook. Times are real ones, whatever time it is in the programme."""

    webhook_id: WebhookId
    url: str
    """Where events are posted to."""
    events: tuple[str, ...]
    """The routing keys of the events that it gets."""
    owner_id: PersonId | None = None
    """The member of staff who is told when it is switched off; absent: all are."""
    state: WebhookState
    """`off` after a day without any success, or at a 410; a replay switches it on."""
    registered_at: datetime
    """When it was registered."""
    failing_since: datetime | None = None
    """When it failed first since the last success."""
    missing_from: datetime | None = None
    """When the first of the events was published that have failed since the last success."""
    last_error: str | None = Field(default=None, examples=["timeout"])
    """What was wrong last: `timeout`, `unreachable`, `address-refused`, `answered-<status>`, `gone` (a 410)."""
    switched_off_at: datetime | None = None
    """When it was switched off; absent while it is on."""

    @classmethod
    def of(cls, webhook: Webhook) -> Self:
        """Show a webhook, without its secret."""
        return cls.showing(webhook)


class RegisteredWebhook(WebhookView):
    """A webhook just registered, with its secret, which is shown here alone."""

    secret: str = Field(repr=False, examples=["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDAAAAAAAAAAA="])
    """With which deliveries are signed, as Standard Webhooks says."""


class ReplayRequest(Value):
    """From where to deliver once more: with neither of the two, from the first event that it has not taken."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"since": "2027-05-14T09:00:00+09:00"}]})

    since: Moment | None = None
    """From what was published at this real time on; a little of what was before may come too."""
    event_id: EventId | None = None
    """From this event on, which this webhook was to get within the last 30 days."""


@router.get("/webhooks", tags=["webhooks"])
async def list_webhooks(
    _: StaffOrService, documents: Documents, cursor: Cursor = None, limit: Limit = 100
) -> Page[WebhookView]:
    """List all webhooks, and how they are."""
    found, following = await documents.page(webhooks, cursor, limit)
    return Page(items=[WebhookView.of(one) for one in found], next=following)


@router.post("/webhooks", tags=["webhooks"], status_code=201, response_model=RegisteredWebhook)
async def register_webhook(
    request: WebhookRequest,
    _: StaffOrService,
    key: IdempotencyKey,
    once: OnlyOnce,
    walls: Annotated[Walls, using(Walls)],
    staff: Annotated[StaffList, using(StaffList)],
    secrets: Annotated[Secrets, using(Secrets)],
) -> Response:
    """Have events posted to a URL, from now on.

    Each is a CloudEvent in structured JSON mode, signed as Standard Webhooks says: check `webhook-signature`,
    answer 2xx within 10 seconds, and drop what you know by `webhook-id`. The events of one subject come one after
    the other, in their order; one that fails is tried again for a day, and holds back its own subject alone. After a
    day without any success, or at your 410, the webhook is switched off, and its owner is told.
    """
    _check(request, walls, staff)

    async def register(unit: UnitOfWork) -> Reply:
        now = datetime.now(UTC)
        webhook = Webhook(
            webhook_id=unit.new_id(WebhookId),
            url=str(request.url),
            events=request.events,
            owner_id=request.owner_id,
            registered_at=now,
            reads_from=now - SKEW,
        )
        unit.save(webhooks, webhook)
        return Reply(201, WebhookView.of(webhook))

    answer = await once.run(key, request, register)
    return _with_secret(answer, secrets) if answer.status_code == 201 else answer  # noqa: PLR2004


def _with_secret(answer: Response, secrets: Secrets) -> Response:
    """Add the secret, which is not kept with the answer."""
    view = WebhookView.model_validate_json(bytes(answer.body))
    whole = RegisteredWebhook(**dict(view), secret=secrets.of(view.webhook_id))
    return Response(whole.model_dump_json(exclude_none=True), 201, media_type="application/json")


def _check(request: WebhookRequest, walls: Walls, staff: StaffList) -> None:
    if request.owner_id is not None and staff.get(request.owner_id) is None:
        raise _wrong("owner_id", "The settings name no such member of staff", "unknown")
    if request.url.scheme == "http" and not walls.plain_http:
        raise _wrong("url", "The URL should begin with https", "url_scheme")
    if request.url.username or request.url.password or request.url.fragment:
        raise _wrong("url", "The URL should have no user name, no password and no fragment", "url")
    address = written(request.url.host or "")
    if address is not None and not walls.private_addresses and not is_public(address):
        raise _wrong("url", "The URL should lead to a public address", "private")


def _wrong(field: str, message: str, code: str) -> Invalid:
    return Invalid(errors=[FieldError(where=f"body.{field}", message=message, code=code)])


@router.delete("/webhooks/{webhook_id}", tags=["webhooks"], status_code=204, responses=documented(NotFound))
async def remove_webhook(webhook_id: WebhookId, _: StaffOrService, command: Command) -> None:
    """Remove a webhook. What waits for it is not delivered; what is on its way may still come."""

    async def remove(unit: UnitOfWork) -> None:
        await existing(unit, webhooks, webhook_id, "webhook")
        unit.delete(webhooks, webhook_id)

    await command(remove)


@router.post("/webhooks/{webhook_id}/replay", tags=["webhooks"], responses=documented(NotFound))
async def replay_webhook(
    webhook_id: WebhookId, request: ReplayRequest, _: StaffOrService, command: Command
) -> WebhookView:
    """Deliver once more what was published from some time or event on, also what had been delivered.

    One that was switched off is on again. Each delivery has the same `webhook-id` as before, and stands at its place
    among what still waits.
    """
    if request.since is not None and request.event_id is not None:
        raise _wrong("event_id", "One of since and event_id is enough", "two")
    now = datetime.now(UTC)
    if request.since is not None and request.since > now:
        raise _wrong("since", "The time should have passed", "future")

    async def replay(unit: UnitOfWork) -> Webhook:
        webhook = await existing(unit, webhooks, webhook_id, "webhook")
        since = (request.since or now) - SKEW
        changed = replayed(webhook, since, await _offset(unit, webhook, request))
        unit.save(webhooks, changed)
        return changed

    return WebhookView.of(await command(replay))


async def _offset(unit: UnitOfWork, webhook: Webhook, request: ReplayRequest) -> int | None:
    """Return where in the history to begin, where no time says it."""
    if request.since is not None:
        return None
    if request.event_id is None:
        if webhook.missing_offset is None:
            raise _wrong(
                "since", "This webhook misses nothing; say since when it is to be replayed", "missing"
            )
        return webhook.missing_offset
    found = await unit.find(deliveries, webhook_id=webhook.webhook_id, event_id=request.event_id)
    if not found:
        raise _wrong("event_id", "This webhook was to get no such event; say since when instead", "unknown")
    return min(one.offset for one in found)
