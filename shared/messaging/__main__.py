"""What operators do about events: what is parked, the history, the topology."""

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TypeAlias

from aio_pika.exceptions import AMQPError, ChannelInvalidStateError, ChannelNotFoundEntity
from pydantic import ValidationError
from pymongo.errors import PyMongoError
from rich.console import Console
from rich.prompt import Confirm

from shared.events.readers import READERS
from shared.messaging.errors import Refused
from shared.messaging.history import Since
from shared.messaging.operating import Operator
from shared.messaging.parking import Wanted
from shared.settings import BackboneSettings

SERVICES = sorted(READERS)
EPILOG = """
settings, from the environment:
  AMQP_URL, MONGO_URL             where the broker and the database are
  RETRY_DELAYS, NOT_YET_DELAYS,   as the services are started with; declare needs them
  HISTORY_DAYS

exit status:
  0  done; for `history check`: all tell the same
  1  there was nothing to do, or somebody said no; for `history check`: they do not tell the same;
     for `declare`: something is there with other arguments
  2  it could not be done; doing it again is safe

examples:
  python -m shared.messaging parked list --service matching
  python -m shared.messaging parked replay --service matching --type candidate-applied.v1
  python -m shared.messaging history read --from 2027-05-14T09:00:00+09:00 --type visit-booked
  python -m shared.messaging history redeliver --service scheduling
"""
PARKED = """
A message is parked when nothing mended it by itself: it cannot be read, its id came with another body
(id-reused), its reaction failed too often (failed), what it depends on has not come within a day
(predecessor-missing), or the process died with it again and again (delivery-limit). It stays until somebody
replays or drops it. A drop is remembered in the service's database: a backup from before knows nothing of it.
"""
HISTORY = """
The history is a stream of every public event of about a year. Reading it takes nothing away.
"""
DECLARE = r"""
Declare every exchange, queue and binding, as services do when they start; for those whose broker user may not
configure. Safe at any time.

What is there with other arguments (HISTORY_DAYS has changed, say) is used as it is, by the services too, and is
named here with what differs: RabbitMQ changes no argument of a queue that exists. To change it,
  - have a policy say how long the history is kept, which counts for more than what was declared, at once:
      rabbitmqctl set_policy --apply-to queues history '^events\.history$' '{"max-age": "500D"}'
  - of any other queue: stop the services, see that it is empty, delete it (rabbitmqctl delete_queue NAME), and
    declare again. (Deleting the history would cost all that it holds.)
"""
WIDE = 200
"""Columns of what goes to a file or another program."""
Chosen = argparse.Namespace
Run = Callable[[Operator, Chosen], Awaitable[int]]
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001  argparse has no public name


def since(text: str) -> Since:
    """Read where to begin: `first`, `next`, an offset, or a time with its offset from UTC."""
    if text in {"first", "next"}:
        return text  # type: ignore[return-value]
    if text.isdecimal():
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
    parser = argparse.ArgumentParser(
        prog="python -m shared.messaging",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    areas = parser.add_subparsers(required=True, metavar="AREA")
    _add_parked(areas.add_parser("parked", help="messages that nothing mended by itself", description=PARKED))
    _add_history(areas.add_parser("history", help="the stream of all events", description=HISTORY))
    declare = areas.add_parser(
        "declare",
        help="declare every exchange, queue and binding, and say what is there with other arguments",
        description=DECLARE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    declare.set_defaults(run=lambda operator, _: operator.declare())
    return parser


def _add(commands: Commands, name: str, words: str) -> argparse.ArgumentParser:
    return commands.add_parser(name, help=words, description=f"{words[0].upper()}{words[1:]}.")


def _add_parked(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    listing = _add(
        commands,
        "list",
        "show them in groups by reason, type and place: how many, first and last time, how often replayed",
    )
    _add_service(listing)
    listing.set_defaults(run=lambda operator, chosen: operator.list_parked(chosen.service))
    for name, words, run in (
        ("show", "show them whole, one JSON object each", Operator.show_parked),
        (
            "replay",
            "have them tried again, and then whatever waits for something that had not come; each has its effect once",
            Operator.replay_parked,
        ),
    ):
        command = _add(commands, name, words)
        _add_service(command)
        _add_wanted(command)
        command.set_defaults(run=partial(_with_wanted, run))
    dropping = _add(
        commands,
        "drop",
        "show which, ask, and remove them for good: events among them are remembered in the service's database and "
        "have no effect, should they ever come again",
    )
    _add_service(dropping)
    _add_wanted(dropping)
    _add_prefix(dropping)
    dropping.add_argument("--yes", action="store_true", help="do not ask")
    dropping.set_defaults(run=_drop)


def _add_service(command: argparse.ArgumentParser) -> None:
    command.add_argument("--service", choices=SERVICES, required=True, help="whose")


def _add_wanted(command: argparse.ArgumentParser) -> None:
    command.add_argument("--reason", help="only those parked for this reason, as `list` names it")
    command.add_argument("--type", help="only this kind of event, such as candidate-applied.v1")
    command.add_argument("--place", help="only those whose place has this in its name")
    command.add_argument("--id", help="only the one with this id")


def _with_wanted(
    run: Callable[[Operator, str, Wanted], Awaitable[int]], operator: Operator, chosen: Chosen
) -> Awaitable[int]:
    return run(operator, chosen.service, _wanted(chosen))


def _drop(operator: Operator, chosen: Chosen) -> Awaitable[int]:
    return operator.drop_parked(chosen.service, _wanted(chosen), chosen.prefix + chosen.service)


def _wanted(chosen: Chosen) -> Wanted:
    return Wanted(reason=chosen.reason, type=chosen.type, place=chosen.place, id=chosen.id)


def _add_history(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    reading = _add(commands, "read", "print events, one JSON object each, oldest first")
    reading.add_argument(
        "--from",
        dest="since",
        type=since,
        default="first",
        help="first (the default), next (with --follow), an offset, or a time such as 2027-05-14T09:00:00+09:00",
    )
    reading.add_argument(
        "--type", dest="types", action="append", default=[], help="such as visit-booked; may be repeated"
    )
    reading.add_argument("--follow", action="store_true", help="go on with what comes, until stopped")
    reading.set_defaults(
        run=lambda operator, chosen: operator.read_history(chosen.since, chosen.types, follow=chosen.follow)
    )
    checking = _add(
        commands,
        "check",
        "compare it with what each service's outbox has published and its inbox has taken in, body for body",
    )
    _add_prefix(checking)
    checking.set_defaults(run=_check)
    again = _add(
        commands,
        "redeliver",
        "bring back to a service what it reads and its inbox does not know, as after a restored backup or a "
        "removed binding; what is parked stays parked; safe at any time",
    )
    _add_service(again)
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


def _ask(question: str) -> bool:
    try:
        return Confirm.ask(question, default=False)
    except EOFError:  # nobody is there to say yes
        return False


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit status."""
    logging.basicConfig(level=logging.CRITICAL)  # what goes wrong is said once, below
    chosen = _parser().parse_args(arguments)
    confirm = (lambda _: True) if getattr(chosen, "yes", False) else _ask
    try:
        console = Console(width=None if sys.stdout.isatty() else WIDE)
        return asyncio.run(_run(chosen.run, Operator(BackboneSettings(), console, confirm), chosen))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read it has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (AMQPError, ChannelInvalidStateError, OSError, PyMongoError, Refused, ValidationError) as error:
        said = f"It could not be done: {type(error).__name__}: {error}"
        if isinstance(error, ChannelNotFoundEntity):
            said += " (no service has run here yet? `declare` makes the queues)"
        Console(stderr=True).print(said, markup=False, soft_wrap=True)
        return 2


async def _run(run: Run, operator: Operator, chosen: Chosen) -> int:
    return await run(operator, chosen)


if __name__ == "__main__":
    sys.exit(main())
