"""The description of an API at /openapi.json: beside what FastAPI finds, our problems and our tokens."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from shared.contract.schemas import as_written, reached
from shared.web.problems import MEDIA_TYPE, FieldError, ProblemBody
from shared.web.routes import BEARER

SCHEMAS = "#/components/schemas/{model}"
EXAMPLES = "#/components/examples/"
HEADERS = "#/components/headers/"
AT_TIMES = "At-times-"
"""What the name of a header begins with among the components, where an answer may be without it."""
TOKENS = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "Staff and firms: a token of the programme's OpenID Connect issuer. "
    "Candidates: what `POST /links/exchange` of intake gives for the code in their mail.",
}


class Api(FastAPI):
    """An API that describes the problems and the tokens which all its endpoints share."""

    def openapi(self) -> dict[str, Any]:
        """Return the description, made once."""
        if self.openapi_schema is None:
            made = super().openapi()
            components = made.setdefault("components", {})
            _, shared = models_json_schema(
                [(ProblemBody, "serialization"), (FieldError, "serialization")], ref_template=SCHEMAS
            )
            components["schemas"] = components.get("schemas", {}) | shared["$defs"]
            components["schemas"] |= _only_in_answers(made)
            components["examples"] = _examples_once(made)
            components["headers"] = _headers_once(made)
            _describe_parameters(made)
            components["securitySchemes"] = {BEARER: TOKENS}
        return super().openapi()


def _only_in_answers(described: dict[str, Any]) -> dict[str, Any]:
    """Return, as our answers are written, the schemas that no request has.

    What is absent is left out there, and fields may be added. (Health says everything, as it is.)
    """
    others = [
        operation if "health" in operation.get("tags", ()) else operation.get("requestBody", {})
        for operation in _operations(described)
    ]
    schemas = described["components"]["schemas"]
    return {name: as_written(schemas[name]) for name in schemas.keys() - set(reached(others, schemas))}


def _examples_once(described: dict[str, Any]) -> dict[str, Any]:
    """Return the example of each problem by its type, and leave in its places where it is to be found."""
    found = {}
    for response in _responses(described):
        examples = response.get("content", {}).get(MEDIA_TYPE, {}).get("examples", {})
        for name in examples:
            found[name] = examples[name]
            examples[name] = {"$ref": EXAMPLES + name}
    return dict(sorted(found.items()))


def _headers_once(described: dict[str, Any]) -> dict[str, Any]:
    """Return each header of answers by its name, and leave in its places where it is to be found."""
    found = {}
    for response in _responses(described):
        headers = response.get("headers", {})
        for name, header in headers.items():
            component = name if header["required"] else AT_TIMES + name
            found[component] = header
            headers[name] = {"$ref": HEADERS + component}
    return dict(sorted(found.items()))


def _describe_parameters(described: dict[str, Any]) -> None:
    """Say of a parameter of which nothing is said what its type says of itself."""
    for operation in _operations(described):
        for parameter in operation.get("parameters", ()):
            if "description" not in parameter and (said := _said_of(parameter["schema"])):
                parameter["description"] = said


def _said_of(schema: dict[str, Any]) -> str | None:
    return next(
        (one["description"] for one in [schema, *schema.get("anyOf", ())] if "description" in one), None
    )


def _responses(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for operation in _operations(described):
        yield from operation["responses"].values()


def _operations(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in described["paths"].values():
        yield from methods.values()
