"""The gate, for HTTP: what a caller would stumble over is refused, by its name and place; what only adds is let through."""

import pytest

from deploy.contract import http
from deploy.contract.documents import COMMITTED, read
from deploy.local.environment import SERVICES
from tests.contract.changes import INTAKE, Change, Document, changed, found, rename, schema


def operation(document: Document, method: str = "post", path: str = "/applications") -> Document:
    described: Document = document["paths"][path][method]
    return described


BREAKS_OF_HTTP: dict[str, tuple[Change, str, str]] = {
    "an endpoint is removed": (
        lambda d: d["paths"].pop("/links"),
        "removed",
        "intake POST /links",
    ),
    "a request has to have what it had not": (
        lambda d: schema("ApplicationRequest", d)["required"].append("age_band"),
        "made-required",
        "intake POST /applications request.age_band",
    ),
    "a request may not have what it had": (
        lambda d: schema("ApplicationRequest", d)["properties"].pop("channel"),
        "removed",
        "intake POST /applications request.channel",
    ),
    "a request is held to less": (
        lambda d: schema("RoundRequest", d)["properties"]["capacity"].update(maximum=3),
        "narrowed",
        "intake POST /rounds request.capacity",
    ),
    "a request's field is retyped": (
        lambda d: schema("RoundRequest", d)["properties"].update(capacity={"type": "string"}),
        "retyped",
        "intake POST /rounds request.capacity",
    ),
    "an answer lacks what it had": (
        lambda d: schema("ApplicationAnswer", d)["properties"].pop("state"),
        "removed",
        "intake POST /applications 201.state",
    ),
    "an answer may lack what it always had": (
        lambda d: schema("ApplicationAnswer", d)["required"].remove("state"),
        "made-optional",
        "intake POST /applications 201.state",
    ),
    "an answer has a code nobody knows": (
        lambda d: schema("ApplicationAnswer", d)["properties"]["state"]["enum"].append("lost"),
        "widened",
        "intake POST /applications 201.state",
    ),
    "an answer's field is retyped": (
        lambda d: schema("ApplicationAnswer", d)["properties"].update(state={"type": "integer"}),
        "retyped",
        "intake POST /applications 201.state",
    ),
    "a success has another status": (
        lambda d: rename(operation(d)["responses"], "201", "200"),
        "removed",
        "intake POST /applications 201",
    ),
    "a problem has another type": (
        lambda d: operation(d)["responses"]["409"].update(description="`closed-round`: The round is closed"),
        "removed",
        "intake POST /applications 409",
    ),
    "a parameter is removed": (
        lambda d: operation(d, "get")["parameters"].clear(),
        "removed",
        "intake GET /applications query.cursor",
    ),
    "a new parameter is required": (
        lambda d: operation(d, "get")["parameters"].append(
            {"in": "query", "name": "year", "required": True, "schema": {"type": "integer"}}
        ),
        "made-required",
        "intake GET /applications query.year",
    ),
    "a token is needed where none was": (
        lambda d: operation(d).update(security=[{"bearer": []}]),
        "closed-off",
        "intake POST /applications",
    ),
}


@pytest.mark.parametrize(("change", "rule", "where"), BREAKS_OF_HTTP.values(), ids=BREAKS_OF_HTTP)
def test_a_break_of_an_endpoint_is_refused(change: Change, rule: str, where: str) -> None:
    assert (rule, where) in found(http.breaks("intake", INTAKE, changed(INTAKE, change)))


ADDITIONS_TO_HTTP: dict[str, Change] = {
    "nothing": lambda _: None,
    "an endpoint": lambda d: d["paths"].update({"/waitlist": d["paths"]["/applications"]}),
    "an optional field of a request": lambda d: schema("RoundRequest", d)["properties"].update(
        theme={"type": "string"}
    ),
    "a request may have more": lambda d: schema("RoundRequest", d)["properties"]["capacity"].pop("maximum"),
    "a field of an answer": lambda d: schema("ApplicationAnswer", d)["properties"].update(
        theme={"type": "string"}
    ),
    "a code, where the list has other": lambda d: schema("ApplicationRequest", d)["properties"]["channel"][
        "enum"
    ].append("mastodon"),
    "a problem": lambda d: operation(d)["responses"].update({"451": {"description": "`forbidden-by-law`"}}),
    "an optional parameter": lambda d: operation(d, "get")["parameters"].append(
        {"in": "query", "name": "year", "required": False, "schema": {"type": "integer"}}
    ),
}


@pytest.mark.parametrize("change", ADDITIONS_TO_HTTP.values(), ids=ADDITIONS_TO_HTTP)
def test_an_addition_to_an_endpoint_is_let_through(change: Change) -> None:
    assert list(http.breaks("intake", INTAKE, changed(INTAKE, change))) == []


@pytest.mark.parametrize("service", SERVICES)
def test_an_api_is_compared_to_its_last_word_and_breaks_nothing_of_itself(service: str) -> None:
    described = dict(read(COMMITTED / "openapi")[f"{service}.json"])
    assert list(http.breaks(service, described, described)) == []
