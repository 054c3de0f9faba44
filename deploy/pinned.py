"""What an image installs: `python deploy/pinned.py [EXTRA ...]` prints its part of requirements.lock, hashes included.

pip alone says which packages a service needs (common dependencies, and its own extra), and the lock file which
version and which files. The standard library and pip are enough to run it, in the folder that holds both files.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

BLOCK = re.compile(r"^(?P<pin>(?P<name>[\w.-]+)==\S+(?: ;[^\\\n]+)?)(?: \\\n    --hash=\S+)+$", re.MULTILINE)
"""One package in requirements.lock: the pin, its marker, and on the lines that follow its hashes."""


def wanted(project: Path, extras: list[str]) -> list[str]:
    """Name what pyproject.toml asks for; an extra that it does not know is a KeyError."""
    declared = tomllib.loads(project.read_text())["project"]
    return [
        *declared["dependencies"],
        *(one for extra in extras for one in declared["optional-dependencies"][extra]),
    ]


def needed(requirements: list[str], pins: list[str]) -> set[str]:
    """Ask pip which packages, with all that they need in turn, these are; nothing is installed."""
    with tempfile.TemporaryDirectory() as folder:
        constraints = Path(folder, "constraints.txt")
        constraints.write_text("\n".join(pins))
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet"]
        command += ["--no-cache-dir", "--report", "-", "--constraint", str(constraints), *requirements]
        report = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return {canonical(one["metadata"]["name"]) for one in report["install"]}


def canonical(name: str) -> str:
    """Spell a package's name as requirements.lock does."""
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> None:
    """The command."""
    blocks = list(BLOCK.finditer(Path("requirements.lock").read_text()))
    names = needed(wanted(Path("pyproject.toml"), sys.argv[1:]), [block["pin"] for block in blocks])
    found = [block for block in blocks if canonical(block["name"]) in names]
    if missing := names - {canonical(block["name"]) for block in found}:
        sys.exit(f"requirements.lock lacks {', '.join(sorted(missing))}: make lock")
    print(*(block[0] for block in found), sep="\n")


if __name__ == "__main__":
    main()
