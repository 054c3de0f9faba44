"""Webhooks with a real broker, a real database and a real HTTP receiver: what arrives there, and in which order."""

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.message import EmailMessage
from typing import Any

import httpx
import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_structured
from cloudevents.core.formats.json import JSONFormat
from standardwebhooks.webhooks import Webhook as Verifier

from deploy.local.finder import Parts
from deploy.local.keys import STAFF_PERSON_ID
from deploy.local.ports import free_port
from deploy.local.run import LocalRun
from shared.events import Event, RoundOpened, VisitClosed, VisitOpened
from shared.events.ids import RoundId, VisitId
from shared.ids import new
from shared.storage.client import connect, database
from tests.harness.examples import command
from tests.harness.nodes import running
from tests.harness.notifications import Mailbox, at_rest
from tests.harness.publishing import publish
from tests.harness.receiver import HANG, Receiver
from tests.harness.waiting import eventually
from tests.unit.notifications.builders import like

Json = dict[str, Any]
OPENED, CLOSED = VisitOpened.routing_key, VisitClosed.routing_key
SHORT = {
    "POLL_SECONDS": "0.1",
    "WEBHOOK_DELAYS": json.dumps([0.2] * 20),
    "WEBHOOK_PATIENCE": "3",
    "WEBHOOK_TIMEOUT": "1",
}


@pytest.fixture(scope="module")
async def notifications(nodes: Parts, run_folder: Any) -> AsyncIterator[LocalRun]:
    """Notifications, which is impatient; events are published by the test."""
    async with running(nodes, run_folder, "notifications", environment=SHORT) as run:
        yield run


@dataclass
class Programme:
    """Notifications as staff see it, and whoever publishes events."""

    run: LocalRun
    http: httpx.AsyncClient
    registered: set[str] = field(default_factory=set)

    async def register(self, receiver: Receiver, *events: str, key: str = "", **changed: Any) -> Json:
        body = {"url": receiver.url, "events": list(events) or [OPENED], **changed}
        headers = {"Idempotency-Key": key or secrets.token_hex(8)}
        answer = await self.http.post("/webhooks", json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        self.registered.add(answer.json()["webhook_id"])
        return dict(answer.json())

    async def replay(self, webhook: Json, **since: Any) -> Json:
        answer = await self.http.post(f"/webhooks/{webhook['webhook_id']}/replay", json=since)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def look(self, webhook: Json) -> Json:
        items = (await self.http.get("/webhooks")).json()["items"]
        return next(one for one in items if one["webhook_id"] == webhook["webhook_id"])

    async def until(self, webhook: Json, **expected: Any) -> Json:
        async def look() -> Json | None:
            found = await self.look(webhook)
            return found if {**found, **expected} == found else None

        return await eventually(look, f"{expected} of {webhook}", 20)

    async def tell(self, *events: Event, sequence: int = 1) -> None:
        await publish(self.run.amqp_url, *events, sequence=sequence)

    async def open_visits(self, *visits: VisitId, times: int = 1, sequence: int = 1) -> None:
        await self.tell(
            *(like(VisitOpened, visit_id=visit) for _ in range(times) for visit in visits), sequence=sequence
        )

    async def rest(self) -> None:
        await at_rest(self.http)


@pytest.fixture
async def programme(notifications: LocalRun) -> AsyncIterator[Programme]:
    headers = {"Authorization": f"Bearer {notifications.token('staff')}"}
    url = notifications.urls["notifications"]
    async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False, timeout=20) as http:
        made = Programme(notifications, http)
        yield made
        for webhook_id in made.registered:
            await http.delete(f"/webhooks/{webhook_id}")


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver.listening() as one:
        yield one


async def taken_of(receiver: Receiver, visit: VisitId, times: int) -> None:
    async def look() -> bool:
        return len(receiver.sequences(visit)) >= times

    await eventually(look, f"{times} deliveries")


async def only_others_are_asked(programme: Programme, receiver: Receiver) -> None:
    """Have something happen that another webhook gets, and see that this receiver does not."""
    await programme.rest()
    tried, visit = len(receiver.posted), new(VisitId)
    async with Receiver.listening() as other:
        await programme.register(other)
        await programme.open_visits(visit)
        await other.until(1, visit)
        await programme.rest()
    assert len(receiver.posted) == tried


async def test_what_was_chosen_arrives_signed_and_anybody_can_read_it(
    programme: Programme, receiver: Receiver
) -> None:
    webhook = await programme.register(receiver)
    visit = new(VisitId)
    event = like(VisitOpened, visit_id=visit, seats=7, starts_on=date(2040, 5, 1), ends_on=date(2040, 5, 14))
    await programme.tell(like(RoundOpened, round_id=new(RoundId)), like(VisitClosed, visit_id=visit), event)
    await receiver.until(1, visit)
    await programme.rest()
    [posted] = [one for one in receiver.posted if one.event["subject"] == visit]
    assert Verifier(webhook["secret"]).verify(posted.body, posted.headers)
    read = from_structured(HTTPMessage(posted.headers, posted.body), JSONFormat())
    assert read.get_data() == json.loads(event.model_dump_json())
    assert (read.get_type(), read.get_source()) == ("visit-opened.v1", "/scheduling")
    assert posted.headers["content-type"].startswith("application/cloudevents+json")


async def test_one_subject_that_fails_holds_back_itself_alone_and_stays_in_order(
    programme: Programme, receiver: Receiver
) -> None:
    await programme.register(receiver)
    stuck, others = new(VisitId), [new(VisitId) for _ in range(5)]
    passed: list[bool] = []
    receiver.answer = lambda event: 204 if event["subject"] != stuck or passed else 503
    await programme.open_visits(stuck, *others, times=3)
    for other in others:
        await receiver.until(3, other)
        assert receiver.sequences(other) == [1, 2, 3]
    assert receiver.sequences(stuck) == []
    assert {one.event["sequence"] for one in receiver.posted if one.event["subject"] == stuck} == {
        "0000000001"
    }
    passed.append(True)
    await receiver.until(3, stuck)
    assert receiver.sequences(stuck) == [1, 2, 3]


async def test_a_poisonous_event_is_given_up_in_the_end_and_the_next_one_goes(
    programme: Programme, receiver: Receiver
) -> None:
    webhook = await programme.register(receiver)
    stuck = new(VisitId)
    poison = {"subject": stuck, "sequence": "0000000001"}
    receiver.answer = lambda event: 500 if {**event, **poison} == event else 200
    await programme.open_visits(stuck, times=2)

    async def look() -> bool:
        await programme.open_visits(new(VisitId))  # others are taken meanwhile, so it is not switched off
        return receiver.sequences(stuck) == [2]

    await eventually(look, "the second event", 30)
    assert (await programme.look(webhook))["state"] == "on"


async def test_who_hangs_or_redirects_has_taken_nothing(programme: Programme, receiver: Receiver) -> None:
    webhook = await programme.register(receiver)
    visit, answers = new(VisitId), [HANG, 302, 204]
    receiver.answer = lambda event: answers.pop(0) if event["subject"] == visit else 204
    await programme.open_visits(visit)
    await receiver.until(1, visit)
    tries = [one for one in receiver.posted if one.event["subject"] == visit]
    assert [(one.path, one.status) for one in tries] == [("/hook", HANG), ("/hook", 302), ("/hook", 204)]
    assert len({one.headers["webhook-id"] for one in tries}) == 1
    assert len({one.body for one in tries}) == 1
    await programme.rest()
    healthy = await programme.look(webhook)
    assert {"failing_since", "last_error", "missing_from"}.isdisjoint(healthy)


async def test_nothing_is_lost_and_the_order_is_kept_when_it_is_killed(
    programme: Programme, receiver: Receiver
) -> None:
    await programme.register(receiver)
    visits = [new(VisitId) for _ in range(4)]
    open_: list[bool] = []
    receiver.answer = lambda _: 204 if open_ else 503
    await programme.open_visits(*visits, times=2)
    await receiver.tried(2)
    await programme.run.kill("notifications")
    await programme.open_visits(*visits, times=2, sequence=3)
    open_.append(True)
    await programme.run.start("notifications")
    programme.http.base_url = httpx.URL(programme.run.urls["notifications"])
    for visit in visits:
        await receiver.until(4, visit)
        assert list(dict.fromkeys(receiver.sequences(visit))) == [1, 2, 3, 4]
    await programme.rest()


async def test_two_processes_keep_the_order_and_take_over_from_each_other(
    programme: Programme, receiver: Receiver
) -> None:
    await programme.run.start("notifications-2")
    try:
        await programme.register(receiver)
        visits = [new(VisitId) for _ in range(5)]
        await programme.open_visits(*visits, times=10)
        for visit in visits:
            await receiver.until(10, visit)
        await programme.run.kill("notifications")
        await programme.open_visits(*visits, times=10, sequence=11)
        for visit in visits:
            await receiver.until(20, visit)
            assert list(dict.fromkeys(receiver.sequences(visit))) == list(range(1, 21))
    finally:
        await programme.run.start("notifications")
        await programme.run.stop("notifications-2")


async def test_what_was_taken_is_delivered_once_more_from_an_event_or_a_time_on(
    programme: Programme, receiver: Receiver
) -> None:
    begun = datetime.now(UTC)
    webhook = await programme.register(receiver)
    visit = new(VisitId)
    await programme.open_visits(visit, times=4)
    taken = await receiver.until(4, visit)
    assert (await programme.replay(webhook, event_id=taken[2]["id"]))["state"] == "on"
    await taken_of(receiver, visit, 6)
    assert receiver.sequences(visit) == [1, 2, 3, 4, 3, 4]
    await programme.replay(webhook, since=begun.isoformat())
    await taken_of(receiver, visit, 10)
    assert receiver.sequences(visit) == [1, 2, 3, 4, 3, 4, 1, 2, 3, 4]
    ids = {one.headers["webhook-id"] for one in receiver.posted if one.event["subject"] == visit}
    assert len(ids) == 4


async def test_who_takes_nothing_is_switched_off_its_owner_told_and_a_replay_brings_all(
    programme: Programme, receiver: Receiver
) -> None:
    webhook = await programme.register(receiver, owner_id=STAFF_PERSON_ID)
    visit, alive = new(VisitId), list[bool]()
    receiver.answer = lambda _: 204 if alive else 500
    await programme.open_visits(visit, times=2)
    off = await programme.until(webhook, state="off")
    assert off["last_error"] == "answered-500"
    await programme.rest()

    mailbox = Mailbox(programme.run)

    async def look() -> list[EmailMessage]:
        return [one for one in mailbox.to("staff@iz") if webhook["webhook_id"] in one.get_content()]

    [mail] = await eventually(look, "the owner's mail")
    assert mail["X-Enmusubi-Template"] == "webhook-switched-off"
    assert mail["To"].addresses[0].addr_spec == "staff@izumo.example"
    before = len(receiver.posted)
    await programme.open_visits(visit, sequence=3)
    alive.append(True)
    await programme.replay(webhook)
    await receiver.until(3, visit)
    assert receiver.sequences(visit) == [1, 2, 3]
    assert len([one for one in receiver.posted[before:] if one.event["subject"] == visit]) == 3


async def test_a_history_that_counts_from_nothing_again_is_read_from_its_beginning(
    programme: Programme, receiver: Receiver
) -> None:
    webhook = await programme.register(receiver)
    first, later = new(VisitId), new(VisitId)
    await programme.open_visits(first)
    await receiver.until(1, first)
    await programme.run.stop("notifications")
    client = connect(programme.run.mongo_url, timeout=5)
    store = database(client, programme.run.database_of("notifications"))
    of_another_broker = {"$set": {"next_offset": 1_000_000}}
    await store["webhooks"].update_one({"_id": webhook["webhook_id"]}, of_another_broker)
    client.close()
    await programme.run.start("notifications")
    await programme.open_visits(later)
    await receiver.until(1, later)


async def test_who_says_gone_is_asked_no_more(programme: Programme, receiver: Receiver) -> None:
    webhook = await programme.register(receiver)
    receiver.answer = lambda _: 410
    await programme.open_visits(new(VisitId))
    assert (await programme.until(webhook, state="off"))["last_error"] == "gone"
    await only_others_are_asked(programme, receiver)


async def test_a_webhook_that_is_removed_gets_nothing_more(programme: Programme, receiver: Receiver) -> None:
    webhook = await programme.register(receiver)
    receiver.answer = lambda _: 500
    await programme.open_visits(new(VisitId))
    await receiver.tried(1)
    path = f"/webhooks/{webhook['webhook_id']}"
    assert (await programme.http.delete(path)).status_code == 204
    await only_others_are_asked(programme, receiver)
    assert (await programme.http.delete(path)).status_code == 404
    assert (
        await programme.http.post(f"{path}/replay", json={"since": "2026-01-01T00:00:00Z"})
    ).status_code == 404


async def test_a_secret_is_shown_to_whoever_registers_and_kept_nowhere(
    programme: Programme, receiver: Receiver
) -> None:
    key = secrets.token_hex(8)
    webhook = await programme.register(receiver, key=key)
    assert await programme.register(receiver, key=key) == webhook
    assert "secret" not in await programme.look(webhook)
    client = connect(programme.run.mongo_url, timeout=5)
    store = database(client, programme.run.database_of("notifications"))
    kept = [str(one) for name in await store.list_collection_names() async for one in store[name].find({})]
    client.close()
    assert any(webhook["webhook_id"] in one for one in kept)
    assert not any(webhook["secret"] in one for one in kept)


async def test_who_may_not_and_what_will_not_do(programme: Programme, receiver: Receiver) -> None:
    http, headers = programme.http, {"Idempotency-Key": "refused"}
    body = {"url": receiver.url, "events": [OPENED]}
    candidate = {"Authorization": f"Bearer {programme.run.token('candidate')}"}
    assert (await http.post("/webhooks", json=body, headers=headers | candidate)).status_code == 403
    assert (await http.get("/webhooks", headers=candidate)).status_code == 403
    changes: list[Json] = [
        {"url": "ftp://example.org"},
        {"url": "https://u:p@example.org/"},
        {"events": []},
        {"events": ["#"]},
        {"owner_id": "0" * 32},
    ]
    for change in changes:
        answer = await http.post("/webhooks", json=body | change, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (422, "invalid"), change
    webhook = await programme.register(receiver)
    refused: list[Json] = [
        {},
        {"since": "2099-01-01T00:00:00Z"},
        {"event_id": "0" * 32},
        {"since": "2026-01-01T00:00:00Z", "event_id": "0" * 32},
    ]
    for wrong in refused:
        answer = await http.post(f"/webhooks/{webhook['webhook_id']}/replay", json=wrong)
        assert answer.status_code == 422, wrong
    await programme.replay(webhook, since="2000-01-01T00:00:00Z")


async def test_the_example_takes_what_is_signed_and_nothing_else(programme: Programme) -> None:
    url, visit = f"http://127.0.0.1:{(port := free_port())}/", new(VisitId)
    body, headers = {"url": url, "events": [OPENED]}, {"Idempotency-Key": secrets.token_hex(8)}
    webhook = (await programme.http.post("/webhooks", json=body, headers=headers)).json()
    programme.registered.add(webhook["webhook_id"])
    receiving = [*command("python", "receiver"), webhook["secret"], str(port)]
    process = await asyncio.create_subprocess_exec(*receiving, stdout=asyncio.subprocess.PIPE)
    try:
        await programme.open_visits(visit)
        assert process.stdout is not None
        async with asyncio.timeout(20):
            while visit not in (line := (await process.stdout.readline()).decode()):
                assert line, "it has ended"  # what was told just before it registered may come as well
        async with httpx.AsyncClient(trust_env=False) as http:
            unsigned = {
                "webhook-id": "1",
                "webhook-timestamp": f"{time.time():.0f}",
                "webhook-signature": "v1,no",
            }
            assert (await http.post(url, json={}, headers=unsigned)).status_code == 400
    finally:
        process.kill()
        await process.wait()
