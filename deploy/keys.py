"""The keys of a system in containers: `python -m deploy.keys make`, and `... token ROLE` for the API.

They are those of a local run. Made once, all of them lie in one folder that no service sees; each service gets a
folder with what is its own, and one with what is public.
"""

import argparse
import shutil
from pathlib import Path

from deploy.local.keys import ROLES, Keys, make_keys, token

FOLDER = Path("/keys")
"""Where the containers' volumes are: `all`, `intake`, `notifications`, `public`."""


def share(keys: Keys, folder: Path) -> None:
    """Give each reader its files; what it has already stays."""
    readers = {
        "intake": (keys.intake_signing, keys.intake_master),
        "notifications": (keys.notifications, keys.notifications_master),
        "public": (keys.issuer_jwks, keys.notifications_public),
    }
    for reader, files in readers.items():
        (folder / reader).mkdir(exist_ok=True, mode=0o700)
        for file in files:
            _copy_once(file, folder / reader / file.name)


def _copy_once(file: Path, to: Path) -> None:
    if not to.exists():
        written = to.with_name(f".{to.name}")
        shutil.copy2(file, written)
        written.rename(to)  # so that nobody reads half a key


def main(arguments: list[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m deploy.keys", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    maker = commands.add_parser("make", help="make what is not there yet")
    issuer = commands.add_parser("token", help="print a bearer token")
    issuer.add_argument("role", choices=ROLES)
    issuer.add_argument("--person", help="the person_id it is for")
    issuer.add_argument("--firm", help="the firm_id it is for")
    for command in (maker, issuer):
        command.add_argument("--folder", type=Path, default=FOLDER)
    chosen = parser.parse_args(arguments)
    keys = make_keys(chosen.folder / "all")
    if chosen.command == "make":
        share(keys, chosen.folder)
    else:
        print(token(keys, chosen.role, person_id=chosen.person, firm_id=chosen.firm))


if __name__ == "__main__":
    main()
