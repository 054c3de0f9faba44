"""The examples under examples/, run as somebody outside runs them: processes that know the broker and the contract."""

import ast
import asyncio
import json
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
CONTRACT = ROOT / "docs" / "contract" / "asyncapi.json"
SEARCHED = os.pathsep.join([str(ROOT / ".venv" / "bin"), os.environ.get("PATH", os.defpath)])
NODE = shutil.which("node", path=SEARCHED) or "node"
NPM = shutil.which("npm", path=SEARCHED) or "npm"

needs_node = pytest.mark.skipif(
    shutil.which(NODE) is None or shutil.which(NPM) is None or not (EXAMPLES / "node_modules").exists(),
    reason="Node or its packages are not there: make node installs them",
)
LANGUAGES = ["python", pytest.param("node", marks=needs_node)]


def command(language: str, name: str) -> list[str]:
    """Return what starts an example; in Python isolated, so that nothing of this repository can be imported."""
    if language == "python":
        return [sys.executable, "-I", str(EXAMPLES / f"{name}.py")]
    return [NODE, str(EXAMPLES / "node" / f"{name}.mjs")]


def imported(file: Path) -> set[str]:
    """Return what an example imports that its language does not bring along."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".mjs":
        return {name for name in re.findall(r'from "(.*?)"', text) if not name.startswith("node:")}
    names = {
        name
        for node in ast.walk(ast.parse(text))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    return {name for name in names if name.partition(".")[0] not in sys.stdlib_module_names}


@dataclass(frozen=True)
class Reader:
    """A subscriber that runs."""

    process: asyncio.subprocess.Process
    kept: Path

    async def lines(self, count: int) -> list[str]:
        """Wait until it has read so many messages more; return what it says of each."""
        assert self.process.stdout is not None
        found: list[str] = []
        async with asyncio.timeout(30):
            while len(found) < count:
                line = await self.process.stdout.readline()
                assert line, f"it ended after {len(found)} of {count} lines"
                found.append(line.decode())
        return found

    async def kill(self) -> None:
        """End it as a power cut does."""
        if self.process.returncode is None:
            self.process.kill()
        assert self.process.stdout is not None
        async with asyncio.timeout(10):
            await self.process.stdout.read()
            await self.process.wait()

    def board(self) -> dict[str, Any]:
        """Return what it has kept on disk."""
        return dict(json.loads(self.kept.read_text(encoding="utf-8")))


@asynccontextmanager
async def subscribed(language: str, amqp_url: str, kept: Path) -> AsyncIterator[Reader]:
    """Run a subscriber that keeps what it knows in this file, as long as the block lasts."""
    process = await asyncio.create_subprocess_exec(
        *command(language, "subscriber"),
        str(CONTRACT),
        str(kept),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "AMQP_URL": amqp_url},
        cwd=kept.parent,
    )
    reader = Reader(process, kept)
    try:
        yield reader
    finally:
        await reader.kill()


async def published(language: str, amqp_url: str, event_type: str, name: str, data: str) -> str:
    """Run a publisher; return the id that it gave the event."""
    process = await asyncio.create_subprocess_exec(
        *command(language, "publisher"),
        *(str(CONTRACT), event_type, name, data),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "AMQP_URL": amqp_url},
    )
    async with asyncio.timeout(30):
        told, _ = await process.communicate()
    assert process.returncode == 0, told.decode()
    return told.decode().strip()
