"""Pages of a long list: a cursor to go on from, and how many at once."""

import base64
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from shared.storage.client import Database
from shared.storage.collection import Collection, query
from shared.web.problems import FieldError, Invalid

ItemT = TypeVar("ItemT", bound=BaseModel)
DocumentT = TypeVar("DocumentT")

Limit = Annotated[int, Query(ge=1, le=500, description="How many at the most")]
Cursor = Annotated[str | None, Query(description="Where the page before ended: its `next`")]


class Page(BaseModel, Generic[ItemT]):
    """One page of a list."""

    model_config = ConfigDict(
        use_attribute_docstrings=True, json_schema_extra={"description": "One page of a list."}
    )

    items: list[ItemT]
    """What is on this page, in the list's order."""
    next: str | None = Field(default=None, description="The next page's `cursor`; absent on the last page")


class Reader:
    """Reads documents for answers, outside any unit of work."""

    def __init__(self, store: Database) -> None:
        self._store = store

    async def get(self, collection: Collection[DocumentT], id: str) -> DocumentT | None:  # noqa: A002
        """Return one document, or None."""
        stored = await self._store[collection.name].find_one({"_id": id})
        return None if stored is None else collection.read(stored)

    async def get_with_version(
        self,
        collection: Collection[DocumentT],
        id: str,  # noqa: A002
    ) -> tuple[DocumentT, int] | None:
        """Return one document and its version, or None."""
        stored = await self._store[collection.name].find_one({"_id": id})
        return None if stored is None else (collection.read(stored), stored["version"])

    async def find(self, collection: Collection[DocumentT], **where: object) -> list[DocumentT]:
        """Return all documents that match, by id."""
        found = self._store[collection.name].find(query(collection.stored_names(where))).sort("_id", 1)
        return [collection.read(stored) for stored in await found.to_list(None)]

    async def page(
        self, collection: Collection[DocumentT], cursor: str | None, limit: int, **where: object
    ) -> tuple[list[DocumentT], str | None]:
        """Return one page of the documents that match, by id, and the next page's cursor."""
        conditions = query(collection.stored_names(where))
        if cursor is not None:
            conditions = {"$and": [conditions, {"_id": {"$gt": _read_cursor(cursor)}}]}
        found = self._store[collection.name].find(conditions).sort("_id", 1).limit(limit + 1)
        documents = [collection.read(stored) for stored in await found.to_list(limit + 1)]
        if len(documents) <= limit:
            return documents, None
        return documents[:limit], _write_cursor(collection.id_of(documents[limit - 1]))


def page_of(
    found: Sequence[DocumentT], id_of: Callable[[DocumentT], str], cursor: str | None, limit: int
) -> tuple[Sequence[DocumentT], str | None]:
    """Return one page of documents that are sorted by what they say, not by id, and the next page's cursor."""
    begin = 0 if cursor is None else _after(found, id_of, _read_cursor(cursor))
    page = found[begin : begin + limit]
    return page, _write_cursor(id_of(page[-1])) if begin + limit < len(found) else None


def _after(found: Sequence[DocumentT], id_of: Callable[[DocumentT], str], last: str) -> int:
    for place, document in enumerate(found, start=1):
        if id_of(document) == last:
            return place
    raise _no_cursor()


def _write_cursor(last: str) -> str:
    return base64.urlsafe_b64encode(last.encode()).decode()


def _read_cursor(cursor: str) -> str:
    try:
        return base64.b64decode(cursor, altchars=b"-_", validate=True).decode()
    except ValueError as error:
        raise _no_cursor() from error


def _no_cursor() -> Invalid:
    message = "this is not a cursor of this list; take the `next` of the page before"
    return Invalid(errors=[FieldError(where="query.cursor", message=message, code="cursor")])
