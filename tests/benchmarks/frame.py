"""The frame of every bench: sides that run alternately, medians of their rounds, and ratios with their targets."""

import json
import os
import platform
import statistics
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from deploy.local.processes import ROOT

RESULTS = ROOT / ".run" / "bench"
LIBRARIES = ("aio-pika", "motor", "pymongo", "fastapi", "uvicorn", "uvloop", "faststream")
Figures = Mapping[str, float]
Measure = Callable[[], Awaitable[Figures]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """One thing to measure, in a process of its own; each round gives one or more figures."""

    name: str
    measure: Measure


@dataclass(frozen=True, kw_only=True, slots=True)
class Ratio:
    """One figure's median over another's."""

    key: str
    of: str
    to: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def sides(self) -> tuple[str, str]:
        """The sides that its figures come from: a figure is named ``side`` or ``side.what``."""
        return self.of.partition(".")[0], self.to.partition(".")[0]

    @property
    def target(self) -> str:
        """The target in words."""
        if self.at_least is not None:
            return f"≥ {self.at_least:g}"
        return "reported" if self.at_most is None else f"≤ {self.at_most:g}"

    def is_met(self, value: float) -> bool:
        """Say whether a value is where it should be."""
        return value >= (self.at_least or 0) and value <= (self.at_most or float("inf"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Bench:
    """Sides, the ratios between their figures, and the nodes and processes that they need."""

    name: str
    unit: str
    ratios: Sequence[Ratio]
    open: Callable[[frozenset[str]], AbstractAsyncContextManager[Sequence[Side]]]
    """Prepare what the sides of these names need, and give them."""
    worst_of: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """A ratio that is the worst (the greatest) of others."""
    rounds: int | None = None
    """How many, where it is not for the caller to say."""
    partial: bool = False
    """Some of its ratios were left out; its file is another one then."""

    def only(self, keys: Sequence[str]) -> "Bench":
        """Return the bench with these ratios alone, and what they are made of."""
        wanted = {part for key in keys for part in (key, *self.worst_of.get(key, ()))}
        return replace(
            self,
            partial=True,
            ratios=[one for one in self.ratios if one.key in wanted],
            worst_of={key: parts for key, parts in self.worst_of.items() if key in wanted},
        )


async def run(bench: Bench, rounds: int, console: Console) -> Path:
    """Run all sides in turn, round after round; write and show what came of it; return the file."""
    samples: dict[str, list[float]] = {}
    rounds = bench.rounds or rounds
    async with bench.open(frozenset(side for ratio in bench.ratios for side in ratio.sides)) as sides:
        for number in range(rounds):
            for side in sides if number % 2 == 0 else reversed(sides):
                figures = await side.measure()
                for name, value in figures.items():
                    samples.setdefault(name, []).append(value)
                shown = ", ".join(f"{name} {value:,.5g}" for name, value in figures.items())
                console.print(f"  round {number + 1} of {rounds}: {shown}", highlight=False)
    return _report(bench, samples, console)


def _report(bench: Bench, samples: Mapping[str, Sequence[float]], console: Console) -> Path:
    figures = {name: statistics.median(values) for name, values in samples.items()}
    ratios = {one.key: figures[one.of] / figures[one.to] for one in bench.ratios}
    for key, parts in bench.worst_of.items():
        ratios[key] = max(ratios[part] for part in parts)
    _show(bench, figures, ratios, samples, console)
    return _write(bench, figures, ratios, samples)


def _show(
    bench: Bench,
    figures: Figures,
    ratios: Figures,
    samples: Mapping[str, Sequence[float]],
    console: Console,
) -> None:
    table = Table(title=f"{bench.name} ({bench.unit}; medians)", title_justify="left")
    for heading in ("", "median", "lowest", "highest", "target"):
        table.add_column(heading, justify="left" if not heading else "right")
    for name, value in figures.items():
        table.add_row(name, f"{value:,.5g}", f"{min(samples[name]):,.5g}", f"{max(samples[name]):,.5g}", "")
    table.add_section()
    for ratio in bench.ratios:
        value = ratios[ratio.key]
        table.add_row(
            ratio.key, f"{value:.3g}", "", "", f"{ratio.target}{'' if ratio.is_met(value) else '  missed'}"
        )
    for key in bench.worst_of:
        table.add_row(key, f"{ratios[key]:.3g}", "", "", "the worst")
    console.print(table)


def _write(bench: Bench, figures: Figures, ratios: Figures, samples: Mapping[str, Sequence[float]]) -> Path:
    RESULTS.mkdir(parents=True, exist_ok=True)
    file = RESULTS / f"{bench.name}{'.partial' if bench.partial else ''}.json"
    content = {
        "bench": bench.name,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "unit": bench.unit,
        "figures": {name: round(value, 4) for name, value in figures.items()},
        "ratios": {name: round(value, 4) for name, value in ratios.items()},
        "targets": {one.key: one.target for one in bench.ratios},
        "samples": {name: [round(value, 4) for value in values] for name, values in samples.items()},
        "machine": {
            "cores": os.cpu_count(),
            "processor": _processor(),
            "python": platform.python_version(),
            "libraries": {name: version(name) for name in LIBRARIES},
        },
    }
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return file


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
