"""`python -m deploy.local up | down | status | mail | clock | token`: the system in the background, without Docker."""

import argparse
import asyncio
import os
import sys
from email import message_from_bytes, policy
from pathlib import Path

import httpx

import shared.clock
from deploy.local import keys
from deploy.local.environment import SERVICES
from deploy.local.finder import NothingFoundError
from deploy.local.processes import Processes, is_alive, read_state
from deploy.local.run import RUN_FOLDER, AlreadyRunningError, LocalRun
from deploy.local.waiting import StartFailedError

FOLDER = RUN_FOLDER / "local"

SURROUNDINGS = ("mail", "broker", "database")


def say(line: str = "") -> None:
    """One line for the person who called."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def up() -> None:
    """Start everything, leave it running, and say where it is."""
    if read_state(FOLDER / "state.json").is_up():
        say("Enmusubi is already up (make status shows it; make down stops it).")
        return
    say("Starting a broker, a database, mail, a page and four services ...")
    run = LocalRun(folder=FOLDER, with_frontend=True, standard_ports=True, stays=True)
    await run.start_all()
    for service, url in run.urls.items():
        say(f"  {service:<14} {url}/docs")
    say(f"  {'frontend':<14} {run.frontend_url}")
    for name in SURROUNDINGS:
        say(f"  {name:<14} {run.processes.facts[name]}")
    say(f"Logs are in {FOLDER / 'log'}.")
    say("A token for the API: make token ROLE=staff. To stop it all: make down.")


async def down() -> None:
    """Stop what `up` has started, and what any run left behind whose own process is gone."""
    stopped = 0
    for state_file in sorted(RUN_FOLDER.glob("*/state.json")):
        state = read_state(state_file)
        if state.owner is None or not is_alive(state.owner):
            stopped += len([process for process in state.processes if is_alive(process)])
            await _end(state_file)
    say(f"Stopped {stopped} processes." if stopped else "Nothing was running.")


async def _end(state_file: Path) -> None:
    processes = Processes(state_file, stays=True)
    names = [process.name for process in processes.launched if process.name.partition("-")[0] in SERVICES]
    await asyncio.gather(*(processes.end(name) for name in names))
    await processes.end_all()


async def status() -> None:
    """Say what runs and whether it is ready."""
    state = read_state(FOLDER / "state.json")
    if not state.processes:
        say("Nothing is running (make up starts it).")
        return
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
        for process in state.processes:
            url = state.facts.get(process.name, "")
            word = "running" if is_alive(process) else "GONE"
            if is_alive(process) and url:
                word = await _readiness(client, url if process.name == "frontend" else f"{url}/readyz")
            say(f"  {process.name:<14} {process.pid:>8}  {word:<10} {url}")
    for name in SURROUNDINGS:
        say(f"  {name:<14} {state.facts.get(name, '')}")


async def _readiness(client: httpx.AsyncClient, url: str) -> str:
    try:
        answer = await client.get(url)
    except httpx.HTTPError:
        return "SILENT"
    return "ready" if answer.status_code == httpx.codes.OK else "NOT READY"


def mail(to: str | None) -> None:
    """Show the newest mail as its reader sees it."""
    for file in sorted((FOLDER / "mail").glob("[0-9]*.eml"), reverse=True):
        found = message_from_bytes(file.read_bytes(), policy=policy.default)
        if to in (None, found["Delivered-To"]):
            text = "\n".join(found.get_content().splitlines())
            say(f"To: {found['To']}\nSubject: {found['Subject']}\n\n{text}")
            return
    say(f"No mail has come{f' for {to}' if to else ''} yet.")


def clock(to: str | None) -> int:
    """Move the programme's clock forwards, or say what time it is there; 0 when that went well."""
    database = read_state(FOLDER / "state.json").facts.get("database")
    if database is None:
        say("Nothing is running (make up starts it).")
        return 1
    os.environ |= {"LOCAL_RUN": "true", "MONGO_URL": database}
    return shared.clock.main(["show"] if to is None else ["set", to])


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for command in (up, down, status):
        commands.add_parser(command.__name__, help=command.__doc__)
    newest = commands.add_parser("mail", help="show the newest mail that was sent")
    newest.add_argument("--to", help="the address that it was sent to")
    moved = commands.add_parser("clock", help="move the programme's clock forwards, or show it")
    moved.add_argument("to", nargs="?", help="ISO 8601 with offset")
    token = commands.add_parser("token", help="print a bearer token of the local issuer, good for 12 hours")
    token.add_argument("role", choices=keys.ROLES)
    token.add_argument("--person", help="person_id; without it staff are always the same one, others are new")
    token.add_argument("--firm", help="firm_id, for the role firm")
    return parser.parse_args()


def main() -> int:
    """The command: 0 when it did what was asked, else 1 and one sentence."""
    arguments = _parse()
    if arguments.command == "token":
        files = keys.make_keys(RUN_FOLDER / "keys")
        say(keys.token(files, arguments.role, person_id=arguments.person, firm_id=arguments.firm))
        return 0
    if arguments.command == "mail":
        mail(arguments.to)
        return 0
    if arguments.command == "clock":
        return clock(arguments.to)
    try:
        asyncio.run({"up": up, "down": down, "status": status}[arguments.command]())
    except (NothingFoundError, StartFailedError, AlreadyRunningError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
