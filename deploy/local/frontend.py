"""The page of examples/frontend, from a static file server: a browser's origin of its own, as in production."""

import json
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.local.processes import ROOT

PORT = 3000
"""Of the page, or the next free one."""

PAGE = ROOT / "examples" / "frontend"


def url_of(port: int) -> str:
    """Return where the page is: the links in mails lead there."""
    return f"http://127.0.0.1:{port}/"


def url_of_another() -> str | None:
    """Return where somebody's own frontend is, if the environment names one: then ours is not served."""
    return os.environ.get("FRONTEND_URL")


def command(port: int, folder: Path) -> list[str]:
    """Return the command that serves a folder to this machine alone."""
    serve = [sys.executable, "-m", "http.server", str(port)]
    return [*serve, "--bind", "127.0.0.1", "--directory", str(folder)]


def lay_out(folder: Path, urls: Mapping[str, str]) -> None:
    """Fill a folder with what is served: the page's files themselves, and `settings.json`, where the services are."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in PAGE.iterdir():
        (folder / file.name).symlink_to(file)
    (folder / "settings.json").write_text(json.dumps(dict(urls), indent=2) + "\n", encoding="utf-8")
