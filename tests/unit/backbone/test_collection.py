"""What is written of a document is what is read of it."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest

from shared.events.ids import CandidateId
from shared.ids import new
from shared.storage.collection import Collection


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    text: str | None
    places: tuple[int | None, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    page_id: CandidateId
    title: str | None
    lines: tuple[Line, ...] = ()
    by_name: dict[str, Line | None] | None = None
    language: str | None = "en"
    tags: tuple[str, ...] = field(default_factory=lambda: ("new",))
    day: date | None = None
    at: datetime | None = None


pages = Collection(Page, "pages", id="page_id")


def stored(page: Page) -> dict[str, object]:
    return pages.write(page) | {
        "_id": str(page.page_id),
        "version": 1,
        "schema": 1,
        "sequence": 0,
        "stamp": 0,
    }


@pytest.mark.parametrize(
    "page",
    [
        Page(page_id=new(CandidateId), title=None),
        Page(page_id=new(CandidateId), title="", language=None),
        Page(
            page_id=new(CandidateId), title="出雲", lines=(Line(text=None, places=(1, None)), Line(text="a"))
        ),
        Page(page_id=new(CandidateId), title="x", by_name={"a": None, "b": Line(text=None)}),
        Page(
            page_id=new(CandidateId),
            title="x",
            day=date(2027, 5, 14),
            at=datetime(2027, 5, 14, 9, 30, tzinfo=UTC),
        ),
    ],
)
def test_a_document_comes_back_as_it_was(page: Page) -> None:
    assert pages.read(stored(page)) == page


def test_what_an_older_document_does_not_have_takes_its_default() -> None:
    older = stored(Page(page_id=new(CandidateId), title="x", tags=("old",)))
    del older["tags"], older["language"]
    assert pages.read(older).tags == ("new",)
    assert pages.read(older).language == "en"


def test_an_absent_field_is_not_stored_so_that_a_partial_index_passes_it_over() -> None:
    assert {"title", "day", "at"}.isdisjoint(pages.write(Page(page_id=new(CandidateId), title=None)))


def test_a_field_that_is_kept_beside_documents_is_refused() -> None:
    @dataclass(frozen=True)
    class Wrong:
        wrong_id: str
        version: int

    with pytest.raises(TypeError, match="version"):
        Collection(Wrong, "wrong", id="wrong_id")
