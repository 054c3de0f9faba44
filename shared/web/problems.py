"""Problems: what an HTTP caller is told when something is wrong (RFC 9457)."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from shared.web import headers as answered

MEDIA_TYPE = "application/problem+json"


class FieldError(BaseModel):
    """One field that is wrong."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    where: str = Field(examples=["body.profile.skills.0.name"])
    """The path to the field, in dots."""
    message: str = Field(examples=["at most five digits are allowed in a skill's name"])
    """What would be right, for people."""
    code: str = Field(examples=["value_error"])
    """Which rule it breaks, for programs."""


class ProblemBody(BaseModel):
    """An error, as the caller reads it. ``type`` is stable: programs go by it, people by ``detail``."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    type: str = Field(examples=["round-closed"])
    """Which problem it is: a name that stays the same."""
    title: str = Field(examples=["The round is closed"])
    """What the problem is, whoever meets it."""
    status: int = Field(examples=[409])
    """The HTTP status that it came with."""
    detail: str | None = None
    """What is to be said of this case; absent: no more than the title."""
    errors: list[FieldError] | None = None
    """The fields that are wrong; absent where it is not about fields."""


class Problem(Exception):  # noqa: N818  the RFC's own word
    """Something that a caller can be told. Each kind is a class of its own, so that it is documented once."""

    status = 400
    type = "bad-request"
    title = "The request cannot be understood"
    sends: ClassVar[Mapping[str, str]] = {}
    """The headers that it is always answered with."""

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.errors = list(errors)
        self.headers = {**self.sends, **(headers or {})}

    def body(self) -> ProblemBody:
        """Return what the caller reads."""
        return ProblemBody(
            type=self.type,
            title=self.title,
            status=self.status,
            detail=self.detail,
            errors=self.errors or None,
        )


class NotFound(Problem):
    """There is no such thing, or none that this caller may know of."""

    status, type, title = 404, "not-found", "There is no such thing"


class NotKnownYet(Problem):
    """HTTP was ahead of the events: what the command is about has not arrived here yet."""

    status, type, title = 409, "not-known-yet", "This has not arrived here yet; try again in a moment"

    sends: ClassVar = {answered.RETRY_AFTER: "1"}

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not known here yet")


class Conflict(Problem):
    """The state of the thing does not allow it."""

    status, type, title = 409, "wrong-state", "That is not possible in the present state"


class Unauthenticated(Problem):
    """No token, or one that is not valid."""

    status, type, title = 401, "unauthenticated", "A valid bearer token is needed"
    sends: ClassVar = {answered.WWW_AUTHENTICATE: "Bearer"}


class Forbidden(Problem):
    """A valid token that does not allow this."""

    status, type, title = 403, "forbidden", "This token does not allow that"


class Invalid(Problem):
    """Fields that are missing, unknown or wrong; each is named."""

    status, type, title = 422, "invalid", "Some fields are not right"


class NotJson(Problem):
    """The body cannot be read, or could be read in two ways."""

    status, type, title = 400, "not-json", "The body is not valid JSON"


class WrongMediaType(Problem):
    """The body is of a kind that is not read here."""

    status, type, title = 415, "wrong-media-type", "The body must be JSON"


class KeyMissing(Problem):
    """A request that creates something needs an Idempotency-Key."""

    status, type, title = 400, "idempotency-key-missing", "The header Idempotency-Key is missing"

    def __init__(self) -> None:
        super().__init__("choose one, such as a random UUID, and send it again with every retry")


class KeyReused(Problem):
    """The Idempotency-Key was used before, with another body."""

    status, type, title = 422, "idempotency-key-reused", "This Idempotency-Key was used with another body"


class StillAtWork(Problem):
    """The same request is being worked on."""

    status, type, title = 409, "still-at-work", "The same request is still being worked on"
    sends: ClassVar = {answered.RETRY_AFTER: "1"}


class TooLarge(Problem):
    """The body is larger than is read."""

    status, type, title = 413, "too-large", "The body is too large"


class VersionMissing(Problem):
    """A change needs to say which version it is a change of."""

    status, type, title = 428, "if-match-missing", "The header If-Match is missing"

    def __init__(self) -> None:
        super().__init__("send the ETag that you got when you read it")


class VersionOutdated(Problem):
    """Somebody else has changed it since it was read."""

    status, type, title = 412, "changed-since", "It was changed since you read it; read it again"


class Unavailable(Problem):
    """The database is away; nothing was lost, and it may be tried again with the same key."""

    status, type, title = 503, "unavailable", "The service cannot answer for the moment"
    sends: ClassVar = {answered.RETRY_AFTER: "2"}


class Mistake(Problem):
    """Our own mistake."""

    status, type, title = 500, "mistake", "Something went wrong on our side; it has been noted"


def respond(problem: Problem) -> JSONResponse:
    """Write a problem as a response."""
    return JSONResponse(
        problem.body().model_dump(exclude_none=True),
        status_code=problem.status,
        headers=problem.headers,
        media_type=MEDIA_TYPE,
    )


Responses = dict[int | str, dict[str, Any]]


def documented(*problems: type[Problem]) -> Responses:
    """Describe these problems for OpenAPI."""
    return together(*(_described(kind) for kind in problems))


def _described(kind: type[Problem]) -> Responses:
    example = ProblemBody(type=kind.type, title=kind.title, status=kind.status)
    content = {
        "schema": {"$ref": "#/components/schemas/ProblemBody"},
        "examples": {kind.type: {"summary": kind.title, "value": example.model_dump(exclude_none=True)}},
    }
    described = {"description": f"`{kind.type}`: {kind.title}", "content": {MEDIA_TYPE: content}}
    headers = {"headers": answered.described(*kind.sends)} if kind.sends else {}
    return {kind.status: described | headers}


def together(*described: Responses) -> Responses:
    """Put descriptions of answers together; those of the same status stand side by side, each once."""
    merged: Responses = {}
    for responses in described:
        for status, response in responses.items():
            known = merged.get(status)
            if known is None:
                merged[status] = response
            elif response["description"] not in known["description"]:
                merged[status] = _side_by_side(known, response)
    return merged


def _side_by_side(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    both = {**other, **one, "description": f"{one['description']}; {other['description']}"}
    both["content"] = {
        media_type: _with_examples_of(other.get("content", {}).get(media_type, {}), content)
        for media_type, content in (other.get("content", {}) | one.get("content", {})).items()
    }
    headers = answered.of_either(one.get("headers", {}), other.get("headers", {}))
    return both | ({"headers": headers} if headers else {})


def _with_examples_of(other: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
    examples = content.get("examples", {}) | other.get("examples", {})
    return content | ({"examples": examples} if examples else {})
