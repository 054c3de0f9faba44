"""The storm's other half: private messages for notifications' second queue, sealed well, badly, or not at all."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from joserfc import jwe
from joserfc.jwk import ECKey, Key

from tests.contract.fuzzing.amqp import Headers, Message
from tests.contract.fuzzing.drawing import Junk
from tests.contract.fuzzing.oracle import LARGEST, REUSED, Fate, body_hash
from tests.contract.fuzzing.shapes import Json, NotJsonError, Schema, fits, parsed, schema_of
from tests.contract.fuzzing.storm import TAG

QUEUE = "notifications.contacts"
ALGORITHMS = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM"}
_ID: Schema = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
_LINE: Schema = {"type": "string", "minLength": 1, "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]*$"}
_ROLES = ("candidate", "firm", "staff", "teacher", "interpreter", "city", "bank")
PEOPLE = [f"{number:032x}" for number in range(40)]


def _object(**properties: Schema) -> Schema:
    """A schema of an object; what has no ``optional`` in it is needed."""
    needed = [name for name, one in properties.items() if "optional" not in one]
    return {"type": "object", "properties": properties, "required": needed}


def _shapes() -> Mapping[str, Schema]:
    applied = schema_of("intake.candidate-applied.v1") or {}
    written = {name: applied["properties"][name] for name in ("language", "time_zone")}
    address = _LINE | {"maxLength": 320, "optional": True}
    return {
        "contact": _object(
            person_id=_ID,
            role={"enum": _ROLES},
            name=_LINE | {"maxLength": 200},
            addresses=_object(email=address, telegram=address, phone=address),
            **written,
        ),
        "link-code": _object(person_id=_ID, code={"type": "string", "pattern": "^[A-Za-z0-9_-]{16,128}$"}),
        "notice": _object(notice_id=_ID, template={"enum": ("already-applied", "link")}, person_id=_ID),
    }


SHAPES = _shapes()


@dataclass(frozen=True)
class Sealed:
    """A private message, and what is inside of it; None: what nobody can open."""

    message: Message
    plain: bytes | None


@dataclass
class Whispers:
    """Makes private messages."""

    key: Key
    """Notifications' own, for which they should be sealed."""
    junk: Junk
    chance: Random = field(default_factory=lambda: Random(17))  # noqa: S311  always the same ones
    _strange: Key = field(default_factory=lambda: ECKey.generate_key("P-256"))
    _count: int = 0

    def sealed(self, count: int) -> list[Sealed]:
        """Make so many."""
        made: list[Sealed] = []
        while len(made) < count:
            made += self._scene()
        return made[:count]

    def _scene(self) -> Iterator[Sealed]:
        recipe = self.junk.recipe(self.chance)
        data = self._data()
        for change in recipe.data:
            data = change(data)
        plain = json.dumps(data).encode()
        plain = recipe.body(plain) if recipe.body and recipe.body.what != "big" else plain
        headers: Headers = ()
        for heading in recipe.headers:
            headers = heading(headers)
        first = self._message(plain, headers)
        yield first
        if recipe.company == "repeat":
            yield self._again(first, first.message.body, first.plain)
        elif recipe.company == "other-body":  # sealed once more it is another body
            yield self._again(first, self._seal(plain, self.key), plain)

    def _data(self) -> Json:
        person = self.chance.choice(PEOPLE)
        fresh = f"{self.chance.getrandbits(128):032x}"
        return self.chance.choice(
            (
                {
                    "kind": "contact",
                    "person_id": person,
                    "role": self.chance.choice(_ROLES[:5]),
                    "name": "О'Коннор, Łukasz 李",
                    "addresses": {"email": f"{person[-4:]}@example.org", "phone": "+380 44 1234567"},
                    "language": "uk",
                    "time_zone": "Europe/Kyiv",
                },
                {"kind": "link-code", "person_id": person, "code": fresh},
                {"kind": "notice", "notice_id": fresh, "template": "link", "person_id": person},
            )
        )

    def _message(self, plain: bytes, headers: Headers) -> Sealed:
        how = self.chance.choice(("well",) * 12 + ("strange-key", "cut", "open", "spoilt", "no-id", "large"))
        body = self._seal(plain, self._strange if how == "strange-key" else self.key)
        at = self.chance.randrange(1, len(body) - 1)
        spoilt = {
            "cut": body[:at],
            "open": plain,
            "spoilt": body[:at] + b"\xff*" + body[at:],
            "large": body.ljust(LARGEST + 1),
        }
        tag = self._tag()
        message = Message(
            tag=tag,
            exchange="private",
            routing_key=QUEUE,
            headers=((TAG, tag), *headers),
            body=spoilt.get(how, body),
            content_type=None,
            message_id=None if how == "no-id" else f"{self.chance.getrandbits(128):032x}",
        )
        return Sealed(message, plain if how in {"well", "no-id"} else None)

    def _again(self, one: Sealed, body: bytes, plain: bytes | None) -> Sealed:
        tag = self._tag()
        return Sealed(replace(one.message, tag=tag, headers=((TAG, tag),), body=body), plain)

    def _seal(self, plain: bytes, key: Key) -> bytes:
        return jwe.encrypt_compact(ALGORITHMS, plain, key, algorithms=list(ALGORITHMS.values())).encode()

    def _tag(self) -> str:
        self._count += 1
        return f"whisper-{self._count}"


def fates(sealed: Sequence[Sealed]) -> list[Fate]:
    """Return the fate of each of these messages, which come in this order."""
    taken: dict[str, str] = {}
    return [_fate(one, taken) for one in sealed]


def _fate(one: Sealed, taken: dict[str, str]) -> Fate:
    if objection := _objection(one):
        return Fate(reasons=frozenset({objection}))
    key, found = f"private:{one.message.message_id!s}", body_hash(one.message.body)
    return Fate(key) if taken.setdefault(key, found) == found else Fate(reasons=REUSED)


def _objection(one: Sealed) -> str | None:
    if len(one.message.body) > LARGEST:
        return "too-large"
    if not one.message.message_id:
        return "missing-message-id"
    if one.plain is None:
        return "not-sealed-for-us"
    try:
        data = parsed(one.plain)
    except NotJsonError:
        return "bad-json"
    kind = data.get("kind") if isinstance(data, dict) else None
    shape = SHAPES.get(kind) if isinstance(kind, str) else None
    return None if shape is not None and fits(data, shape) else "invalid-data"
