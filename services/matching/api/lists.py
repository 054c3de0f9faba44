"""Lists that are sorted by what they say, not by id."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from shared.web.problems import FieldError, Invalid

DocumentT = TypeVar("DocumentT")


def page_of(
    found: Sequence[DocumentT], id_of: Callable[[DocumentT], str], cursor: str | None, limit: int
) -> tuple[Sequence[DocumentT], str | None]:
    """Return one page of sorted documents, and the next page's cursor: the id of the last one here."""
    begin = 0 if cursor is None else _after(found, id_of, cursor)
    page = found[begin : begin + limit]
    return page, id_of(page[-1]) if begin + limit < len(found) else None


def _after(found: Sequence[DocumentT], id_of: Callable[[DocumentT], str], cursor: str) -> int:
    for place, document in enumerate(found, start=1):
        if id_of(document) == cursor:
            return place
    message = "this is not a cursor of this list; take the `next` of the page before"
    raise Invalid(errors=[FieldError(where="query.cursor", message=message, code="cursor")])
