"""Builds the wheel enmusubi-events: a copy of shared/events, whose modules import each other under the wheel's own name.

`shared` would be in the way of everybody else's package of that name; flit does the rest.
"""
# ruff: noqa: INP001  pip finds it by its folder

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from flit_core import buildapi

HERE: Final = Path(__file__).parent
EVENTS: Final = HERE.parents[1] / "shared" / "events"
OURS: Final = "shared.events"
THEIRS: Final = "enmusubi_events"


def build_wheel(
    wheel_directory: str, config_settings: object = None, metadata_directory: object = None
) -> str:
    """Write the wheel into a folder; return its name (PEP 517)."""
    del config_settings, metadata_directory
    target = Path(wheel_directory).absolute()
    with _project():
        name: str = buildapi.build_wheel(str(target))
    return name


@contextmanager
def _project() -> Iterator[None]:
    """Be in a folder that holds the project, its package renamed."""
    before = Path.cwd()
    with TemporaryDirectory() as folder:
        package = Path(folder) / THEIRS
        shutil.copytree(EVENTS, package, ignore=shutil.ignore_patterns("__pycache__", "released"))
        for module in package.rglob("*.py"):
            module.write_text(module.read_text(encoding="utf-8").replace(OURS, THEIRS), encoding="utf-8")
        for file in ("pyproject.toml", "README.md"):
            shutil.copy(HERE / file, folder)
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)
