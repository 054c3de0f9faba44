"""The same document in other words: beside the shape of what can be sent, what there is.

Nothing that was allowed is refused after it, nor the other way round; but whoever makes up requests by it now and then
meets something that exists.
"""

import copy
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

Document = dict[str, Any]
Known = Mapping[str, list[str]]

ENDINGS: Final = ("/withdrawal", "/decline", "/closing", "/cancellation", "/end")


def parted(document: Document) -> tuple[Document, Document]:
    """Return the document without the endpoints that end something, and with these alone."""
    parts: tuple[Document, Document] = ({}, {})
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            part = parts[method == "delete" or path.endswith(ENDINGS)]
            part.setdefault(path, {})[method] = operation
    return document | {"paths": parts[False]}, document | {"paths": parts[True]}


def naming(document: Document, known: Known) -> Document:
    """Return the document with what exists named where it can be sent."""
    named = copy.deepcopy(document)
    for methods in named["paths"].values():
        for operation in methods.values():
            _name_parameters(operation.get("parameters", ()), known)
    for schema in named["components"]["schemas"].values():
        _name_fields(schema, known)
        if "examples" in schema:
            schema["examples"] = [_of_now(one, known) for one in schema["examples"]]
    return named


def _name_parameters(parameters: Iterable[Document], known: Known) -> None:
    for parameter in parameters:
        values = _values(parameter["name"], known)
        fitting = [one for one in values if _fits(one, parameter["schema"])]
        parameter["schema"] = _named(parameter["schema"], values)
        if fitting:
            parameter["examples"] = {one: {"value": one} for one in fitting}


def _name_fields(schema: Document, known: Known) -> None:
    for name, inner in schema.get("properties", {}).items():
        schema["properties"][name] = _named(inner, _values(name, known))


def _of_now(example: Any, known: Known, name: str = "") -> Any:
    """Return an example with what exists in place of what it says."""
    match example:
        case dict():
            return {inner: _of_now(value, known, inner) for inner, value in example.items()}
        case list():
            return [_of_now(value, known, name) for value in example]
        case str():
            return next(iter(_values(name, known)), example)
    return example


def _values(name: str, known: Known) -> list[str]:
    """What exists under a name, be it of one or of several: `candidate_id`, `candidate_ids`, `candidates`."""
    singular = name.removesuffix("s")
    return next((known[one] for one in (name, singular, f"{singular}_id") if one in known), [])


def _named(schema: Document, values: list[str]) -> Document:
    """Put beside a string's shape the values that have it; in a list, beside that of its items."""
    if "anyOf" in schema:
        return schema | {"anyOf": [_named(one, values) for one in schema["anyOf"]]}
    if schema.get("type") == "array":
        return schema | {"items": _named(schema["items"], values)}
    fitting = [one for one in values if _fits(one, schema)]
    if schema.get("type") != "string" or "enum" in schema or not fitting:
        return schema
    described: Document = {"description": schema["description"]} if "description" in schema else {}
    return {"anyOf": [{"enum": fitting}, schema], "examples": fitting, **described}


def _fits(value: str, schema: Document) -> bool:
    return "pattern" not in schema or re.search(schema["pattern"], value) is not None
