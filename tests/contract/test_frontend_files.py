"""The files of examples/frontend: they compile against the contract's types, and what is not ours is as it came."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.harness.examples import EXAMPLES, NPM, SEARCHED, needs_node

FRONTEND = EXAMPLES / "frontend"
FETCH = EXAMPLES / "node_modules" / "openapi-fetch"

pytestmark = needs_node

USE = """
import {{ newKey, told }} from "{frontend}/programme.js";

/** @param {{import("{frontend}/programme.js").Programme}} programme */
export async function use({{ intake, matching }}) {{
  const round = await told(intake.GET("/rounds/current"));
  round.closes_on.slice();
  // @ts-expect-error: a round has no such field
  round.ends_on.slice();
  // @ts-expect-error: there is no such path
  await told(matching.GET("/applicants"));
  // @ts-expect-error: a code is needed
  await told(intake.POST("/links/exchange", {{ params: {{ header: newKey() }}, body: {{}} }}));
}}
"""
"""What is right, and mistakes that the compiler has to find: a line that should not compile and does is an error."""


def compiled(project: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  a command of ours
        [NPM, "run", "--silent", "compile", "--", "--project", str(project)],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=EXAMPLES,
        env={**os.environ, "PATH": SEARCHED},
    )


def test_every_call_is_checked_against_the_contract(tmp_path: Path) -> None:
    (tmp_path / "use.js").write_text(USE.format(frontend=FRONTEND), encoding="utf-8")
    ours = [str(file) for folder in (FRONTEND, FRONTEND / "texts") for file in sorted(folder.glob("*.js"))]
    project = {
        "extends": str(EXAMPLES / "client" / "tsconfig.json"),
        "files": [*ours, "use.js"],
        "include": [],
    }
    (tmp_path / "tsconfig.json").write_text(json.dumps(project), encoding="utf-8")
    done = compiled(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("openapi-fetch.js", "dist/index.mjs"), ("openapi-fetch.LICENSE", "LICENSE")],
)
def test_openapi_fetch_is_the_one_that_npm_installs(ours: str, theirs: str) -> None:
    assert (FRONTEND / "vendor" / ours).read_bytes() == (FETCH / theirs).read_bytes()


def test_the_page_asks_nobody_else_for_anything() -> None:
    files = [
        file
        for file in FRONTEND.rglob("*")
        if file.suffix in {".js", ".css", ".html"} and "vendor" not in str(file)
    ]
    assert [str(file) for file in files if "https://" in file.read_text(encoding="utf-8")] == []
