"""Drawing: what hypothesis puts into messages, and the recipes that are mixed from it, always the same ones."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, TypeVar, get_args

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.contract.fuzzing.amqp import Blob, Timestamp, Value
from tests.contract.fuzzing.edges import EDGES
from tests.contract.fuzzing.mutations import (
    Change,
    Company,
    Heading,
    Json,
    OfBytes,
    OfData,
    OfHeaders,
    Recipe,
    Spoiling,
)

DrawnT = TypeVar("DrawnT")


def _json() -> st.SearchStrategy[Json]:
    leaves = st.one_of(
        st.sampled_from(EDGES),
        st.integers(-(2**70), 2**70),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=12),
    )
    nested = st.recursive(
        leaves,
        lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=6), one, max_size=3),
        max_leaves=5,
    )
    return st.one_of(st.sampled_from(EDGES), leaves, nested)


def _values() -> st.SearchStrategy[Value]:
    leaves: st.SearchStrategy[Value] = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=12),
        st.binary(max_size=12),
        st.builds(Timestamp, st.integers(0, 2**64 - 1)),
        st.builds(Blob, st.binary(max_size=12)),
        st.sampled_from(
            ("x" * 255, "x" * 256, "é" * 255, "/", "/external/", "/intake/", "candidate-applied.v0", "1.1")
        ),
    )
    return st.recursive(
        leaves,
        lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=6), one, max_size=3),
        max_leaves=4,
    )


@dataclass(frozen=True)
class Junk:
    """What hypothesis has drawn to put into messages; the recipes are mixed from it."""

    data: tuple[Json, ...]
    values: tuple[Value, ...]
    texts: tuple[str, ...]

    def recipe(self, chance: Random) -> Recipe:
        """Mix a recipe: of two, one leaves the event good."""
        spoilt = chance.random() < 0.6
        return Recipe(
            data=tuple(
                self._of_data(chance) for _ in range(chance.choice((0, 0, 1, 1, 2) if spoilt else (0,)))
            ),
            body=OfBytes(chance.choice(BODIES), chance.randrange(10_000))
            if spoilt and _seldom(chance)
            else None,
            headers=tuple(
                self._of_headers(chance) for _ in range(chance.choice((0, 0, 1, 2) if spoilt else (0,)))
            ),
            way=chance.choice(("own",) * 14 + ("other", "queue", "queue")),
            key=chance.randrange(10_000),
            strangers=chance.random() < 0.3,
            company=chance.choice(COMPANIES),
            properties=self._properties(chance) if _seldom(chance) else {},
        )

    def _of_data(self, chance: Random) -> OfData:
        return OfData(chance.choice(CHANGES), chance.randrange(10_000), chance.choice(self.data))

    def _of_headers(self, chance: Random) -> OfHeaders:
        what, place = chance.choice(HEADINGS), chance.randrange(10_000)
        return OfHeaders(what, place, chance.choice(self.texts), chance.choice(self.values))

    def _properties(self, chance: Random) -> dict[str, Any]:
        texts = (None, "text/xml", "", b"\xff", "gzip", "x" * 255, chance.choice(self.texts))
        some = {
            name: chance.choice(texts) for name in ("content_type", "content_encoding", "kind", "message_id")
        }
        numbers = {"timestamp": chance.getrandbits(64), "delivery_mode": chance.choice((1, 2))}
        return {name: value for name, value in (some | numbers).items() if chance.random() < 0.3}


CHANGES: tuple[Change, ...] = (
    "drop",
    "rename",
    "put",
    "put",
    "put",
    "put",
    "add",
    "add",
    "swap",
    "many",
    "deep",
    "null",
)
BODIES: tuple[Spoiling, ...] = get_args(Spoiling)
HEADINGS: tuple[Heading, ...] = get_args(Heading)
ALONE: Company = "none"
COMPANIES: tuple[Company, ...] = (*(ALONE,) * 14, *get_args(Company))


def _seldom(chance: Random) -> bool:
    return chance.random() < 0.15


def drawn(count: int) -> Junk:
    """Have hypothesis draw so much of each kind: always the same."""
    texts = _all_of(st.text(max_size=10), count // 4)
    return Junk((*EDGES * 4, *_all_of(_json(), count)), _all_of(_values(), count), texts)


def _all_of(strategy: st.SearchStrategy[DrawnT], count: int) -> tuple[DrawnT, ...]:
    found: list[DrawnT] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(one: DrawnT) -> None:
        found.append(one)

    run: Callable[[], None] = draw
    run()
    return tuple(found)
