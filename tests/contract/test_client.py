"""The typed client for frontends: its types say what the OpenAPI of all services says, and it compiles."""

import json
import os
import subprocess
from pathlib import Path

from tests.harness.examples import EXAMPLES, NPM, SEARCHED, needs_node

CLIENT = EXAMPLES / "client"

pytestmark = needs_node

USE = """
import {{ apply, connect }} from "{programme}";

const programme = connect("https://programme.example/api");
connect({{ intake: "http://a", matching: "http://b", scheduling: "http://c", notifications: "http://d" }});
// @ts-expect-error: every service has its address
connect({{ intake: "http://127.0.0.1:8001" }});
const profile = {{ years_of_experience: 3, education: "master" as const }};
const contact = {{ name: "Олена", email: "olena@example.org" }};
const application = {{
  contact, profile, country: "UA", channel: "telegram" as const, language: "uk", time_zone: "Europe/Kyiv", consent: "1",
}};
apply(programme, application, "key").then((answer) => answer.waitlist_place?.toFixed());
// @ts-expect-error: a channel is one of a list
apply(programme, {{ ...application, channel: "carrier-pigeon" }}, "key");
// @ts-expect-error: an answer has no token
apply(programme, application, "key").then((answer) => answer.token);
// @ts-expect-error: what creates something wants an Idempotency-Key
programme.intake.POST("/applications", {{ body: application }});
// @ts-expect-error: there is no such path
programme.matching.GET("/applicants");
// @ts-expect-error: a path wants its parameters
programme.scheduling.GET("/agendas/{{person_id}}", {{}});
"""
"""What is right, and mistakes that the compiler has to find: a line that should not compile and does is an error."""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  commands of ours
        [NPM, "run", "--silent", *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=EXAMPLES,
        env={**os.environ, "PATH": SEARCHED},
    )


def test_the_generated_types_are_not_stale() -> None:
    done = run("stale")
    assert done.returncode == 0, f"make client, and commit examples/client\n{done.stdout}{done.stderr}"


def test_it_compiles_and_tells_mistakes(tmp_path: Path) -> None:
    use = USE.format(programme=CLIENT / "programme")
    (tmp_path / "use.ts").write_text(use, encoding="utf-8")
    project = {
        "extends": str(CLIENT / "tsconfig.json"),
        "files": [str(CLIENT / "programme.ts"), "use.ts"],
    }
    (tmp_path / "tsconfig.json").write_text(json.dumps(project), encoding="utf-8")
    done = run("compile", "--", "--project", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
