"""Journals: JSON lines that are on disk before anybody goes on."""

import asyncio
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path


class Journal:
    """A file of JSON lines, each written through to the disk."""

    def __init__(self, file: Path) -> None:
        file.touch()
        self.file = file
        self._lock = asyncio.Lock()

    async def append(self, line: Mapping[str, object]) -> None:
        """Write a line; return when it is on disk."""
        text = json.dumps(line, ensure_ascii=False) + "\n"
        async with self._lock:
            await asyncio.to_thread(self._write, text)

    def _write(self, text: str) -> None:
        with self.file.open("a", encoding="utf-8") as output:
            output.write(text)
            output.flush()
            os.fsync(output.fileno())


def now() -> str:
    """Return the real time, as journals write it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
