"""The gate as a whole: what is stale, what breaks any released version, what cannot be compared."""

from dataclasses import replace
from pathlib import Path

import pytest

from deploy.contract import documents, gate
from deploy.contract.__main__ import check, release
from deploy.contract.breaks import Break
from deploy.contract.corrections import CORRECTIONS, Correction
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


@pytest.mark.parametrize("correction", CORRECTIONS, ids=lambda one: one.where.pattern)
def test_a_correction_is_of_something_that_a_released_version_says(correction: Correction) -> None:
    released = documents.released()[correction.version]
    different = [
        one for one in gate.broken(released, documents.made()) if correction.covers(correction.version, one)
    ]
    assert different != []
    assert correction.why


def test_a_correction_covers_no_other_place_difference_or_version() -> None:
    empty = Break("narrowed", "intake POST /rounds header.Idempotency-Key", "minLength none and 1")

    def is_corrected(version: str = "1.0.0", **changes: str) -> bool:
        return any(one.covers(version, replace(empty, **changes)) for one in CORRECTIONS)  # type: ignore[arg-type]

    assert is_corrected()
    assert not is_corrected("1.1.0")
    assert not is_corrected(detail="minLength none and 2")
    assert not is_corrected(where="intake POST /rounds request.capacity")
    assert not is_corrected(rule="removed")


def test_what_is_corrected_is_let_through_and_everything_else_is_still_refused() -> None:
    def said_wrongly(document: Document) -> None:
        for parameter in document["paths"]["/rounds"]["post"]["parameters"]:
            del parameter["schema"]["minLength"]
            parameter["schema"]["maxLength"] = 999

    released = MADE | {"openapi/intake.json": changed(INTAKE, said_wrongly)}
    where = "intake POST /rounds header.Idempotency-Key"
    assert problems(released=released, version="1.0.0") == [("narrowed", where)]
    assert problems(released=released, version="0.9.0") == [("narrowed", where)] * 2
