"""Processes of a local run: nothing outlives its end, and nothing else is ended."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.processes import ROOT, Launched, Processes, State, is_alive, read_state, this_process
from deploy.local.waiting import until

WAITS = """
import signal
print("ready", flush=True)
signal.pause()
"""

STUBBORN = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
signal.pause()
"""

# Starts a process in a session of its own, as Erlang does, and prints its number.
HAS_A_CHILD = """
import signal, subprocess
child = subprocess.Popen(["sleep", "600"], start_new_session=True)
print(child.pid, flush=True)
signal.pause()
"""

STARTS_AND_DIES = """
import os, signal, sys
from pathlib import Path
from deploy.local.processes import Processes
folder = Path(sys.argv[1])
processes = Processes(folder / "state.json", stays=sys.argv[2] == "stays")
processes.launch("sleeper", ["sleep", "600"], environment=os.environ, log=folder / "log")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def processes(tmp_path: Path) -> Processes:
    return Processes(tmp_path / "state.json")


async def launch(processes: Processes, name: str, program: str, folder: Path) -> str:
    """Start a process, and return its first line once it has said it."""
    log = folder / f"{name}.log"
    processes.launch(name, [sys.executable, "-c", program], environment=os.environ, log=log)

    async def has_spoken() -> bool:
        return log.read_text().endswith("\n")

    assert await until(has_spoken, within=20)
    return log.read_text().strip()


def named(processes: Processes, name: str) -> Launched:
    return next(process for process in processes.launched if process.name == name)


def is_running(pid: int) -> bool:
    """Whether there is such a process that does not merely wait to be reaped."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] not in "ZX"


async def test_a_process_ends_when_it_is_asked_to(processes: Processes, tmp_path: Path) -> None:
    await launch(processes, "one", WAITS, tmp_path)
    one = named(processes, "one")
    assert processes.is_alive("one")
    await processes.end("one")

    assert not is_alive(one)
    assert processes.launched == ()


async def test_a_process_that_does_not_want_to_end_is_killed(processes: Processes, tmp_path: Path) -> None:
    await launch(processes, "one", STUBBORN, tmp_path)
    one = named(processes, "one")
    await processes.end("one", grace=0.1)

    assert not is_alive(one)


async def test_a_frozen_process_ends_as_well(processes: Processes, tmp_path: Path) -> None:
    await launch(processes, "one", WAITS, tmp_path)
    one = named(processes, "one")
    processes.signal("one", signal.SIGSTOP)
    await processes.end("one")

    assert not is_alive(one)


async def test_what_a_process_has_started_is_killed_with_it(processes: Processes, tmp_path: Path) -> None:
    child = int(await launch(processes, "one", HAS_A_CHILD, tmp_path))
    await processes.kill("one")

    assert not is_running(child)


async def test_ending_what_has_ended_is_harmless(processes: Processes, tmp_path: Path) -> None:
    await launch(processes, "one", WAITS, tmp_path)
    await processes.end_all()
    await processes.end_all()
    await processes.end("one")
    await processes.kill("one")

    assert not (tmp_path / "state.json").exists()


async def test_another_process_can_end_what_is_written_down(processes: Processes, tmp_path: Path) -> None:
    await launch(processes, "one", WAITS, tmp_path)
    one = named(processes, "one")
    await Processes(tmp_path / "state.json").end_all()

    assert not is_alive(one)
    assert not processes.is_alive("one")


async def test_a_number_that_somebody_else_has_by_now_is_left_alone(tmp_path: Path) -> None:
    bystander = await asyncio.create_subprocess_exec("sleep", "600", start_new_session=True)
    other = Launched(name="one", pid=bystander.pid, started=this_process().started - 1)
    (tmp_path / "state.json").write_text(State(owner=None, processes=(other,)).model_dump_json())
    try:
        await Processes(tmp_path / "state.json").end_all()
        assert is_running(bystander.pid)
    finally:
        bystander.kill()
        await bystander.wait()


def _leave_behind(folder: Path, kind: str) -> Launched:
    parent = subprocess.run([sys.executable, "-c", STARTS_AND_DIES, folder, kind], cwd=ROOT, check=False)  # noqa: S603
    assert parent.returncode == -signal.SIGKILL
    return read_state(folder / "state.json").processes[0]


async def test_processes_end_with_the_one_that_started_them_even_when_it_is_killed(tmp_path: Path) -> None:
    sleeper = _leave_behind(tmp_path, "goes")

    async def is_gone() -> bool:
        return not is_alive(sleeper)

    assert await until(is_gone, within=20)


async def test_processes_that_are_to_stay_do_so_until_they_are_ended(tmp_path: Path) -> None:
    sleeper = _leave_behind(tmp_path, "stays")
    assert is_alive(sleeper)
    assert read_state(tmp_path / "state.json").is_up()
    await Processes(tmp_path / "state.json").end_all()

    assert not is_alive(sleeper)
