"""The toy as a program that dies and is started again: ``DEATHS`` names the moment at which each life ends.

A moment is a collection that is about to be written to for the first time in a life (``inbox``), ``commit``
(about to), ``committed`` (just done), ``marking`` (published, and about to be marked so), or the id of an
application (its event is being reacted to). Each life is a process of its own, ended as by SIGKILL.
"""

import json
import os
import sys

from pymongo import monitoring

from shared.service import Parts, run
from tests.integration.backbone.toy import Toy, ToySettings, parts_of

KILLED = 9
WRITES = {"insert", "update", "delete", "findAndModify"}


class Reaper(monitoring.CommandListener):
    """Ends the process at a moment that only the database driver sees."""

    def __init__(self, moment: str) -> None:
        self._moment = moment

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """End it before the command is sent, if this is the moment."""
        collection = event.command.get(event.command_name) if event.command_name in WRITES else None
        self._now(
            {
                "commit": event.command_name == "commitTransaction",
                "marking": event.command_name == "update" and collection == "outbox",
            }.get(self._moment, collection == self._moment)
        )

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """End it after the commit, if this is the moment."""
        self._now(self._moment == "committed" and event.command_name == "commitTransaction")

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Live on."""

    def _now(self, is_the_moment: bool) -> None:  # noqa: FBT001
        if is_the_moment:
            os._exit(KILLED)


class Mortal(Toy):
    """A toy that some applications kill."""

    def __init__(self, killer: str) -> None:
        super().__init__()
        self._killer = killer

    async def pass_by(self, name: str) -> None:
        """Die of this one; pass by others."""
        if name == self._killer:
            os._exit(KILLED)
        await super().pass_by(name)


def live(moment: str) -> None:
    """Be a process of the toy until that moment."""
    monitoring.register(Reaper(moment))

    def build() -> Parts:
        return parts_of(ToySettings(), Mortal(killer=moment))

    run(build)


def main() -> int:
    """Live and die so many times; return 0 if each death was the one that was asked for."""
    for moment in json.loads(os.environ["DEATHS"]):
        child = os.fork()
        if child == 0:
            live(moment)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.waitstatus_to_exitcode(status) != KILLED:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
