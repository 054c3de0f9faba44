"""The description of an API at /openapi.json: beside what FastAPI finds, our problems and our tokens."""

from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from shared.contract.schemas import as_written, reached
from shared.web.problems import FieldError, ProblemBody
from shared.web.routes import BEARER

SCHEMAS = "#/components/schemas/{model}"
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
            components["securitySchemes"] = {BEARER: TOKENS}
        return super().openapi()


def _only_in_answers(described: dict[str, Any]) -> dict[str, Any]:
    """Return, as our answers are written, the schemas that no request has.

    What is absent is left out there, and fields may be added. (Health says everything, as it is.)
    """
    operations = [operation for methods in described["paths"].values() for operation in methods.values()]
    others = [
        operation if "health" in operation.get("tags", ()) else operation.get("requestBody", {})
        for operation in operations
    ]
    schemas = described["components"]["schemas"]
    return {name: as_written(schemas[name]) for name in schemas.keys() - set(reached(others, schemas))}
