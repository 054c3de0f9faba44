"""The operators' command line: ``python -m shared.messaging --help``."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial

from rich.console import Console
from rich.prompt import Confirm

from shared.events.readers import READERS
from shared.messaging.history import Since
from shared.messaging.operating import Operator
from shared.messaging.parking import Wanted
from shared.settings import BackboneSettings

SERVICES = sorted(READERS)
EPILOG = """
AMQP_URL and MONGO_URL say where the broker and the database are; RETRY_DELAYS, NOT_YET_DELAYS and HISTORY_DAYS
must be what the services are started with.
"""
Chosen = argparse.Namespace
Run = Callable[[Operator, Chosen], Awaitable[int]]


def since(text: str) -> Since:
    """Read where to begin: `first`, `next`, an offset, or a time with its offset from UTC."""
    if text in {"first", "next"}:
        return text  # type: ignore[return-value]
    if text.isdigit():
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise argparse.ArgumentTypeError(
            "first, next, an offset, or a time such as 2027-05-14T09:00:00+09:00"
        )
    return moment


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m shared.messaging", description=__doc__, epilog=EPILOG)
    areas = parser.add_subparsers(required=True, metavar="AREA")
    _add_parked(areas.add_parser("parked", help="messages that nothing mended by itself"))
    _add_history(areas.add_parser("history", help="the stream of all events"))
    declare = areas.add_parser(
        "declare", help="declare the whole topology, for services that may not configure"
    )
    declare.set_defaults(run=lambda operator, _: operator.declare())
    return parser


def _add_parked(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    listing = _parked(commands, "list", "show them in groups: reason, type and place, how often and when")
    listing.set_defaults(run=lambda operator, chosen: operator.list_parked(chosen.service))
    for name, words, run in (
        ("show", "show them whole, one JSON object each", Operator.show_parked),
        (
            "replay",
            "have them tried again, and then what waits for something that had not come",
            Operator.replay_parked,
        ),
        ("drop", "remove them for good, after a question", Operator.drop_parked),
    ):
        command = _parked(commands, name, words)
        command.add_argument("--reason", help="only those parked for this reason")
        command.add_argument("--type", help="only this kind of event, such as candidate-applied.v1")
        command.add_argument("--id", help="only the message with this id")
        command.set_defaults(run=partial(_with_wanted, run))
        if name == "drop":
            command.add_argument("--yes", action="store_true", help="do not ask")


def _parked(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, words: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=words, description=words)
    command.add_argument("--service", choices=SERVICES, required=True)
    return command


def _with_wanted(
    run: Callable[[Operator, str, Wanted], Awaitable[int]], operator: Operator, chosen: Chosen
) -> Awaitable[int]:
    return run(operator, chosen.service, Wanted(chosen.reason, chosen.type, chosen.id))


def _add_history(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    reading = commands.add_parser("read", help="print events, one JSON object each, oldest first")
    reading.add_argument(
        "--from", dest="since", type=since, default="first", help="first, next, an offset or a time"
    )
    reading.add_argument(
        "--type", dest="types", action="append", default=[], help="such as visit-booked; may be repeated"
    )
    reading.add_argument("--follow", action="store_true", help="go on until stopped")
    reading.set_defaults(
        run=lambda operator, chosen: operator.read_history(chosen.since, chosen.types, follow=chosen.follow)
    )
    checking = commands.add_parser("check", help="compare it with what the outboxes and inboxes know")
    _add_prefix(checking)
    checking.set_defaults(run=_check)
    again = commands.add_parser(
        "redeliver", help="bring back to a service what it misses, as after a restored backup"
    )
    again.add_argument("--service", choices=SERVICES, required=True)
    _add_prefix(again)
    again.set_defaults(
        run=lambda operator, chosen: operator.redeliver(chosen.service, chosen.prefix + chosen.service)
    )


def _add_prefix(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--database-prefix", dest="prefix", default="", help="of the databases' names, if they have one"
    )


def _check(operator: Operator, chosen: Chosen) -> Awaitable[int]:
    return operator.check_history({service: chosen.prefix + service for service in SERVICES})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit status."""
    chosen = _parser().parse_args(arguments)
    confirmed = getattr(chosen, "yes", False)
    operator = Operator(
        BackboneSettings(), Console(), (lambda _: True) if confirmed else partial(Confirm.ask, default=False)
    )
    run: Run = chosen.run
    return asyncio.run(_run(run, operator, chosen))


async def _run(run: Run, operator: Operator, chosen: Chosen) -> int:
    return await run(operator, chosen)


if __name__ == "__main__":
    sys.exit(main())
