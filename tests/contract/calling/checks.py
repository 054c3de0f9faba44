"""What is held of every answer beside what schemathesis knows: problems, headers and reasons are documented ones."""

import json
from typing import Any, Final

import schemathesis
from schemathesis.checks import CheckContext
from schemathesis.core.transport import Response
from schemathesis.generation.case import Case

from deploy.contract.shapes import followed

AnyCase = Case[Any]
PROBLEMS: Final = "application/problem+json"
ERRORS: Final = 400
OF_ALL_HTTP: Final = frozenset({"content-length", "content-type", "date", "server", "vary", "allow"})
"""Headers of which no API's document needs to speak."""
NOT_IN_SCHEMAS: Final = frozenset(
    {
        "at_least", "busy", "cannot-be-switched-off", "country", "cursor", "date", "date_time", "email", "email-fixed",
        "ended_on", "event", "expires_at", "future", "missing", "name", "order", "past", "points",
        "public_name_character", "public_name_digits", "public_name_length", "round", "showcase", "starts_on", "teams",
        "time_zone", "turns", "two", "unknown", "zone",
    }
)  # fmt: skip
"""The rules that JSON Schema has no words for (what exists, what comes first, which years), by the code that says so."""

OURS: Final = ("problems_are_documented", "headers_are_documented", "what_the_schema_lets_through_is_taken")


@schemathesis.check
def problems_are_documented(_: CheckContext, answer: Response, case: AnyCase) -> None:
    """An error is one of the problems that its endpoint names."""
    if answer.status_code < ERRORS or not is_of_endpoint(case):
        return
    problem = answer.json()
    assert problem["status"] == answer.status_code, problem
    content = _described(answer, case).get("content", {}).get(PROBLEMS, {})
    assert problem["type"] in content.get("examples", {}), f"undocumented: {problem}"


@schemathesis.check
def headers_are_documented(_: CheckContext, answer: Response, case: AnyCase) -> None:
    """A header is one that its endpoint names, or one of all HTTP."""
    if not is_of_endpoint(case):
        return
    known = {name.lower() for name in _described(answer, case).get("headers", {})}
    assert set(answer.headers) - known <= OF_ALL_HTTP, f"undocumented: {sorted(set(answer.headers) - known)}"


@schemathesis.check
def what_the_schema_lets_through_is_taken(_: CheckContext, answer: Response, case: AnyCase) -> None:
    """What fits the schema is refused only by rules that a schema cannot say."""
    if case.meta is None or not case.meta.generation.mode.is_positive or not is_of_endpoint(case):
        return
    problem = _problem(answer)
    assert problem.get("type") not in {"not-json", "wrong-media-type", "too-large"}, problem
    if problem.get("type") == "invalid":
        beyond = [one for one in problem["errors"] if one["code"] not in NOT_IN_SCHEMAS]
        assert beyond == [], f"the schema says otherwise: {beyond}"


def is_of_endpoint(case: AnyCase) -> bool:
    """Say whether it was sent to the endpoint, and not with a method that its path does not have."""
    return bool(case.method.lower() == case.operation.method.lower())


def _described(answer: Response, case: AnyCase) -> dict[str, Any]:
    document = case.operation.schema.raw_schema
    operation = document["paths"][case.operation.path][case.operation.method]
    response: dict[str, Any] = operation["responses"].get(str(answer.status_code), {})
    return followed(response, document)


def _problem(answer: Response) -> dict[str, Any]:
    if PROBLEMS not in answer.headers.get("content-type", [""])[0]:
        return {}
    return dict(json.loads(answer.content))
