"""Whether what one JSON Schema lets somebody write is understood by whoever reads it with another.

No library on PyPI answers that for JSON Schema 2020-12 with a place and a reason: those that compare documents say what is
different, not whom it breaks; those that prove one schema inside of another say yes or no, and know draft 4. What pydantic
writes is a small part of JSON Schema, and this covers it; any other word in a schema is an error, not overlooked.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from deploy.contract.breaks import Break
from deploy.contract.shapes import BOUNDS_ABOVE, BOUNDS_BELOW, FIXED, Schema, Shape

Way = Literal["request", "response", "event"]
"""Who relies on a schema: whoever writes by it, whoever reads by it, or both (an event lies in the history, too)."""

OPEN = "other"
"""A list of codes that has this one may gain codes: readers take what they do not know as it."""


def compare(
    before: Schema, now: Schema, documents: tuple[Schema, Schema], way: Way, where: str
) -> Iterator[Break]:
    """Name, each once, what a change of a schema breaks; references lead into the documents, before and now.

    No schema may hold itself (RecursionError), and none of ours does.
    """
    old, new = Shape.of(before, documents[0]), Shape.of(now, documents[1])
    yield from dict.fromkeys(_Comparison(way).run(old, new, where))


@dataclass(frozen=True, slots=True)
class _Comparison:
    way: Way

    def run(self, old: Shape, new: Shape, where: str) -> Iterator[Break]:
        """Compare what is there; of several choices, each has to be understood as one of the other side's."""
        before, now = old.choices, new.choices
        if len(before) == 1 and len(now) == 1:
            yield from self._one(before[0], now[0], where)
            return
        if self.way != "response":
            for one in before:
                yield from _fewest(list(self._one(one, other, where)) for other in now)
        if self.way != "request":
            for one in now:
                yield from _fewest(list(self._one(other, one, where)) for other in before)

    def _one(self, old: Shape, new: Shape, where: str) -> Iterator[Break]:
        if old.types != new.types and (clash := list(self._types(old, new, where))):
            yield from clash
            return
        yield from self._values(old, new, where)
        yield from self._limits(old, new, where)
        yield from self._fields(old, new, where)
        yield from self._inside(old, new, where)

    def _types(self, old: Shape, new: Shape, where: str) -> Iterator[Break]:
        lost, gained = _beyond(old.types, new.types), _beyond(new.types, old.types)
        changed = f"{_names(old.types)}, now {_names(new.types)}"
        if (self.way != "response" and lost) or (self.way != "request" and gained):
            yield Break("retyped", where, changed)

    def _values(self, old: Shape, new: Shape, where: str) -> Iterator[Break]:
        before, now = old.values, new.values
        if self.way != "response" and now is not None:
            lost = ["any other"] if before is None else [value for value in before if value not in now]
            if lost:
                yield Break("narrowed", where, f"no longer: {', '.join(map(str, lost))}")
        if self.way != "request" and before is not None and OPEN not in before:
            gained = ["any"] if now is None else [value for value in now if value not in before]
            if gained:
                yield Break("widened", where, f"new: {', '.join(map(str, gained))}")

    def _limits(self, old: Shape, new: Shape, where: str) -> Iterator[Break]:
        if self.way != "response":
            yield from (Break("narrowed", where, word) for word in _tighter(old.schema, new.schema))
        if self.way != "request":
            yield from (Break("widened", where, word) for word in _tighter(new.schema, old.schema))
        if self.way != "response" and old.schema.get("default") != new.schema.get("default"):
            yield Break("default-changed", where)

    def _fields(self, old: Shape, new: Shape, where: str) -> Iterator[Break]:
        for name in sorted(old.properties.keys() - new.properties.keys()):
            yield Break("removed", f"{where}.{name}")
        if self.way != "response":
            for name in sorted(new.required - old.required):
                yield Break("made-required", f"{where}.{name}")
            if (
                new.schema.get("additionalProperties") is False
                and old.schema.get("additionalProperties") is not False
            ):
                yield Break("narrowed", where, "unknown fields are refused")
        if self.way != "request":
            for name in sorted((old.required - new.required) & new.properties.keys()):
                yield Break("made-optional", f"{where}.{name}")

    def _inside(self, old: Shape, new: Shape, where: str) -> Iterator[Break]:
        for name in sorted(old.properties.keys() & new.properties.keys()):
            inner = old.within(old.properties[name]), new.within(new.properties[name])
            yield from self.run(*inner, f"{where}.{name}")
        for word, suffix in (("items", "[]"), ("additionalProperties", ".*"), ("propertyNames", " names")):
            before, now = old.schema.get(word, True), new.schema.get(word, True)
            if isinstance(before, dict) or isinstance(now, dict):
                yield from self.run(old.within(before), new.within(now), where + suffix)
        if old.schema.get("prefixItems") != new.schema.get("prefixItems"):
            yield Break("retyped", where, "prefixItems")


def _fewest(found: Iterable[list[Break]]) -> list[Break]:
    """Return what is against the choice that comes nearest, one of another type last; nothing where one fits."""
    return min(found, key=lambda breaks: (any(one.rule == "retyped" for one in breaks), len(breaks)))


def _beyond(some: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    """Return the types of some that are not among others; with none named, all are."""
    if not others:
        return frozenset()
    if not some:
        return frozenset({"any"})
    return frozenset(one for one in some - others if not (one == "integer" and "number" in others))


def _names(types: frozenset[str]) -> str:
    return " or ".join(sorted(types)) or "anything"


def _tighter(written: Schema, read: Schema) -> Iterator[str]:
    """Name the limits of the reader that the writer does not keep."""
    for word in BOUNDS_BELOW:
        if word in read and (word not in written or written[word] < read[word]):
            yield f"{word} {written.get(word, 'none')} and {read[word]}"
    for word in BOUNDS_ABOVE:
        if word in read and (word not in written or written[word] > read[word]):
            yield f"{word} {written.get(word, 'none')} and {read[word]}"
    for word in FIXED:
        if word in read and written.get(word) != read[word]:
            yield f"{word} {written.get(word, 'none')} and {read[word]}"
