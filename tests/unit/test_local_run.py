"""A local run with stand-ins for the services: how they are started, watched and ended."""

import json
import sys
from pathlib import Path

import httpx
import pytest

from deploy.local.finder import Parts
from deploy.local.processes import is_alive, read_state
from deploy.local.run import AlreadyRunningError, LocalRun
from deploy.local.waiting import StartFailedError

ANSWERS = """
import http.server, os
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()
        self.wfile.write(os.environ["DATABASE"].encode())
http.server.HTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Answer).serve_forever()
"""

PARTS = Parts(
    amqp_url="amqp://guest:guest@127.0.0.1:20000/%2F",
    mongo_url="mongodb://127.0.0.1:20001/?replicaSet=rs0",
    broker=None,
    database=None,
)
"""Nobody connects to these."""


def a_run(folder: Path, program: str = ANSWERS, **options: object) -> LocalRun:
    """A run of stand-ins."""
    return LocalRun(
        folder=folder / "run",
        parts=PARTS,
        keys_folder=folder / "keys",
        services=("intake", "matching"),
        service_command=lambda _: [sys.executable, "-c", program],
        **options,  # type: ignore[arg-type]
    )


async def database_told(run: LocalRun, service: str) -> str:
    """The database that a stand-in was told to use."""
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.get(f"{run.urls[service]}/readyz")).text


async def test_a_run_ends_with_nothing_running(tmp_path: Path) -> None:
    async with a_run(tmp_path, database_prefix="a-") as run:
        assert await database_told(run, "matching") == "a-matching"
        launched = read_state(run.folder / "state.json").processes
        assert {process.name for process in launched} == {"smtp", "intake", "matching"}
        assert all(is_alive(process) for process in launched)

    assert not any(is_alive(process) for process in launched)
    assert not (run.folder / "state.json").exists()


async def test_a_killed_service_comes_back_under_the_same_url(tmp_path: Path) -> None:
    async with a_run(tmp_path) as run:
        url = run.urls["matching"]
        await run.kill("matching")
        with pytest.raises(httpx.ConnectError):
            await database_told(run, "matching")
        await run.start("matching")

        assert run.urls["matching"] == url
        assert await database_told(run, "matching") == "matching"


async def test_a_second_process_of_a_service_shares_its_database(tmp_path: Path) -> None:
    async with a_run(tmp_path) as run:
        await run.start("matching-2")

        assert run.urls["matching-2"] != run.urls["matching"]
        assert await database_told(run, "matching-2") == "matching"


async def test_a_service_that_ends_at_once_is_named_with_its_last_words(tmp_path: Path) -> None:
    run = a_run(tmp_path, "raise SystemExit('no such setting')")
    with pytest.raises(StartFailedError, match=r"(?s)(intake|matching) ended at once.*no such setting"):
        await run.start_all()

    assert not (run.folder / "state.json").exists()


async def test_a_second_run_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    async with a_run(tmp_path):
        with pytest.raises(AlreadyRunningError):
            await a_run(tmp_path).start_all()


async def test_a_fresh_run_begins_with_an_empty_folder(tmp_path: Path) -> None:
    async with a_run(tmp_path) as run:
        (run.mail_folder / "000001-old.eml").touch()
    async with a_run(tmp_path, fresh=True) as run:
        assert list(run.mail_folder.iterdir()) == []


async def test_the_page_is_served_beside_the_services_and_knows_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FRONTEND_URL", raising=False)
    async with a_run(tmp_path, with_frontend=True) as run, httpx.AsyncClient(trust_env=False) as client:
        page = await client.get(run.frontend_url)
        script = await client.get(f"{run.frontend_url}main.js")
        settings = await client.get(f"{run.frontend_url}settings.json")
        told = run.service_environment("intake")

        assert (page.status_code, settings.json()) == (200, run.urls)
        assert "javascript" in script.headers["Content-Type"]
        typed = run.frontend_url.replace("127.0.0.1", "localhost")
        assert json.loads(told["CORS_ORIGINS"]) == [run.frontend_url.rstrip("/"), typed.rstrip("/")]

    assert not run.processes.is_alive("frontend")


async def test_somebodys_own_frontend_takes_the_place_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRONTEND_URL", "http://localhost:5173/me")
    async with a_run(tmp_path, with_frontend=True) as run:
        told = run.service_environment("intake")

        assert run.frontend_url == "http://localhost:5173/me"
        assert json.loads(told["CORS_ORIGINS"]) == ["http://localhost:5173"]
        assert not any(process.name == "frontend" for process in run.processes.launched)
