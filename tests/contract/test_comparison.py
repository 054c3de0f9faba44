"""Comparing two JSON Schemas: who relies on one, and what a change does to them."""

import pytest

from deploy.contract.comparison import Way, compare
from deploy.contract.shapes import Schema

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
WHOLE: Schema = {"type": "integer"}
NULL: Schema = {"type": "null"}


def rules(before: Schema, now: Schema, way: Way) -> set[str]:
    return {one.rule for one in compare(before, now, (before, now), way, "it")}


@pytest.mark.parametrize(
    ("smaller", "larger"),
    [
        ({**TEXT, "maxLength": 5}, TEXT),
        ({**TEXT, "maxLength": 5}, {**TEXT, "maxLength": 6}),
        ({**NUMBER, "minimum": 2}, {**NUMBER, "minimum": 1}),
        ({**TEXT, "enum": ["a"]}, {**TEXT, "enum": ["a", "b"]}),
        ({"const": "a"}, TEXT),
        ({**TEXT, "format": "date"}, TEXT),
        ({"type": "array", "items": {**NUMBER, "minimum": 2}}, {"type": "array", "items": NUMBER}),
        (
            {"type": "object", "additionalProperties": {**TEXT, "maxLength": 5}},
            {"type": "object", "additionalProperties": TEXT},
        ),
        (
            {"type": "object", "propertyNames": {**TEXT, "maxLength": 5}},
            {"type": "object", "propertyNames": TEXT},
        ),
    ],
)
def test_less_is_narrower_for_who_writes_and_more_is_wider_for_who_reads(
    smaller: Schema, larger: Schema
) -> None:
    assert rules(larger, smaller, "request") == {"narrowed"}
    assert rules(smaller, larger, "response") == {"widened"}
    assert rules(larger, smaller, "event") == {"narrowed"}
    assert rules(smaller, larger, "event") == {"widened"}
    assert rules(smaller, larger, "request") == set()
    assert rules(larger, smaller, "response") == set()


def test_a_whole_number_is_a_number() -> None:
    assert rules(WHOLE, NUMBER, "request") == set()
    assert rules(WHOLE, NUMBER, "response") == {"retyped"}
    assert rules(NUMBER, WHOLE, "request") == {"retyped"}


def test_of_several_choices_that_do_not_fit_the_one_of_the_same_type_is_told_of() -> None:
    """Whoever reads the report looks for what is wrong with it, however much that is."""
    plain: Schema = {"type": "object", "properties": {"a": TEXT, "b": TEXT}}
    short = {**TEXT, "maxLength": 5}
    tight: Schema = {"type": "object", "properties": {"a": short, "b": short}}
    before, now = {"anyOf": [plain, NULL]}, {"anyOf": [tight, NULL]}
    found = {(one.rule, one.where) for one in compare(before, now, (before, now), "request", "it")}
    assert found == {("narrowed", "it.a"), ("narrowed", "it.b")}


def test_of_several_choices_each_has_to_have_one_that_takes_it() -> None:
    assert rules({"anyOf": [TEXT, NULL]}, {"anyOf": [NULL, TEXT]}, "event") == set()
    assert rules({"anyOf": [TEXT, NULL]}, TEXT, "request") == {"retyped"}
    assert rules({"anyOf": [TEXT, NULL]}, TEXT, "response") == set()
    assert rules(TEXT, {"anyOf": [TEXT, NULL]}, "response") == {"retyped"}
    assert rules(TEXT, {"anyOf": [TEXT, NULL]}, "request") == set()


def test_a_part_that_is_referred_to_is_compared_where_it_is_used() -> None:
    def document(part: Schema) -> Schema:
        parts = {"Part": {"type": "object", "properties": {"a": part}}}
        return {"allOf": [{"$ref": "#/$defs/Part"}], "description": "What it is.", "$defs": parts}

    assert rules(document(TEXT), document(TEXT), "event") == set()
    assert rules(document(TEXT), document(NUMBER), "event") == {"retyped"}


def test_what_is_said_by_two_schemas_together_is_compared_together() -> None:
    needed = {"required": ["a"], "properties": {"a": {"maxLength": 5}}}
    both = {"allOf": [{"properties": {"a": TEXT}}, needed]}
    alone = {"properties": {"a": {**TEXT, "maxLength": 5}}, "required": ["a"]}
    assert rules(both, alone, "event") == set()
    assert rules({"properties": {"a": TEXT}}, both, "request") == {"narrowed", "made-required"}


def test_words_for_people_are_free() -> None:
    assert rules(TEXT, TEXT | {"title": "Text", "description": "Some.", "examples": ["a"]}, "event") == set()
