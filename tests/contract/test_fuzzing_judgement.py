"""Who judges the storm: its oracle on messages whose fate is plain, and its account on what goes wrong."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.contract.fuzzing.accounts import Account
from tests.contract.fuzzing.amqp import Message, Timestamp, Value
from tests.contract.fuzzing.drawing import Junk
from tests.contract.fuzzing.mutations import OfBytes
from tests.contract.fuzzing.oracle import LARGEST, Fate, body_hash, fates
from tests.contract.fuzzing.storm import Storm, read_by
from tests.contract.fuzzing.worlds import World

APPLIED, SHORTLISTED = "intake.candidate-applied.v1", "intake.candidate-shortlisted.v1"
Change = Callable[[Message], Message]


def storm() -> Storm:
    return Storm(service="matching", junk=Junk((), (), ()), known={}, publishers=["fuzz-hr"])


def judged(*messages: Message, soon: tuple[str, ...] = ()) -> list[Fate]:
    world = World(service="matching", publishers={"fuzz-hr": frozenset("*")})
    return fates(messages, world, read_by("matching"), soon)


def with_header(name: str, value: Value) -> Change:
    def change(message: Message) -> Message:
        kept = tuple(pair for pair in message.headers or () if pair[0] != f"cloudEvents_{name}")
        return replace(message, headers=(*kept, (f"cloudEvents_{name}", value)))

    return change


def with_body(change: Callable[[bytes], bytes]) -> Change:
    return lambda message: replace(message, body=change(message.body))


BAD: dict[str, tuple[Change, str]] = {
    "no headers": (lambda one: replace(one, headers=None), "missing-header"),
    "void": (with_header("id", None), "missing-header"),
    "bytes": (with_header("subject", b"\xff"), "bad-header"),
    "a time of no calendar": (with_header("time", Timestamp(2**63)), "bad-header"),
    "a day without an hour": (with_header("time", "2027-05-14"), "bad-header"),
    "a negative number": (with_header("sequence", -1), "bad-header"),
    "another version": (with_header("specversion", "1.1"), "bad-header"),
    "another key": (lambda one: replace(one, routing_key=SHORTLISTED), "bad-header"),
    "another subject": (with_header("subject", "0" * 32), "invalid-data"),
    "no text": (with_body(lambda _: b"\xff"), "bad-json"),
    "no number": (with_body(OfBytes("nan", 0)), "bad-json"),
    "half a character": (with_body(OfBytes("half", 0)), "bad-json"),
    "too deep": (with_body(OfBytes("deep", 0)), "bad-json"),
    "a list": (with_body(OfBytes("array", 0)), "invalid-data"),
    "no such zone": (with_body(lambda one: one.replace(b"Europe/Kyiv", b"Europe/Nowhere")), "invalid-data"),
    "no such day": (with_body(lambda one: one.replace(b"2027-10-01", b"2027-02-30")), "invalid-data"),
    "an end before its beginning": (
        with_body(lambda one: one.replace(b"2028-03-31", b"2027-03-31")),
        "invalid-data",
    ),
    "a phone number": (with_body(lambda one: one.replace(b"PostgreSQL", b"090-1234-5678")), "invalid-data"),
    "too large": (with_body(lambda one: one.ljust(LARGEST + 1)), "too-large"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_bad_has_to_be_parked(what: str) -> None:
    change, reason = BAD[what]
    assert judged(change(storm().good(APPLIED))) == [Fate(reasons=frozenset({reason}))]


@pytest.mark.parametrize(
    "change",
    [
        with_header("time", "2027-05-14T10:00:00+09:00"),
        with_header("sequence", 7),
        with_header("traceparent", {"broken": True}),
        with_body(lambda one: one.ljust(LARGEST)),
        with_body(lambda one: one.replace(b'"telegram"', b'"carrier-pigeon"')),
        with_body(lambda one: one.replace(b'"waitlist_place": 3', b'"waitlist_place": null')),
        with_body(lambda one: one.replace(b"{", b'{"more": {}, ', 1)),
        lambda one: replace(one, content_type="text/xml"),
    ],
)
def test_what_is_good_has_to_be_taken_in(change: Change) -> None:
    good = storm().good(APPLIED)
    assert judged(change(good)) == [Fate(f"/intake:{good.message_id!s}")]


def test_what_comes_before_what_it_depends_on_waits_and_what_has_another_body_is_parked() -> None:
    made = storm()
    alone = made.good(SHORTLISTED)
    early, late = made._too_soon()
    other = replace(late, tag="other", body=late.body + b" ")
    waits, handled, first, reused, repeat = judged(alone, early, late, other, late, soon=(early.tag,))
    assert waits == Fate(reasons=frozenset({"predecessor-missing"}))
    assert handled == Fate(f"/intake:{early.message_id!s}")
    assert first == repeat == Fate(f"/intake:{late.message_id!s}")
    assert reused == Fate(reasons=frozenset({"id-reused"}))


@pytest.mark.parametrize(
    ("fate", "inbox", "parked", "wrong"),
    [
        (Fate("key"), {"key": "its own"}, [], None),
        (Fate("key"), {}, [], "is not to be found"),
        (Fate("key"), {"key": "another's"}, [], "is not to be found"),
        (Fate("key"), {"key": "its own"}, ["failed"], "parked as failed"),
        (Fate(reasons=frozenset({"bad-json"})), {}, ["bad-json"], None),
        (Fate(reasons=frozenset({"bad-json"})), {}, ["invalid-data"], "parked as invalid-data"),
        (Fate(reasons=frozenset({"bad-json"})), {}, ["bad-json", "bad-json"], "parked 2 times"),
        (Fate(reasons=frozenset({"bad-json"})), {"key": "its own"}, [], "is not to be found"),
    ],
)
def test_the_account_finds_what_was_lost_doubled_or_parked_for_something_else(
    fate: Fate, inbox: dict[str, str], parked: list[str], wrong: str | None
) -> None:
    message = storm().good(APPLIED)
    found = {key: body_hash(message.body) if hash_ == "its own" else hash_ for key, hash_ in inbox.items()}
    account = Account([message], found, parked={message.tag: parked})
    wrongs = account.wrongs([fate])
    assert wrongs == [] if wrong is None else wrongs[0].startswith(wrong)


def test_what_was_taken_in_and_should_not_have_been_is_unexpected() -> None:
    message = storm().good(APPLIED)
    account = Account([message], {"/intake:other": "hash"}, parked={})
    assert account.unexpected([Fate(reasons=frozenset({"bad-json"}))]) == ["/intake:other"]
