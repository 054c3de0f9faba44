"""The gate as a whole: what is stale, what breaks any released version, what cannot be compared."""

from pathlib import Path

import pytest

from deploy.contract import documents, gate
from deploy.contract.__main__ import check, release
from deploy.contract.documents import ASYNCAPI
from deploy.contract.shapes import NotUnderstoodError, Shape
from deploy.local.environment import SERVICES
from shared.events import __version__
from tests.contract.changes import ASYNC, INTAKE, Document, changed, schema

MADE = {ASYNCAPI: ASYNC, "openapi/intake.json": INTAKE}


def problems(
    *, committed: Document = MADE, released: Document = MADE, version: str = __version__
) -> list[tuple[str, str]]:
    return [(one.rule, one.where) for one in gate.problems(MADE, committed, {version: released})]


def test_what_is_in_order_passes() -> None:
    assert problems() == []


def test_a_committed_document_that_is_stale_is_refused() -> None:
    stale = MADE | {ASYNCAPI: ASYNC | {"id": "urn:other"}}
    assert problems(committed=stale) == [("stale", "docs/contract/asyncapi.json")]


def test_a_document_that_is_not_committed_or_no_longer_made_is_refused() -> None:
    committed = {ASYNCAPI: ASYNC, "openapi/gone.json": INTAKE}
    assert problems(committed=committed) == [
        ("stale", "docs/contract/openapi/gone.json"),
        ("stale", "docs/contract/openapi/intake.json"),
    ]


def test_a_break_of_any_released_version_is_refused() -> None:
    released = MADE | {
        ASYNCAPI: changed(ASYNC, lambda d: schema("RoundOpened", d)["properties"].update(fee={})),
        "openapi/reporting.json": INTAKE,
    }
    assert problems(released=released, version="0.9.0") == [
        ("removed", "intake.round-opened.v1 data.fee"),
        ("removed", "reporting"),
    ]


def test_what_only_adds_needs_a_version_that_was_not_released() -> None:
    released = MADE | {
        ASYNCAPI: changed(ASYNC, lambda d: d["channels"].pop("matching.hire-ended.v1")),
    }
    assert problems(released=released, version="0.9.0") == []
    assert problems(released=released) == [("version-used", "shared/events/__init__.py")]


def test_a_release_is_kept_once_and_without_what_is_generated_from_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(documents, "RELEASED", tmp_path)
    monkeypatch.setattr(documents, "ROOT", tmp_path)
    monkeypatch.setattr(documents, "made", lambda: documents.read(documents.COMMITTED))
    assert release() == 0
    kept = documents.released()[__version__]
    assert kept.keys() == {ASYNCAPI, *(f"openapi/{service}.json" for service in SERVICES)}
    assert kept[ASYNCAPI] == documents.made()[ASYNCAPI]
    assert check() == 0
    assert release() == 1
    assert "was released" in capsys.readouterr().out


def test_an_example_that_was_released_stays_readable() -> None:
    def example(made: Document) -> Document:
        found: Document = made["components"]["messages"]["intake.round-opened.v1"]["examples"][0]["payload"]
        return found

    released = MADE | {ASYNCAPI: changed(ASYNC, lambda d: example(d).pop("capacity"))}
    assert ("example-refused", "intake.round-opened.v1 data") in problems(released=released)


def test_a_word_that_is_not_compared_is_an_error_and_not_overlooked() -> None:
    with pytest.raises(NotUnderstoodError, match="patternProperties"):
        Shape.of({"type": "object", "patternProperties": {}}, {})
