"""What the OpenAPI documents say in words, and of headers and problems: nobody who reads them alone has to guess."""

from collections.abc import Iterator
from typing import Any

import pytest

from deploy.contract.documents import ASYNCAPI, COMMITTED, read
from deploy.contract.shapes import followed
from shared.contract.schemas import rewritten

Document = dict[str, Any]
Operation = tuple[str, Document]

COMMITTED_NOW = read(COMMITTED)
OPENAPI = {name: dict(one) for name, one in COMMITTED_NOW.items() if name.startswith("openapi/")}
UNSAID = "Successful Response"
"""What the framework says of an answer of which nobody has said anything."""

every_api = pytest.mark.parametrize("api", OPENAPI.values(), ids=OPENAPI)


def operations(api: Document) -> Iterator[Operation]:
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def responses(api: Document) -> Iterator[tuple[str, str, Document]]:
    for where, operation in operations(api):
        for status, response in operation["responses"].items():
            yield where, status, response


def is_described(schema: Document, api: Document) -> bool:
    """Say whether a schema says what it means, itself or where it leads to."""
    return bool(schema.get("description") or followed(schema, api).get("description"))


@every_api
def test_every_field_says_what_it_means(api: Document) -> None:
    silent: list[str] = []

    def look(schema: Document) -> Document:
        fields = schema.get("properties", {}).items()
        silent.extend(name for name, inner in fields if not is_described(inner, api))
        return schema

    for schema in api["components"]["schemas"].values():
        rewritten(schema, look)
    assert silent == []


@every_api
def test_every_schema_says_what_it_is(api: Document) -> None:
    assert [name for name, one in api["components"]["schemas"].items() if not one.get("description")] == []


@every_api
def test_every_endpoint_and_all_that_it_takes_is_described(api: Document) -> None:
    silent = [where for where, operation in operations(api) if not operation.get("description")]
    silent += [
        f"{where} {parameter['name']}"
        for where, operation in operations(api)
        for parameter in operation.get("parameters", ())
        if not parameter.get("description")
    ]
    assert silent == []


@every_api
def test_every_answer_is_described(api: Document) -> None:
    silent = [
        f"{where} {status}"
        for where, status, response in responses(api)
        if response.get("description", UNSAID) == UNSAID
    ]
    assert silent == []


@every_api
def test_every_header_of_an_answer_is_described(api: Document) -> None:
    headers = [
        (f"{where} {status} {name}", followed(header, api))
        for where, status, response in responses(api)
        for name, header in response.get("headers", {}).items()
    ]
    assert [where for where, header in headers if not header.get("description")] == []
    assert all("schema" in header for _, header in headers)


@every_api
def test_every_error_names_the_problems_that_it_may_be(api: Document) -> None:
    for where, status, response in responses(api):
        content = response.get("content", {}).get("application/problem+json")
        if content is None:
            assert status < "400" or where == "GET /readyz", where
            continue
        for name, example in content["examples"].items():
            problem = followed(example, api)["value"]
            assert (problem["type"], problem["status"]) == (name, int(status))
            assert f"`{name}`: {problem['title']}" in response["description"]


@every_api
def test_what_is_changed_by_its_version_has_an_etag_to_do_so(api: Document) -> None:
    with_version = {
        where: operation
        for where, operation in operations(api)
        if any(one["name"] == "If-Match" for one in operation.get("parameters", ()))
    }
    for where, operation in with_version.items():
        reading = api["paths"][where.partition(" ")[2]]["get"]
        assert "ETag" in operation["responses"]["200"]["headers"], where
        assert "ETag" in reading["responses"]["200"]["headers"], where


@every_api
def test_whoever_may_try_again_is_told_when_and_whoever_needs_a_token_which(api: Document) -> None:
    for where, status, response in responses(api):
        names = response.get("headers", {}).keys()
        said = response["description"]
        assert ("Retry-After" in names) == (
            any(problem in said for problem in ("`unavailable`", "`not-known-yet`", "`still-at-work`"))
        ), where
        assert ("WWW-Authenticate" in names) == (status == "401"), where


def test_all_documents_have_the_version_of_the_contract() -> None:
    versions = {api["info"]["version"] for api in OPENAPI.values()}
    assert versions == {COMMITTED_NOW[ASYNCAPI]["info"]["version"]}
