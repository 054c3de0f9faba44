"""Calling a service that does not do what its document says: each kind of lie is found."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.contract.calling.checks import PROBLEMS
from tests.contract.calling.running import Answers, Effort, call
from tests.contract.calling.sampling import naming

Document = dict[str, Any]
IDS = ["0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"]
ID: Document = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
THING: Document = {"type": "object", "properties": {"thing_id": {"type": "string"}}, "required": ["thing_id"]}


def problem(status: int, type_: str, **said: object) -> Response:
    return JSONResponse({"type": type_, "status": status, **said}, status, media_type=PROBLEMS)


async def undocumented_problem(_: Request) -> Response:
    return problem(409, "nobody-said-so")


async def undocumented_header(_: Request) -> Response:
    return JSONResponse({"thing_id": "1"}, headers={"X-Surprise": "1"})


async def wrong_body(_: Request) -> Response:
    return JSONResponse({"thing": "1"})


async def mistake(_: Request) -> Response:
    return problem(500, "mistake")


async def undocumented_status(_: Request) -> Response:
    return JSONResponse({"thing_id": "1"}, 202)


async def too_strict(_: Request) -> Response:
    return problem(422, "invalid", errors=[{"where": "query.size", "message": "no", "code": "no_reason"}])


async def too_lax(_: Request) -> Response:
    return JSONResponse({"thing_id": "1"})


async def honest(request: Request) -> Response:
    if request.path_params["thing_id"] in IDS:
        return JSONResponse({"thing_id": request.path_params["thing_id"]})
    return problem(404, "not-found")


LIES = {
    "undocumented_problem": (undocumented_problem, {"problems_are_documented"}),
    "undocumented_header": (undocumented_header, {"headers_are_documented"}),
    "wrong_body": (wrong_body, {"response_schema_conformance"}),
    "mistake": (mistake, {"not_a_server_error", "problems_are_documented", "status_code_conformance"}),
    "undocumented_status": (undocumented_status, {"status_code_conformance"}),
    "too_strict": (too_strict, {"what_the_schema_lets_through_is_taken"}),
    "too_lax": (too_lax, {"negative_data_rejection"}),
}


def operation(parameters: list[Document]) -> Document:
    def errors(*types: str) -> Document:
        return {"description": "No.", "content": {PROBLEMS: {"examples": {one: {} for one in types}}}}

    ok = {"description": "A thing.", "content": {"application/json": {"schema": THING}}}
    responses = {"200": ok, "404": errors("not-found"), "409": errors("known"), "422": errors("invalid")}
    return {"parameters": parameters, "responses": responses}


def document() -> Document:
    size = [{"name": "size", "in": "query", "required": True, "schema": {"type": "integer", "minimum": 1}}]
    lies = {f"/{name}": {"get": operation(size if name.startswith("too") else [])} for name in LIES}
    thing = [{"name": "thing_id", "in": "path", "required": True, "schema": ID}]
    paths = lies | {"/things/{thing_id}": {"get": operation(thing)}}
    info = {"title": "Lies", "version": "1"}
    return {"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": {}}}


@pytest.fixture(scope="module")
async def answers() -> AsyncIterator[Answers]:
    routes = [Route(f"/{name}", endpoint) for name, (endpoint, _) in LIES.items()]
    app = Starlette(routes=[*routes, Route("/things/{thing_id}", honest)])
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve([listening]))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    found = Answers()
    named = naming(document(), {"thing_id": IDS})
    await asyncio.to_thread(call, named, url, None, Effort(phases=("coverage", "fuzzing"), examples=5), found)
    yield found
    server.should_exit = True
    await serving


@pytest.mark.parametrize("name", LIES)
def test_a_lie_is_found(answers: Answers, name: str) -> None:
    assert LIES[name][1] <= {rule for where, rule in answers.failures if where == f"GET /{name}"}


def test_nothing_is_found_where_there_is_nothing(answers: Answers) -> None:
    assert [told for (where, _), told in answers.failures.items() if "things" in where] == []


def test_what_exists_is_met(answers: Answers) -> None:
    assert answers.statuses["GET /things/{thing_id}"].keys() >= {200, 404}
    assert answers.without_success == {
        f"GET /{name}" for name in ("undocumented_problem", "mistake", "too_strict")
    }


def test_naming_what_exists_changes_no_other_word() -> None:
    known = {"thing_id": [*IDS, "not an id"], "day": ["2027-05-14"]}
    fields: Document = {
        "thing_ids": {"type": "array", "items": ID},
        "thing_id": {"anyOf": [ID, {"type": "null"}]},
        "day": {"type": "string", "format": "date", "description": "A day."},
        "size": {"type": "integer"},
    }
    schema = {"properties": fields, "examples": [{"day": "2020-01-01", "size": 1, "thing_ids": ["x"]}]}
    named = naming({"paths": {}, "components": {"schemas": {"Thing": schema}}}, known)
    made = named["components"]["schemas"]["Thing"]
    either = {"anyOf": [{"enum": IDS}, ID], "examples": IDS}
    assert made["properties"]["thing_ids"] == {"type": "array", "items": either}
    assert made["properties"]["thing_id"] == {"anyOf": [either, {"type": "null"}]}
    assert made["properties"]["day"]["anyOf"] == [{"enum": ["2027-05-14"]}, fields["day"]]
    assert made["properties"]["day"]["description"] == "A day."
    assert made["properties"]["size"] == fields["size"]
    assert made["examples"] == [{"day": "2027-05-14", "size": 1, "thing_ids": [IDS[0]]}]
