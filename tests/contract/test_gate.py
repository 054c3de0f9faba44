"""The gate as a whole: what is stale, what breaks any released version, what cannot be compared."""

import pytest

from deploy.contract import gate
from deploy.contract.documents import ASYNCAPI
from deploy.contract.shapes import NotUnderstoodError, Shape
from tests.contract.changes import ASYNC, INTAKE, Document, changed, schema

MADE = {ASYNCAPI: ASYNC, "openapi/intake.json": INTAKE}


def problems(*, committed: Document = MADE, released: Document = MADE) -> list[tuple[str, str]]:
    return [(one.rule, one.where) for one in gate.problems(MADE, committed, {"1.0.0": released})]


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
    assert problems(released=released) == [
        ("removed", "intake.round-opened.v1 data.fee"),
        ("removed", "reporting"),
    ]


def test_an_example_that_was_released_stays_readable() -> None:
    def example(made: Document) -> Document:
        found: Document = made["components"]["messages"]["intake.round-opened.v1"]["examples"][0]["payload"]
        return found

    released = MADE | {ASYNCAPI: changed(ASYNC, lambda d: example(d).pop("capacity"))}
    assert ("example-refused", "intake.round-opened.v1 data") in problems(released=released)


def test_a_word_that_is_not_compared_is_an_error_and_not_overlooked() -> None:
    with pytest.raises(NotUnderstoodError, match="patternProperties"):
        Shape.of({"type": "object", "patternProperties": {}}, {})
