"""The storm: ten thousand messages for one service, made of the contract's examples, each with a tag of its own."""

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from tests.contract.fuzzing.amqp import Headers, Message, Timestamp, tower
from tests.contract.fuzzing.drawing import Junk
from tests.contract.fuzzing.mutations import DEEP, Recipe
from tests.contract.fuzzing.oracle import LARGEST
from tests.contract.fuzzing.shapes import Json, schema_of

CONTRACT = Path(__file__).parents[3] / "docs" / "contract" / "asyncapi.json"
NOW = 1_800_000_000_000
TAG = "fuzz-tag"
UNHEARD = "nobody-asked"
"""A publisher outside whom no setting names."""
SELDOM_NEW = frozenset({"request_id", "assessment_id"})
"""Ids that publishers give: few, so that they are given again."""
TOO_SOON: Mapping[str, tuple[str, ...]] = {
    "matching": ("intake.candidate-shortlisted.v1", "intake.candidate-applied.v1"),
    "scheduling": ("matching.offer-accepted.v1", "intake.candidate-applied.v1"),
    "notifications": ("matching.offer-made.v1", "matching.firm-registered.v1", "matching.position-opened.v1"),
}
"""What comes too soon, and right behind it what it depends on."""
Known = Mapping[str, Sequence[str]]


@cache
def read_by(service: str) -> tuple[str, ...]:
    """Return the keys of the events that a service reads, as the contract says."""
    operations = json.loads(CONTRACT.read_text(encoding="utf-8"))["operations"]
    references = (
        one["channel"]["$ref"] for name, one in operations.items() if name.startswith(f"{service}.receives.")
    )
    return tuple(sorted(reference.removeprefix("#/channels/") for reference in references))


@dataclass
class Storm:
    """Makes the messages for one service."""

    service: str
    junk: Junk
    known: Known
    """Ids that the service knows, by the name of the field."""
    publishers: Sequence[str]
    learners: Mapping[str, str] = field(default_factory=dict)
    """The learner of each lesson that is known."""
    soon: set[str] = field(default_factory=set)
    """Tags of messages right behind which comes what they wait for."""
    chance: Random = field(default_factory=lambda: Random(287))  # noqa: S311  always the same storm
    _count: int = 0

    def messages(self, count: int) -> list[Message]:
        """Make so many; the hand-made ones are among them."""
        made = list(self._by_hand())
        keys = read_by(self.service)
        while len(made) < count:
            made += self._scene(self.junk.recipe(self.chance), self.chance.choice(keys))
        return made[:count]

    def good(self, routing_key: str) -> Message:
        """Make a good event about what is known."""
        return self._message(routing_key, self._data(routing_key, strangers=False))

    def _scene(self, recipe: Recipe, routing_key: str) -> Iterator[Message]:
        if recipe.company == "too-soon" and self.service in TOO_SOON:
            yield from self._too_soon()
            return
        if recipe.company in {"stale", "far-ahead"}:
            yield from self._out_of_order(routing_key, far=recipe.company == "far-ahead")
            return
        first = self._spoilt(routing_key, recipe)
        yield first
        if recipe.company == "repeat":
            yield self._again(first)
        elif recipe.company == "other-body":
            yield replace(self._again(first), body=first.body.replace(b"{", b'{"more": 1, ', 1))
        elif recipe.company == "other-type":
            yield self._as_another(first)

    def _spoilt(self, routing_key: str, recipe: Recipe) -> Message:
        data = self._data(routing_key, strangers=recipe.strangers)
        message = self._message(routing_key, data)
        for change in recipe.data:
            data = change(data)
        written = json.dumps(data, ensure_ascii=self.chance.random() < 0.5).encode(errors="replace")
        headers = message.headers or ()
        for heading in recipe.headers:
            headers = heading(headers)
        message = replace(
            message,
            body=recipe.body(written) if recipe.body else written,
            headers=headers,
            **recipe.properties,
        )
        return self._on_its_way(message, recipe)

    def _on_its_way(self, message: Message, recipe: Recipe) -> Message:
        if recipe.way == "other":
            keys = read_by(self.service)
            return replace(message, routing_key=keys[recipe.key % len(keys)])
        if recipe.way == "queue":
            noted = (("enmusubi-routing-key", message.routing_key),) if recipe.key % 2 else ()
            headers = (*(message.headers or ()), *noted)
            return replace(message, exchange="", routing_key=f"{self.service}.events", headers=headers)
        return message

    def _too_soon(self) -> Iterator[Message]:
        keys = TOO_SOON[self.service]
        data = [self._data(key, strangers=True) for key in keys]
        for other in data[1:]:
            for name in data[0].keys() & other.keys():
                other[name] = data[0][name]
        made = [self._message(key, one) for key, one in zip(keys, data, strict=True)]
        self.soon.add(made[0].tag)
        yield from made

    def _out_of_order(self, routing_key: str, *, far: bool) -> Iterator[Message]:
        data = self._data(routing_key, strangers=False)
        for sequence in (7, 10**17 if far else 3):
            yield self._message(routing_key, data, sequence=sequence)

    def _again(self, message: Message) -> Message:
        tag = self._tag()
        headers = tuple((name, tag if name == TAG else value) for name, value in message.headers or ())
        return replace(message, tag=tag, headers=headers)

    def _as_another(self, message: Message) -> Message:
        """Make a message under the same id, with the same body, as another kind of event."""
        another = self.chance.choice(read_by(self.service))
        type_ = another.partition(".")[2]
        again = self._again(message)
        headers = tuple(
            (name, type_ if name == "cloudEvents_type" else value) for name, value in again.headers or ()
        )
        return replace(again, headers=headers, routing_key=another if again.exchange else again.routing_key)

    def _data(self, routing_key: str, *, strangers: bool) -> Json:
        schema = schema_of(routing_key)
        assert schema is not None
        data = self._with_ids(copy.deepcopy(schema["examples"][0]), strangers=strangers)
        if data.get("lesson_id") in self.learners and self.chance.random() < 0.9:
            data["candidate_id"] = self.learners[data["lesson_id"]]
        return data

    def _with_ids(self, value: Json, *, strangers: bool) -> Json:
        for name, one in value.items() if isinstance(value, dict) else ():
            if name.endswith("_id"):
                value[name] = self._id(name, strangers=strangers)
            elif name.endswith("_ids"):
                value[name] = [self._id(name[:-1], strangers=strangers) for _ in one]
            elif isinstance(one, list):
                value[name] = [self._with_ids(part, strangers=strangers) for part in one]
        return value

    def _id(self, name: str, *, strangers: bool) -> str:
        if name in SELDOM_NEW:
            return f"{self.chance.randrange(20):032x}"
        known = () if strangers else self.known.get(name, ())
        return self.chance.choice(known) if known else f"{self.chance.getrandbits(128):032x}"

    def _message(self, routing_key: str, data: Json, *, sequence: int | None = None) -> Message:
        source, _, type_ = routing_key.partition(".")
        schema = schema_of(routing_key)
        assert schema is not None
        external = source == "external"
        tag, id_ = self._tag(), f"{self.chance.getrandbits(128):032x}"
        headers: dict[str, Any] = {
            TAG: tag,
            "cloudEvents_id": id_,
            "cloudEvents_source": f"/external/{self._publisher()}" if external else f"/{source}",
            "cloudEvents_type": type_,
            "cloudEvents_subject": ".".join(data[name] for name in schema["x-subject"]),
            "cloudEvents_time": NOW - self.chance.randrange(10**6),
            "cloudEvents_specversion": "1.0",
        }
        if not external or self.chance.random() < 0.5:
            count = self.chance.randrange(1, 100) if sequence is None else sequence
            headers |= {"cloudEvents_sequence": f"{count:010d}", "cloudEvents_dataschema": schema["$id"]}
        return Message(
            tag=tag,
            exchange="events",
            routing_key=routing_key,
            headers=tuple(headers.items()),
            body=json.dumps(data).encode(),
            message_id=id_,
        )

    def _publisher(self) -> str:
        return UNHEARD if self.chance.random() < 0.1 else self.chance.choice(self.publishers)

    def _tag(self) -> str:
        self._count += 1
        return f"{self.service}-{self._count}"

    def _by_hand(self) -> Iterator[Message]:
        """What hypothesis would seldom come upon: sizes at the limit, and what AMQP libraries cannot decode."""
        for key in read_by(self.service)[:4]:
            for size in (LARGEST - 1, LARGEST, LARGEST + 1, 2 * LARGEST):
                good = self.good(key)
                yield replace(good, body=good.body.ljust(size))
            good = self.good(key)
            yield replace(good, headers=None)
            yield replace(self.good(key), headers=None, message_id=None, content_type=None)
            for spoilt in _undecodable():
                good = self.good(key)
                yield replace(good, headers=(*(good.headers or ()), *spoilt))
            yield replace(self.good(key), timestamp=2**64 - 1)
            yield replace(self.good(key), message_id=b"\xff\xfe", content_type=b"\xc3", kind=b"\xe9")
            good = self.good(key)
            decimal = (
                "price",
                Decimal("23.50"),
            )  # a stream cannot keep one: it would not get through the exchange
            headers = (*(good.headers or ()), decimal)
            yield replace(good, exchange="", routing_key=f"{self.service}.events", headers=headers)
        for unread in ("notifications.message-sent.v1", "scheduling.visit-opened.v1"):
            good = self.good(unread)
            yield replace(good, exchange="", routing_key=f"{self.service}.events")


def _undecodable() -> Iterator[Headers]:
    yield (("tower", tower(DEEP)),)
    yield ((b"\xff\xfe\xfd", "not UTF-8"),)
    yield (("when", Timestamp(2**63 - 1)),)
    yield (("text", b"\xff\xfe"),)
    yield (("n" * 255, 1),)
    yield tuple((f"flood-{number}", "x" * 1000) for number in range(100))
