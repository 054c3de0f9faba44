"""Webhooks' decisions: what waits, in which order, and when to give up; signatures; addresses; what is sent."""

import asyncio
import base64
import json
import socket
import ssl
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_structured
from cloudevents.core.formats.json import JSONFormat
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from services.notifications.api.webhooks import WebhookRequest, _check
from services.notifications.domain.webhooks import (
    Delivery,
    DeliveryId,
    Lane,
    LaneId,
    Webhook,
    WebhookId,
    failing,
    is_dead,
    lined_up,
    moved_up,
    replayed,
    switched_off,
    waits_again,
    working,
)
from services.notifications.staff import StaffList
from services.notifications.webhooks.addresses import AddressRefused, is_public, resolve, written
from services.notifications.webhooks.calling import Caller, NotDelivered
from services.notifications.webhooks.heard import hear, structured
from services.notifications.webhooks.signing import Secrets
from services.notifications.webhooks.walls import Walls
from shared.events import Envelope, VisitOpened, body
from shared.events.ids import EventId, PersonId
from shared.ids import new
from shared.messaging.history import Passed
from shared.vault import Vault
from shared.web.problems import Invalid
from tests.harness.receiver import HANG, Receiver
from tests.unit.notifications.builders import like

NOW = datetime(2027, 4, 5, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WEBHOOK = Webhook(
    webhook_id=new(WebhookId), url="https://example.org/x", events=(), registered_at=NOW, reads_from=NOW
)
LANE = Lane(lane_id=new(LaneId), webhook_id=WEBHOOK.webhook_id)
STRICT = Walls(plain_http=False, private_addresses=False)


def delivery(offset: int = 0, **changed: Any) -> Delivery:
    made = Delivery(
        delivery_id=new(DeliveryId),
        webhook_id=WEBHOOK.webhook_id,
        lane_id=LANE.lane_id,
        event_id=new(EventId),
        offset=offset,
        published_at=NOW,
    )
    return replace(made, **changed)


def test_deliveries_line_up_in_the_order_of_the_history() -> None:
    first, second, third = delivery(3), delivery(7), delivery(9)
    lane = lined_up(lined_up(lined_up(LANE, second), third), first)
    assert [one.delivery_id for one in lane.waiting] == [one.delivery_id for one in (first, second, third)]
    assert [one.offset for one in moved_up(lane, second.delivery_id).waiting] == [3, 9]


@pytest.mark.parametrize(
    ("known", "again"),
    [
        (None, True),
        (delivery(5, state="waiting"), False),
        (delivery(5, state="delivered"), True),
        (delivery(5, state="failed"), True),
        (delivery(4, state="delivered"), False),
    ],
    ids=["new", "waits already", "replayed", "replayed after it failed", "a repeat in the history"],
)
def test_an_event_is_delivered_once_unless_it_is_replayed(known: Delivery | None, again: bool) -> None:  # noqa: FBT001
    assert waits_again(known, 5) is again


def test_a_day_without_success_ends_a_webhook_and_a_success_begins_a_new_day() -> None:
    day = timedelta(days=1)
    failed = failing(WEBHOOK, delivery(), "timeout", NOW)
    failed = failing(failed, delivery(), "answered-500", NOW + 23 * HOUR)
    assert (failed.failing_since, failed.last_error) == (NOW, "answered-500")
    assert not is_dead(failed, NOW + 23 * HOUR, day)
    assert is_dead(failed, NOW + day, day)
    again = failing(working(failed), delivery(), "timeout", NOW + day)
    assert not is_dead(again, NOW + day, day)
    assert working(again) == WEBHOOK


def test_it_is_noted_from_when_on_something_is_missing() -> None:
    failed = WEBHOOK
    for offset, published_at in ((5, NOW), (4, NOW - HOUR), (6, NOW + HOUR)):
        failed = failing(failed, delivery(offset, published_at=published_at), "timeout", NOW + HOUR)
    assert (failed.missing_offset, failed.missing_from) == (4, NOW - HOUR)


def test_a_replay_switches_on_and_reads_anew() -> None:
    off = switched_off(failing(replace(WEBHOOK, next_offset=70), delivery(), "gone", NOW), NOW)
    on = replayed(off, NOW - HOUR, None)
    assert on == replace(WEBHOOK, run=2, reads_from=NOW - HOUR)
    assert replayed(off, NOW, 12).next_offset == 12


PUBLIC = ["93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
PRIVATE = [
    *("127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
    *("0.0.0.0", "224.0.0.1", "239.255.255.250", "255.255.255.255", "240.0.0.1", "198.18.0.1", "192.0.2.1"),  # noqa: S104
    *("::1", "::", "fe80::1", "fec0::1", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1", "::127.0.0.1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "2002:7f00:1::1", "64:ff9b::7f00:1"),
    "2001:0:7f00:1::80ff:fffe",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may_be_led_to(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", PRIVATE)
def test_no_webhook_leads_inside(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "[::1]"])
async def test_a_name_is_judged_by_where_it_leads(host: str) -> None:
    with pytest.raises(AddressRefused):
        await resolve(host, 80, private_allowed=False)
    assert await resolve("localhost", 80, private_allowed=True)


def test_an_address_is_told_from_a_name() -> None:
    assert written("[::1]") == ip_address("::1")
    assert written("example.org") is None


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_nothing_is_sent_inside(host: str) -> None:
    async with Receiver.listening() as receiver:
        caller = Caller(timeout=2, private_allowed=False)
        with pytest.raises(NotDelivered, match="address-refused"):
            await caller.post(receiver.url.replace("127.0.0.1", host), {}, b"{}")
    assert receiver.posted == []


@pytest.mark.parametrize(
    ("status", "reason"), [(500, "answered-500"), (302, "answered-302"), (410, "gone"), (HANG, "timeout")]
)
async def test_what_is_not_taken_is_said_in_a_code(status: int, reason: str) -> None:
    async with Receiver.listening() as receiver:
        receiver.answer = lambda _: status
        with pytest.raises(NotDelivered, match=reason):
            await Caller(timeout=0.3, private_allowed=True).post(receiver.url, {}, b"{}")
    assert [one.path for one in receiver.posted] == ["/hook"]


async def test_nobody_there_is_unreachable() -> None:
    async with Receiver.listening() as receiver:
        pass
    for url in (receiver.url, receiver.url.replace("http:", "https:"), "http://no-such-name.invalid/"):
        with pytest.raises(NotDelivered, match="unreachable"):
            await Caller(timeout=5, private_allowed=True).post(url, {}, b"{}")


@pytest.fixture
def secrets(vault: Vault) -> Secrets:
    return Secrets(vault)


def test_a_standard_webhooks_verifier_accepts_the_signature_and_no_other(secrets: Secrets) -> None:
    payload = '{"name": "О\'Коннор"}'
    headers = secrets.sign(WEBHOOK.webhook_id, new(DeliveryId), payload.encode(), datetime.now(UTC))
    assert Verifier(secrets.of(WEBHOOK.webhook_id)).verify(payload, headers) == json.loads(payload)
    for secret, content in ((secrets.of(new(WebhookId)), payload), (secrets.of(WEBHOOK.webhook_id), "{}")):
        with pytest.raises(WebhookVerificationError):
            Verifier(secret).verify(content, headers)


def test_a_webhooks_secret_stays_the_same(secrets: Secrets) -> None:
    assert secrets.of(WEBHOOK.webhook_id) == secrets.of(WEBHOOK.webhook_id)
    assert len(base64.b64decode(secrets.of(WEBHOOK.webhook_id).removeprefix("whsec_"))) == 32


def visit_opened() -> tuple[Envelope, bytes]:
    event = like(VisitOpened)
    return Envelope.of(event, id=new(EventId), time=NOW, sequence=3), body(event)


def test_an_outside_reader_reads_the_event() -> None:
    envelope, data = visit_opened()
    headers = {"content-type": "application/cloudevents+json"}
    read = from_structured(HTTPMessage(headers, structured(envelope, data).encode()), JSONFormat())
    assert read.get_data() == json.loads(data)
    assert (read.get_id(), read.get_source(), read.get_type()) == (envelope.id, "/scheduling", envelope.type)
    assert (read.get_time(), read.get_subject()) == (NOW, envelope.subject)
    assert read.get_extension("sequence") == "0000000003"


@dataclass(frozen=True)
class Message:
    """What of a message of the history is looked at."""

    body: bytes
    timestamp: datetime | None = None


@pytest.mark.parametrize("data", [b"", b"{}", b"[" * 100_000, b'{"seats": NaN}', b"\xff"])
def test_what_is_no_event_of_the_contract_is_passed_over(data: bytes) -> None:
    envelope, _ = visit_opened()
    assert hear(Passed(1, envelope, cast("Any", Message(data)))) is None


def test_a_field_that_is_not_strictly_json_is_not_passed_on() -> None:
    envelope, data = visit_opened()
    loose = data[:-1] + b', "more": NaN}'
    assert hear(Passed(1, envelope, cast("Any", Message(loose)))) is None
    assert hear(Passed(1, envelope, cast("Any", Message(data, NOW)))) is not None


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://2130706433/",
        "https://user@example.org/",
        "https://example.org/#part",
    ],
)
def test_a_url_that_never_will_do_is_refused_at_once(url: str) -> None:
    with pytest.raises(Invalid):
        _check(request(url), STRICT, StaffList(()))


def test_settings_may_allow_more() -> None:
    _check(request("https://example.org/a?b=c"), STRICT, StaffList(()))
    _check(request("http://127.0.0.1:3000/"), Walls(plain_http=True, private_addresses=True), StaffList(()))


def test_an_owner_is_one_of_staff() -> None:
    with pytest.raises(Invalid):
        _check(request("https://example.org/", owner_id=new(PersonId)), STRICT, StaffList(()))


def test_events_are_named_by_their_routing_keys() -> None:
    with pytest.raises(ValueError, match="no such event"):
        request("https://example.org/", events=["visit-opened"])


def request(url: str, **changed: Any) -> WebhookRequest:
    made = {"url": url, "events": ["scheduling.visit-opened.v1"], **changed}
    return WebhookRequest.model_validate(made)


def certificate_of(name: str) -> tuple[bytes, bytes]:
    """Make a certificate that this name signs for itself, and its key; both as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    itself = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(
            itself, itself, key.public_key(), x509.random_serial_number(), now, now + HOUR
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    form = serialization.PrivateFormat.PKCS8
    return made.public_bytes(pem), key.private_bytes(pem, form, serialization.NoEncryption())


async def test_a_receiver_has_to_prove_its_name(tmp_path: Path) -> None:
    certificate, key = certificate_of("localhost")
    (tmp_path / "both.pem").write_bytes(certificate + key)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(tmp_path / "both.pem")
    trusting = ssl.create_default_context(cadata=certificate.decode())
    async with Receiver.listening(ssl=serving) as receiver:
        named = receiver.url.replace("127.0.0.1", "localhost")
        await Caller(timeout=5, private_allowed=True, certificates=trusting).post(named, {}, b"{}")
        for url, certificates in ((receiver.url, trusting), (named, None)):
            caller = Caller(timeout=5, private_allowed=True, certificates=certificates)
            with pytest.raises(NotDelivered, match="unreachable"):
                await caller.post(url, {}, b"{}")
    assert len(receiver.posted) == 1


async def test_a_name_is_asked_for_once_for_each_delivery(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def getaddrinfo(host: str, port: int, **_: object) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    async with Receiver.listening() as receiver:
        url = receiver.url.replace("127.0.0.1", "example.org")
        for _ in range(2):
            await Caller(timeout=5, private_allowed=True).post(url, {}, b"{}")
    assert [host for host in asked if host != "127.0.0.1"] == ["example.org"] * 2
    assert {one.headers["host"].partition(":")[0] for one in receiver.posted} == {"example.org"}
