"""The HTTP border, before anything is stored: who may call, how it is described, what browsers may do."""

from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Annotated, Any, cast

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Header
from fastapi.openapi.models import OpenAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel

from services.intake.api import ROUTERS
from shared.settings import Settings
from shared.web.app import create_app, router
from shared.web.identity import ANYONE, Allow, Identity, Staff, allowed
from shared.web.parts import HttpParts

SERVICES = ("intake", "matching", "scheduling", "notifications")
FRONTEND = "https://frontend.example"


def settings() -> Settings:
    return Settings(
        database="none",
        port=0,
        auth_issuer="http://issuer.local",
        auth_jwks_url="file:///nowhere",
        candidate_jwks_url="file:///nowhere",
    )


def app_of(*routers: APIRouter) -> FastAPI:
    """Make an API on which nothing works that needs a database."""
    app = create_app("Test", "A test.", "1", routers, Identity(settings()), [FRONTEND])
    app.state.parts = cast("HttpParts", None)
    return app


def client_of(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service.local")


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app_of(*ROUTERS)) as client:
        yield client


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    return app_of(*ROUTERS).openapi()


def routers_of(service: str) -> list[APIRouter]:
    """Return a service's routers; skip the test where the service is not there yet."""
    name = f"services.{service}.api"
    if find_spec(f"services.{service}") is None or find_spec(name) is None:
        pytest.skip(f"{service} is not there yet")
    module = import_module(name)
    return list(module.ROUTERS) if hasattr(module, "ROUTERS") else [module.router]


@pytest.mark.parametrize("service", SERVICES)
def test_every_endpoint_says_who_may_call_it(service: str) -> None:
    routes = [route for one in routers_of(service) for route in one.routes if isinstance(route, APIRoute)]
    silent = [f"{route.methods} {route.path}" for route in routes if allowed(route) is None]
    assert routes
    assert silent == []


@pytest.mark.parametrize("service", SERVICES)
async def test_no_one_gets_in_without_a_token_where_one_is_needed(service: str) -> None:
    app = app_of(*routers_of(service))
    async with client_of(app) as client:
        for method, path, operation in operations(app.openapi()):
            if {"bearer": []} not in operation.get("security", []) or {} in operation["security"]:
                continue
            answer = await client.request(method, path.replace("{", "").replace("}", ""), json={})
            assert (answer.status_code, answer.json()["type"]) == (401, "unauthenticated"), path


async def test_an_endpoint_that_names_nobody_refuses_everybody() -> None:
    silent = router()

    @silent.get("/silent")
    async def _answer() -> str:
        return "never"

    async with client_of(app_of(silent)) as client:
        answer = await client.get("/silent", headers={"Authorization": "Bearer x"})
        assert (answer.status_code, answer.json()["type"]) == (403, "forbidden")
        assert "who may call it" in answer.json()["detail"]


async def test_a_mistake_of_ours_is_a_problem_that_a_browser_may_read_and_that_tells_nothing() -> None:
    broken = router()

    @broken.get("/broken", dependencies=[ANYONE])
    async def _fail() -> None:
        raise RuntimeError("lukasz@example.org")

    async with client_of(app_of(broken)) as client:
        answer = await client.get("/broken", headers={"Origin": FRONTEND})
        assert (answer.status_code, answer.json()["type"]) == (500, "mistake")
        assert answer.headers["access-control-allow-origin"] == FRONTEND
        assert "lukasz" not in answer.text


async def test_a_known_origin_may_call_and_another_may_not(http: httpx.AsyncClient) -> None:
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key,if-match",
    }
    known = await http.options("/applications", headers=asked | {"Origin": FRONTEND})
    assert known.status_code == 200
    assert known.headers["access-control-allow-origin"] == FRONTEND
    assert "PATCH" in known.headers["access-control-allow-methods"]
    allowed_headers = known.headers["access-control-allow-headers"].lower()
    assert all(one in allowed_headers for one in ("authorization", "idempotency-key", "if-match"))
    other = await http.options("/applications", headers=asked | {"Origin": "https://elsewhere.example"})
    assert other.status_code == 400
    assert "access-control-allow-origin" not in other.headers


async def test_a_browser_may_read_the_headers_that_a_frontend_needs_and_refusals_too(
    http: httpx.AsyncClient,
) -> None:
    for answer in (
        await http.post("/applications", json={}, headers={"Origin": FRONTEND}),
        await http.post("/applications", content=b" " * 300_000, headers={"Origin": FRONTEND}),
        await http.get("/nowhere", headers={"Origin": FRONTEND}),
    ):
        assert answer.headers["access-control-allow-origin"] == FRONTEND
        exposed = answer.headers["access-control-expose-headers"]
        assert all(one in exposed for one in ("ETag", "Retry-After", "WWW-Authenticate"))


@pytest.mark.parametrize("body", [b"{", b"", b'{"capacity": 1}'])
async def test_nobody_without_a_token_is_told_what_is_wrong_with_a_body(
    http: httpx.AsyncClient, body: bytes
) -> None:
    answer = await http.post("/rounds", content=body, headers={"Content-Type": "text/plain"})
    assert (answer.status_code, answer.json()["type"]) == (401, "unauthenticated")


async def test_a_method_that_a_path_does_not_have_is_answered_with_all_that_it_has(
    http: httpx.AsyncClient,
) -> None:
    for path, methods in {"/applications/1": "GET, PATCH", "/rounds": "GET, POST", "/links": "POST"}.items():
        answer = await http.put(path)
        assert (answer.status_code, answer.headers["Allow"]) == (405, methods)


def operations(description: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def test_the_description_is_valid_openapi(description: dict[str, Any]) -> None:
    assert OpenAPI.model_validate(description).openapi.startswith("3.1")
    for reference in references(description):
        _, components, kind, name = reference.split("/")
        assert components == "components"
        assert name in description[components][kind], reference


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for one in part.values():
            yield from references(one)
    if isinstance(part, list):
        for one in part:
            yield from references(one)


def test_the_endpoints_are_those_of_the_contract(description: dict[str, Any]) -> None:
    assert {f"{method.upper()} {path}" for method, path, _ in operations(description)} >= {
        "GET /rounds/current",
        "POST /applications",
        "POST /links",
        "POST /links/exchange",
        "GET /.well-known/jwks.json",
        "GET /applications/{application_id}",
        "PATCH /applications/{application_id}",
        "POST /applications/{application_id}/withdrawal",
        "GET /candidates/{candidate_id}/applications",
        "DELETE /candidates/{candidate_id}",
        "GET /applications",
        "POST /applications/{application_id}/shortlisting",
        "POST /applications/{application_id}/decline",
        "POST /applications/{application_id}/promotion",
        "GET /rounds",
        "POST /rounds",
        "GET /rounds/{round_id}",
        "POST /rounds/{round_id}/closing",
    }


def test_every_endpoint_is_described_with_its_problems(description: dict[str, Any]) -> None:
    for method, path, operation in operations(description):
        name = f"{method} {path}"
        assert operation["summary"], name
        assert operation["description"], name
        assert operation["tags"], name
        assert "503" in operation["responses"], name
        if operation.get("security"):
            assert {"401", "403"} <= operation["responses"].keys(), name
            assert "Who may call: " in operation["description"], name
        if "requestBody" in operation:
            assert {"400", "413", "415", "422"} <= operation["responses"].keys(), name
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                assert list(answer["content"]) == ["application/problem+json"], name
                assert "`: " in answer["description"], name


def test_every_body_has_an_example_that_is_valid(description: dict[str, Any]) -> None:
    for route in (one for each in ROUTERS for one in each.routes if isinstance(one, APIRoute)):
        if route.body_field is None:
            continue
        model = cast("type[BaseModel]", route.body_field.field_info.annotation)
        examples = description["components"]["schemas"][model.__name__]["examples"]
        assert examples, route.path
        for example in examples:
            model.model_validate(example)


def test_what_a_post_that_creates_may_answer_is_described(description: dict[str, Any]) -> None:
    answers = description["paths"]["/applications"]["post"]["responses"]
    described = {status: answer["description"] for status, answer in answers.items()}
    assert "`idempotency-key-missing`" in described["400"]
    assert "`not-json`" in described["400"]
    assert "`round-closed`" in described["409"]
    assert "`still-at-work`" in described["409"]
    assert "`idempotency-key-reused`" in described["422"]
    change = description["paths"]["/applications/{application_id}"]["patch"]["responses"]
    assert "`if-match-missing`" in change["428"]["description"]
    assert "`changed-since`" in change["412"]["description"]


def test_a_header_that_is_needed_is_described_as_such(description: dict[str, Any]) -> None:
    paths = description["paths"]
    for path, method, header in (
        ("/applications", "post", "Idempotency-Key"),
        ("/applications/{application_id}", "patch", "If-Match"),
    ):
        [found] = [one for one in paths[path][method]["parameters"] if one["name"] == header]
        assert found["required"]
    [key] = paths["/links/exchange"]["post"]["parameters"]
    assert not key["required"]


async def test_a_token_that_cannot_be_checked_is_no_fault_of_the_callers(http: httpx.AsyncClient) -> None:
    token = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwOi8vaXNzdWVyLmxvY2FsIn0.x"  # noqa: S105  {"iss": our issuer}
    answer = await http.get("/rounds", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["type"]) == (503, "unavailable")


async def test_a_route_of_ours_reads_json_as_the_framework_would_otherwise() -> None:
    """The strict reading must not lose what the framework gives: headers, dependencies, the parsed body."""
    echo = router()

    class Said(BaseModel):
        text: str

    @echo.post("/echo", dependencies=[ANYONE])
    async def _say(said: Said, word: Annotated[str, Header()]) -> str:
        return f"{said.text} {word}"

    async with client_of(app_of(echo)) as client:
        answer = await client.post("/echo", json={"text": "李"}, headers={"Word": "b"})
        assert answer.json() == "李 b"


def test_staff_may_be_asked_for_by_annotation() -> None:
    guarded = router()

    @guarded.get("/guarded")
    async def _show(_: Staff) -> None: ...

    allow = allowed(cast("APIRoute", guarded.routes[0]))
    assert isinstance(allow, Allow)
    assert allow.roles == {"staff"}
