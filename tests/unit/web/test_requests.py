"""Requests on their way in and out: versions, cursors, sizes, traces."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route
from starlette.types import Message

from shared.web.idempotency import hashed
from shared.web.limits import BodyLimit
from shared.web.pages import _read_cursor, _write_cursor, page_of
from shared.web.problems import Invalid, VersionOutdated
from shared.web.tracing import Tracing
from shared.web.versions import etag, must_match


@pytest.mark.parametrize("sent", ['"3"', "*", '"1", "3"', 'W/"3"'])
def test_a_change_of_the_present_version_goes_on(sent: str) -> None:
    must_match(sent, 3)


@pytest.mark.parametrize("sent", ['"2"', "3", '"33"', "", 'W/"2"'])
def test_a_change_of_another_version_is_refused(sent: str) -> None:
    assert etag(3) == '"3"'
    with pytest.raises(VersionOutdated):
        must_match(sent, 3)


def test_a_cursor_leads_on_from_where_a_page_ended_and_nothing_else_is_one() -> None:
    assert _read_cursor(_write_cursor("5a" * 16)) == "5a" * 16
    for wrong in ("!!!", "abc", "_w==", "é"):
        with pytest.raises(Invalid) as refused:
            _read_cursor(wrong)
        assert refused.value.errors[0].where == "query.cursor"


def test_a_sorted_list_goes_on_after_the_last_one_of_the_page_before() -> None:
    in_order = ["c", "a", "b"]
    page, following = page_of(in_order, str, None, 2)
    assert page == ["c", "a"]
    assert page_of(in_order, str, following, 2) == (["b"], None)
    with pytest.raises(Invalid):
        page_of(in_order, str, _write_cursor("z"), 2)


def test_lists_of_texts_that_differ_have_hashes_that_differ() -> None:
    assert hashed("ab", "c") != hashed("a", "bc") != hashed("abc")
    assert hashed("ab", "c") == hashed("ab", "c")


async def _size(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


async def test_a_body_up_to_the_limit_is_passed_on_whole() -> None:
    app = BodyLimit(Starlette(routes=[Route("/", _size, methods=["POST"])]), most=10)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        assert (await client.post("/", content=b"x" * 10)).text == "10"
        refused = await client.post("/", content=b"x" * 11)
        assert (refused.status_code, refused.json()["type"]) == (413, "too-large")


def traced() -> httpx.AsyncClient:
    async def show(request: Request) -> PlainTextResponse:
        return PlainTextResponse(request.state.traceparent)

    async def fail(_: Request) -> PlainTextResponse:
        raise RuntimeError("secret")

    async def fail_late(_: Request) -> StreamingResponse:
        async def pieces() -> AsyncIterator[str]:
            yield "begun"
            raise RuntimeError("secret")

        return StreamingResponse(pieces())

    routes = [Route("/", show), Route("/fail", fail), Route("/late", fail_late)]
    app = Starlette(routes=routes, middleware=[Middleware(Tracing)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x")


async def test_a_trace_is_continued_and_anything_else_begins_a_new_one() -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    async with traced() as client:
        sent = f"00-{trace}-00f067aa0ba902b7-01"
        continued = (await client.get("/", headers={"traceparent": sent})).text
        assert continued.split("-")[1] == trace
        assert continued != sent
        odd = (await client.get("/", headers={"traceparent": f"00-{'secret':z<32}-00f067aa0ba902b7-01"})).text
        assert "secret" not in odd
        assert len((await client.get("/")).text) == len(sent)


async def test_what_was_raised_is_answered_without_a_word_of_it() -> None:
    async with traced() as client:
        answer = await client.get("/fail")
        assert (answer.status_code, answer.json()["type"]) == (500, "mistake")
        assert "secret" not in answer.text


async def test_an_answer_that_has_begun_is_cut_off_rather_than_begun_again() -> None:
    async with traced() as client:
        with pytest.raises(RuntimeError):
            await client.get("/late")


async def test_a_caller_who_goes_away_is_no_mistake_of_ours() -> None:
    async def wait_for_ever(*_: Any) -> None:
        await asyncio.Event().wait()

    async def send(_: Message) -> None:
        raise AssertionError("nothing is sent")

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    work = asyncio.create_task(Tracing(wait_for_ever)(scope, receive, send))
    await asyncio.sleep(0)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
