"""The wheel enmusubi-events: built, installed beside pydantic and nothing else, and used on a real history."""

import asyncio
import json
import os
import re
import subprocess
import sys
import venv
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest

from shared.events import EVENTS, ExternalEvent, __version__
from shared.events.examples import EXAMPLES
from tests.harness.publishing import publish

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "deploy" / "wheel"
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
FROM_NOWHERE = ["--no-index", "--no-deps"]
PYDANTIC = ["annotated-types", "pydantic", "pydantic_core", "typing-inspection", "typing_extensions"]
OURS = [event for event in EXAMPLES.values() if not isinstance(event, ExternalEvent)]

READ_HISTORY = """
import json, os, sys
import pika
from enmusubi_events import read, read_headers

channel = pika.BlockingConnection(pika.URLParameters(os.environ["AMQP_URL"])).channel()
channel.basic_qos(prefetch_count=100)
consumed = channel.consume("events.history", arguments={"x-stream-offset": "first"}, inactivity_timeout=30)
for _, (method, properties, body) in zip(range(int(sys.argv[1])), consumed):
    envelope = read_headers(properties.headers, method.routing_key)
    event = read(envelope, body)
    print(json.dumps([type(event).__name__, envelope.subject, event.subject]))
    channel.basic_ack(method.delivery_tag)
"""


def run(*command: object, **variables: str) -> str:
    arguments = [str(part) for part in command]
    done = subprocess.run(  # noqa: S603  commands of ours
        arguments, check=False, capture_output=True, text=True, timeout=120, env={**os.environ, **variables}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(*PIP, "wheel", "--quiet", "--no-build-isolation", *FROM_NOWHERE, "--wheel-dir", folder, PROJECT)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that nothing was in: the wheel, and what it names as needed, as it is installed here."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    run(*PIP, "--python", folder, "install", "--quiet", *FROM_NOWHERE, wheel)
    for name in PYDANTIC:
        copy_installed(name, folder)
    return folder


def copy_installed(name: str, environment: Path) -> None:
    """Put an installed distribution into another environment, file by file: no index is asked."""
    (target,) = environment.glob("lib/python*/site-packages")
    for file in distribution(name).files or ():
        if ".." not in file.parts and file.suffix != ".pyc":
            (target / file).parent.mkdir(parents=True, exist_ok=True)
            (target / file).write_bytes(Path(str(file.locate())).read_bytes())


def test_it_is_named_and_typed_and_has_nothing_but_the_events(wheel: Path) -> None:
    assert wheel.name == f"enmusubi_events-{__version__}-py3-none-any.whl"
    names = zipfile.ZipFile(wheel).namelist()
    assert "enmusubi_events/py.typed" in names
    assert {name.split("/")[0] for name in names} == {
        "enmusubi_events",
        f"enmusubi_events-{__version__}.dist-info",
    }
    assert not any("released" in name for name in names)


def test_it_needs_pydantic_and_nothing_else(environment: Path) -> None:
    assert "No broken requirements" in run(*PIP, "--python", environment, "check")
    listed = json.loads(run(*PIP, "--python", environment, "list", "--format", "json"))
    assert {one["name"] for one in listed} == {"enmusubi-events", *PYDANTIC}
    code = "import enmusubi_events, sys; print(len(enmusubi_events.EVENTS), 'shared' in sys.modules)"
    assert run(environment / "bin/python", "-I", "-c", code).split() == [str(len(EVENTS)), "False"]


async def test_it_reads_a_real_history_with_plain_pika(history: str, environment: Path) -> None:
    copy_installed("pika", environment)
    await publish(history, *OURS)
    read = await asyncio.to_thread(
        run, environment / "bin/python", "-I", "-c", READ_HISTORY, len(OURS), AMQP_URL=history
    )
    found = [tuple(json.loads(line)) for line in read.splitlines()]
    assert sorted(found) == sorted((type(event).__name__, event.subject, event.subject) for event in OURS)


async def test_the_example_of_its_page_runs(history: str, environment: Path) -> None:
    copy_installed("pika", environment)
    (code,) = re.findall(r"```python\n(.*?)```", (PROJECT / "README.md").read_text(), re.DOTALL)
    await publish(history, *OURS)
    printed = await asyncio.to_thread(run, environment / "bin/python", "-I", "-c", code, AMQP_URL=history)
    assert "Back-end Web developer" in printed
    assert "starts on" in printed
    assert "not read" not in printed
