"""``make demo``: start the system, play a whole programme on it, show what happened, stop everything."""

import asyncio
import json
import sys
import time
from dataclasses import replace

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from deploy.demo.play import Played, play
from deploy.demo.programme import PARTS
from deploy.demo.scale import DEMO
from deploy.demo.summary import show
from deploy.local.finder import NothingFoundError
from deploy.local.run import RUN_FOLDER, AlreadyRunningError, LocalRun
from deploy.local.waiting import StartFailedError

FOLDER = RUN_FOLDER / "demo"


async def main(console: Console) -> int:
    """Run the demo; return the exit status."""
    started = time.monotonic()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("Starting broker, database, mail and four services", total=len(PARTS) + 2)

        def say(words: str) -> None:
            progress.update(task, description=words, advance=1)

        async with LocalRun(folder=FOLDER, fresh=True, must_be_empty=True) as run:
            played = await play(run, DEMO, say)
            progress.update(task, description="Stopping everything", completed=len(PARTS) + 1)
        progress.update(task, description="Done", completed=len(PARTS) + 2)
    return _tell(console, played, time.monotonic() - started)


def _tell(console: Console, played: Played, seconds: float) -> int:
    facts = replace(played.facts, seconds=seconds)
    summary = facts.summary()
    (FOLDER / "summary.json").write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n")
    show(console, facts, summary, played.cast)
    for problem in played.problems:
        console.print(f"[bold red]Wrong:[/] {problem}")
    return 1 if played.problems else 0


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(main(Console())))
    except (NothingFoundError, StartFailedError, AlreadyRunningError) as error:
        print(error, file=sys.stderr)
        sys.exit(1)
