"""Measure: ``python -m tests.benchmarks [NAME ...] [--rounds N] [--only RATIO]``; ``make bench`` does all."""

import argparse
import asyncio
import sys

from rich.console import Console

from tests.benchmarks import events, frame, intake, latency, memory

BENCHES = {one.name: one for one in (events.BENCH, intake.BENCH, latency.BENCH, memory.BENCH)}
ROUNDS = 5


def main() -> int:
    """Run the benches that are asked for; all without a name."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(BENCHES)}; all without one")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"how many ({ROUNDS})")
    parser.add_argument("--only", action="append", default=[], metavar="RATIO", help="this ratio alone")
    chosen = parser.parse_args()
    if unknown := sorted(set(chosen.names) - set(BENCHES)):
        parser.error(f"there is no bench {', '.join(unknown)}")
    console = Console()
    for name in chosen.names or BENCHES:
        console.print(f"[bold]{name}[/bold]")
        bench = BENCHES[name].only(chosen.only) if chosen.only else BENCHES[name]
        console.print(f"-> {asyncio.run(frame.run(bench, chosen.rounds, console))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
