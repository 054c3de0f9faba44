"""Looking up what a request is about."""

from typing import Protocol, TypeVar

from shared.storage.collection import Collection
from shared.web.problems import NotFound

DocumentT = TypeVar("DocumentT")


class Source(Protocol):
    """Where documents are read: a unit of work, or a reader outside any."""

    async def get(self, collection: Collection[DocumentT], document_id: str, /) -> DocumentT | None:
        """Return one document, or None."""


async def existing(
    source: Source, collection: Collection[DocumentT], document_id: str, what: str
) -> DocumentT:
    """Return one document; raises NotFound, which says what there is not."""
    document = await source.get(collection, document_id)
    if document is None:
        raise NotFound(f"there is no such {what}")
    return document
