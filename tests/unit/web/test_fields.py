"""Wrong fields: where each is, and what would be right."""

from typing import Annotated

import pytest
from pydantic import Field, ValidationError

from shared.events.value import Value
from shared.web.contacts import Email
from shared.web.fields import invalid
from shared.web.problems import FieldError


class Leaf(Value):
    size: int
    code: Annotated[str, Field(pattern="^[a-z]$")] = "a"
    """One letter."""


class Tree(Value):
    leaves: tuple[Leaf, ...] = ()
    top: Leaf | None = None
    owner: Email | None = Field(default=None, repr=False)
    roots: tuple[Leaf, ...] | None = Field(default=None, min_length=1, max_length=2)


def errors_of(content: object) -> dict[str, FieldError]:
    with pytest.raises(ValidationError) as refused:
        Tree.model_validate(content)
    found = [{**one, "loc": ("body", *one["loc"])} for one in refused.value.errors()]
    return {one.where: one for one in invalid(found, Tree).errors}


def test_an_unknown_field_is_answered_with_those_that_there_are() -> None:
    assert errors_of({"leafs": 1})["body.leafs"].message.endswith("there are: leaves, top, owner, roots")
    deep = errors_of({"leaves": [{"size": 1, "sise": 1}], "top": {"size": 1, "colour": 1}})
    assert deep["body.leaves.0.sise"].message.endswith("there are: size, code")
    assert deep["body.top.colour"].message.endswith("there are: size, code")


def test_a_pattern_is_explained_by_its_fields_description() -> None:
    assert errors_of({"top": {"size": 1, "code": "AA"}})["body.top.code"].message.endswith(": One letter.")


def test_python_is_not_spoken() -> None:
    assert errors_of([])["body"].message == "Input should be a JSON object, such as {...}"
    assert errors_of({"leaves": {}})["body.leaves"].message == "Input should be a JSON array, such as [...]"


def test_too_few_and_too_many_are_said_of_an_array_whose_items_are_right() -> None:
    assert errors_of({"roots": []})["body.roots"].message == "Input should have at least 1 item, not 0"
    many = errors_of({"roots": [{"size": 1}] * 3})
    assert many["body.roots"].message == "Input should have at most 2 items, not 3"
    assert list(errors_of({"roots": [{}]})) == ["body.roots.0.size"]


def test_without_the_bodys_type_pydantics_own_words_stand() -> None:
    found = [{"loc": ("query", "x"), "type": "extra_forbidden", "msg": "No"}]
    assert invalid(found).errors == [FieldError(where="query.x", message="No", code="extra_forbidden")]
