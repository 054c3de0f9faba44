"""Wrong fields: where each is, and what would be right, in words that help whoever calls."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel

from shared.web.bodies import shown
from shared.web.problems import FieldError, Invalid

MOST_ERRORS = 50
Place = tuple[int | str, ...]

# Where pydantic speaks of Python, or says less than would help.
MESSAGES = {
    "model_attributes_type": "Input should be a JSON object, such as {...}",
    "model_type": "Input should be a JSON object, such as {...}",
    "dict_type": "Input should be a JSON object, such as {...}",
    "tuple_type": "Input should be a JSON array, such as [...]",
    "list_type": "Input should be a JSON array, such as [...]",
    "bool_type": "Input should be true or false",
    "string_unicode": "Input should be valid Unicode; half of a surrogate pair is not",
}

TOO_FEW_OR_MANY = {"too_short", "too_long"}
"""Here pydantic begins with the type that Python has for it: "Tuple should have at least 1 item after validation"."""


def invalid(errors: Sequence[Mapping[str, Any]], body: Any = None) -> Invalid:
    """Make a problem of pydantic's errors, without the values that were wrong: one may be somebody's address.

    ``body`` is the type of the request's body, for what can be said of its fields.
    """
    detail, own = None, _without_consequences(errors)
    if len(own) > MOST_ERRORS:
        detail = f"the first {MOST_ERRORS} of {len(own)} are shown"
    return Invalid(detail, errors=[_field_error(one, body) for one in own[:MOST_ERRORS]])


def _without_consequences(errors: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Leave out that an array is too short where it is so because pydantic does not count its wrong items."""
    above = {one["loc"][:length] for one in errors for length in range(len(one["loc"]))}
    return [one for one in errors if one["type"] != "too_short" or one["loc"] not in above]


def _field_error(error: Mapping[str, Any], body: Any) -> FieldError:
    place: Place = error["loc"]
    return FieldError(
        where=".".join(shown(str(part)) for part in place), message=_message(error, body), code=error["type"]
    )


def _message(error: Mapping[str, Any], body: Any) -> str:
    place: Place = error["loc"]
    code, said = str(error["type"]), str(error["msg"])
    model = _model_at(body, place[1:-1]) if place[:1] == ("body",) else None
    if place == ("body",) and code == "missing":
        return "A body is needed: a JSON object"
    if code == "extra_forbidden" and model is not None:
        return f"There is no such field here; there are: {', '.join(model.model_fields)}"
    if code == "string_pattern_mismatch" and model is not None:
        field = model.model_fields.get(str(place[-1]))
        return said if field is None or not field.description else f"{said}: {field.description}"
    if code in TOO_FEW_OR_MANY:
        return f"Input {said.partition(' ')[2].replace(' after validation', '')}"
    return MESSAGES.get(code, said)


def _model_at(body: Any, path: Place) -> type[BaseModel] | None:
    """Return the model that holds the field after this path; None where that cannot be told."""
    model = next(_models_in(body), None)
    for name in path:
        if model is None or isinstance(name, int):  # a place in an array of the model that is known already
            continue
        field = model.model_fields.get(name)
        model = None if field is None else next(_models_in(field.annotation), None)
    return model


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
