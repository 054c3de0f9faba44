"""A collection: which documents it holds, under which id, and which indexes it needs."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import timedelta
from typing import Any, Generic, NamedTuple, TypeVar, cast

from pydantic import TypeAdapter

DocumentT = TypeVar("DocumentT")

# What the storage layer keeps beside a document's own fields.
KEPT_BESIDE = ("version", "schema", "sequence", "stamp", "changed_at")


class Key(NamedTuple):
    """Where one document lies."""

    collection: str
    id: str


@dataclass(frozen=True, slots=True)
class Index:
    """An index, declared beside its collection and created when a service starts."""

    fields: tuple[str, ...]
    unique: bool = False
    where: Mapping[str, Any] | None = None
    """Only documents that match this are indexed (a partial index)."""


@dataclass(frozen=True, slots=True)
class In:
    """A filter: the field is one of these values."""

    values: Sequence[object]


@dataclass(frozen=True, slots=True)
class Between:
    """A filter: the field is a string that sorts from ``low`` to ``high``, both included."""

    low: str
    high: str


class Collection(Generic[DocumentT]):
    """Documents of one type: frozen dataclasses, one field of which is the id.

    In MongoDB a document has ``_id``, its other fields as JSON would show them, and beside them ``version``,
    ``schema``, ``sequence`` (of the last event about it), ``stamp`` (the order of its last outbox entry) and
    ``changed_at`` (real time).
    """

    def __init__(
        self,
        document: type[DocumentT],
        name: str,
        *,
        id: str,  # noqa: A002  the field's name is what callers read
        schema: int = 1,
        indexes: Sequence[Index] = (),
        keep_for: timedelta | None = None,
    ) -> None:
        all_fields = fields(cast("Any", document))
        names = {field.name for field in all_fields}
        taken = names.intersection(KEPT_BESIDE)
        if id not in names or taken:
            raise TypeError(f"{document.__name__} needs a field {id!r} and must not have {sorted(taken)}")
        self.document = document
        self.name = name
        self.schema = schema
        self.indexes = tuple(indexes)
        self.keep_for = keep_for
        self._id_field = id
        required = {field.name for field in all_fields if field.default is field.default_factory is MISSING}
        self._required = dict.fromkeys(required)
        self._left_out = required | {field.name for field in all_fields if field.default is None}
        self._adapter: TypeAdapter[DocumentT] = TypeAdapter(document)

    def key(self, id: str) -> Key:  # noqa: A002
        """Name the document with this id, for a reaction's ``reads``."""
        return Key(self.name, id)

    def id_of(self, document: DocumentT) -> str:
        """Return the document's id."""
        return cast("str", getattr(document, self._id_field))

    def stored_names(self, where: Mapping[str, object]) -> dict[str, object]:
        """Return a filter with the id under the name that MongoDB has for it."""
        return {"_id" if field == self._id_field else field: wanted for field, wanted in where.items()}

    def read(self, stored: Mapping[str, Any]) -> DocumentT:
        """Make a document of what MongoDB holds; raises ValidationError where it no longer fits."""
        return self._adapter.validate_python({**self._required, **stored, self._id_field: stored["_id"]})

    def write(self, document: DocumentT) -> dict[str, Any]:
        """Return the document's fields as MongoDB holds them, without ``_id`` and what is kept beside.

        A field that is None is left out, so that a partial index passes the document over.
        """
        content: dict[str, Any] = self._adapter.dump_python(document, mode="json")
        del content[self._id_field]
        return {
            name: value for name, value in content.items() if value is not None or name not in self._left_out
        }


def matches(content: Mapping[str, Any], where: Mapping[str, object]) -> bool:
    """Say whether a stored content passes an equality, :class:`In` or :class:`Between` filter on each field.

    As in MongoDB, a list passes where one of its elements does, what is absent equals None, and a boolean is no
    number.
    """
    return all(_passes(content.get(field), wanted) for field, wanted in where.items())


def _passes(value: object, wanted: object) -> bool:
    elements = value if isinstance(value, list) else [value]
    match wanted:
        case In(values):
            return any(_passes(value, one) for one in values)
        case Between(low, high):
            texts = [one for one in elements if isinstance(one, str)]
            return any(low <= one for one in texts) and any(one <= high for one in texts)
        case _:
            return _same(value, wanted) or any(_same(one, wanted) for one in elements)


def _same(one: object, other: object) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def query(where: Mapping[str, object]) -> dict[str, Any]:
    """Write the same filter as MongoDB reads it."""
    return {field: _condition(wanted) for field, wanted in where.items()}


def _condition(wanted: object) -> object:
    match wanted:
        case In(values):
            return {"$in": list(values)}
        case Between(low, high):
            return {"$gte": low, "$lte": high}
        case _:
            return wanted
