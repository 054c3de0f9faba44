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


def invalid(errors: Sequence[Mapping[str, Any]], body: Any = None) -> Invalid:
    """Make a problem of pydantic's errors, without the values that were wrong: one may be somebody's address.

    ``body`` is the type of the request's body, for what can be said of its fields.
    """
    detail = None
    if len(errors) > MOST_ERRORS:
        detail = f"the first {MOST_ERRORS} of {len(errors)} are shown"
    return Invalid(detail, errors=[_field_error(one, body) for one in errors[:MOST_ERRORS]])


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
