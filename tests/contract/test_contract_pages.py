"""What intake serves of the contract: the document for programs, the page for people."""

import asyncio
import gzip
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from services.intake.api import contract
from shared.contract.asyncapi import document
from shared.settings import Settings
from shared.web.app import create_app
from shared.web.identity import Identity

CHROMIUM = shutil.which("chromium")
BROWSER = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--virtual-time-budget=5000",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",  # nothing comes from anywhere else
]
PATIENCE = 120


def app() -> FastAPI:
    settings = Settings(
        database="none",
        port=0,
        auth_issuer="http://issuer.local",
        auth_jwks_url="file:///nowhere",
        candidate_jwks_url="file:///nowhere",
    )
    return create_app("Test", "A test.", "1", [contract.router], Identity(settings), [])


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app()), base_url="http://intake") as client:
        yield client


async def test_the_document_is_there_for_anyone(http: httpx.AsyncClient) -> None:
    answer = await http.get("/asyncapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == document()


async def test_the_page_and_all_it_needs_come_from_here(http: httpx.AsyncClient) -> None:
    page = await http.get("/events")
    assert "http://" not in page.text
    assert "https://" not in page.text
    for name, media_type in contract.ASSETS.items():
        assert f'"events/assets/{name}"' in page.text
        asset = await http.get(f"/events/assets/{name}")
        assert asset.headers["content-type"].startswith(media_type)
        assert "immutable" in asset.headers["cache-control"]
        assert len(asset.text) > 10_000


async def test_there_are_no_other_assets(http: httpx.AsyncClient) -> None:
    assert (await http.get("/events/assets/LICENSE")).json()["type"] == "not-found"


def test_the_viewer_is_shipped_with_its_licence() -> None:
    viewer = Path(contract.__file__).parents[1] / "viewer"
    assert "Apache License" in (viewer / "LICENSE").read_text()
    assert b"AsyncApiStandalone" in gzip.decompress((viewer / f"{contract.VIEWER}.js.gz").read_bytes())


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
async def test_a_browser_without_a_way_to_anywhere_else_shows_every_event(tmp_path: Path) -> None:
    async with served() as url:
        shown = await in_browser(f"{url}/events", tmp_path)
    missing = [name for name in document()["channels"] if name not in shown]
    assert missing == []
    assert "Staff opened a round of recruiting" in shown


@asynccontextmanager
async def served() -> AsyncIterator[str]:
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app(), log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve([listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


async def in_browser(url: str, profile: Path) -> str:
    """Return the page as a browser has made it."""
    process = await asyncio.create_subprocess_exec(
        str(CHROMIUM),
        *BROWSER,
        f"--user-data-dir={profile}",
        "--dump-dom",
        url,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            found, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return found.decode()
