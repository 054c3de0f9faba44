"""The description of an API at /openapi.json: beside what FastAPI finds, our problems and our tokens."""

from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

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
            components["securitySchemes"] = {BEARER: TOKENS}
        return super().openapi()
