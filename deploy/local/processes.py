"""The processes of one run: started, ended, and written down so that a later command can end them too."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from deploy.local.waiting import until

ROOT = Path(__file__).resolve().parents[2]
"""The repository, where every process starts."""

GRACE = 25.0
"""Seconds that a process has to end by itself after SIGTERM: longer than a service takes at the most."""


class Launched(BaseModel):
    """A process that was started. Its start time makes it this one, whoever gets its number later."""

    model_config = ConfigDict(frozen=True)

    name: str
    pid: int
    started: int = Field(description="clock ticks between boot and start, from /proc")
    log: Path | None = None


class State(BaseModel):
    """What a run writes down: who runs it, what it started, and what it tells `status`."""

    model_config = ConfigDict(frozen=True)

    owner: Launched | None = Field(None, description="whose end should be the end of all; none: it stays")
    processes: tuple[Launched, ...] = ()
    facts: dict[str, str] = Field(default_factory=dict, description="URLs and folders, by name")

    def is_up(self) -> bool:
        """Whether this is a run that goes on: its owner lives, or it needs none and any of it runs."""
        if self.owner is not None:
            return is_alive(self.owner)
        return any(is_alive(process) for process in self.processes)


class _Stat(NamedTuple):
    pid: int
    alive: bool
    parent: int
    session: int
    started: int


def _stat(pid: int) -> _Stat | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The name in brackets may hold anything, so count from the last bracket (proc(5) counts from 1).
    fields = text.rpartition(")")[2].split()
    return _Stat(
        pid=pid,
        # A process whose first thread has ended is not over while others (say, of a database) still run.
        alive=fields[0] not in "ZX" or int(fields[17]) > 1,
        parent=int(fields[1]),
        session=int(fields[3]),
        started=int(fields[19]),
    )


def _everyone() -> list[_Stat]:
    found = [_stat(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [stat for stat in found if stat is not None and stat.alive]


def _family(leader: Launched) -> set[_Stat]:
    """The process, its session, and what it has started into other sessions (Erlang does that)."""
    found = _stat(leader.pid)
    if found is not None and found.started != leader.started:
        return set()  # Somebody else's by now: a number is given again only when its session is empty.
    everyone = _everyone()
    family = {stat for stat in everyone if stat.session == leader.pid}
    while more := {stat for stat in everyone if stat.parent in {one.pid for one in family}} - family:
        family |= more
    return family


def _identified(name: str, pid: int, log: Path | None = None) -> Launched:
    """A process of ours: not reaped yet, so /proc knows it even when it has ended."""
    found = _stat(pid)
    if found is None:
        raise ProcessLookupError(pid)
    return Launched(name=name, pid=pid, started=found.started, log=log)


def _is_same(process: Launched | _Stat) -> bool:
    found = _stat(process.pid)
    return found is not None and found.alive and found.started == process.started


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def is_alive(launched: Launched) -> bool:
    """Whether that very process still runs (one that waits to be reaped does not)."""
    return _is_same(launched)


def this_process() -> Launched:
    """The process that asks."""
    return _identified("owner", os.getpid())


def read_state(file: Path) -> State:
    """What a run wrote down; an empty state when there is nothing."""
    if not file.exists():
        return State(owner=None)
    return State.model_validate_json(file.read_bytes())


def end_with_me(command: Sequence[str]) -> list[str]:
    """The command so that the kernel ends it when its parent dies, however that happens."""
    setpriv = shutil.which("setpriv")  # part of util-linux, which every Debian has
    return [setpriv, "--pdeathsig", "KILL", "--", *command] if setpriv else list(command)


class Processes:
    """Starts and ends processes by name, and keeps the state file true at every moment.

    With `stays`, they go on when this process ends (`make up`); otherwise they end with it, SIGKILL included:
    with the thread that launched them, to be exact, so that is to be the main one.
    What an earlier run left in the same state file can be ended by `end_all`.
    """

    def __init__(self, state_file: Path, *, stays: bool = False) -> None:
        self._file = state_file
        self._stays = stays
        state = read_state(state_file)
        self._launched = {process.name: process for process in state.processes}
        self._facts = dict(state.facts)
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def launched(self) -> tuple[Launched, ...]:
        """All that were started and not ended, the first first."""
        return tuple(self._launched.values())

    @property
    def facts(self) -> Mapping[str, str]:
        """What was noted."""
        return self._facts

    def note(self, **facts: str) -> None:
        """Write down what `status` should tell."""
        self._facts.update(facts)
        self._write()

    def launch(self, name: str, command: Sequence[str], *, environment: Mapping[str, str], log: Path) -> int:
        """Start a process in a session of its own, its output appended to `log`; its pid."""
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            child = subprocess.Popen(
                list(command) if self._stays else end_with_me(command),
                env=dict(environment),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._children[name] = child
        self._launched[name] = _identified(name, child.pid, log)
        self._write()
        return child.pid

    def is_alive(self, name: str) -> bool:
        """Whether the process of that name runs."""
        self._reap(name)
        return name in self._launched and is_alive(self._launched[name])

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to the process of that name, if it runs."""
        if self.is_alive(name):
            _send(self._launched[name].pid, number)

    async def end(self, name: str, *, grace: float = GRACE) -> None:
        """SIGTERM, then SIGKILL for what is still there after `grace` seconds. Harmless when all is over."""
        if name not in self._launched:
            return
        family = _family(self._launched[name])
        self.signal(name, signal.SIGTERM)
        self.signal(name, signal.SIGCONT)  # a frozen one could not hear it
        await until(lambda: self._has_ended(name), within=grace)
        await self._sweep(name, family)

    async def kill(self, name: str) -> None:
        """SIGKILL for the process and all that it has started. Harmless when it has ended."""
        if name in self._launched:
            await self._sweep(name, _family(self._launched[name]))

    async def end_all(self) -> None:
        """End everything, the last started first, and forget what was noted."""
        for name in reversed(list(self._launched)):
            await self.end(name)
        self._facts.clear()
        self._file.unlink(missing_ok=True)

    async def _has_ended(self, name: str) -> bool:
        return not self.is_alive(name)

    async def _sweep(self, name: str, family: set[_Stat]) -> None:
        family = family | _family(self._launched[name])

        async def is_gone() -> bool:
            remaining = [member for member in family if _is_same(member)]
            for member in remaining:
                _send(member.pid, signal.SIGKILL)
            self._reap(name)
            return not remaining

        if not await until(is_gone, within=GRACE):
            msg = f"{name} (process {self._launched[name].pid}) does not end"
            raise RuntimeError(msg)
        del self._launched[name]
        self._write()

    def _reap(self, name: str) -> None:
        if name in self._children:
            self._children[name].poll()

    def _write(self) -> None:
        state = State(
            owner=None if self._stays else this_process(),
            processes=self.launched,
            facts=self._facts,
        )
        self._file.parent.mkdir(parents=True, exist_ok=True)
        written = self._file.with_suffix(".new")
        written.touch(mode=0o600)
        written.write_text(state.model_dump_json(indent=2), encoding="utf-8")
        written.replace(self._file)
