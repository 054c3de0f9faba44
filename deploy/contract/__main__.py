"""`python -m deploy.contract`: check the contract, write its documents, or release them."""

import argparse
import sys

from deploy.contract import documents, gate
from shared.events import __version__


def check() -> int:
    """Print what is wrong with the contract as it is; 0 where nothing is."""
    released = documents.released()
    problems = gate.problems(documents.made(), documents.read(documents.COMMITTED), released)
    found = list(dict.fromkeys(problems))
    for one in found:
        print(one)
    versions = ", ".join(released) or "none"
    print(
        f"{len(found)} problems."
        if found
        else f"The contract is in order; it keeps what was released: {versions}."
    )
    return 1 if found else 0


def write() -> int:
    """Write the documents under docs/contract/ anew."""
    documents.write(documents.made(), documents.COMMITTED)
    print("docs/contract/ says what the code says.")
    return 0


def release() -> int:
    """Keep the committed documents as the version that shared/events names, for good."""
    folder = documents.RELEASED / __version__
    if folder.exists():
        print(f"{__version__} was released: shared/events/__init__.py names the version to come.")
        return 1
    if check():
        return 1
    committed = documents.read(documents.COMMITTED)
    kept = {name: one for name, one in committed.items() if not name.startswith(documents.SCHEMAS)}
    documents.write(kept, folder)
    print(f"{__version__} is released: commit {folder.relative_to(documents.ROOT)}.")
    return 0


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m deploy.contract", description=__doc__)
    commands = {"check": check, "write": write, "release": release}
    actions = parser.add_subparsers(dest="command", required=True)
    for name, command in commands.items():
        actions.add_parser(name, help=command.__doc__)
    return commands[parser.parse_args().command]()


if __name__ == "__main__":
    sys.exit(main())
