"""The report: what was done, what was acknowledged, and what the checker says."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.checker.verdict import ALLOWED, BROKEN, Verdict
from tests.faults.client import Client
from tests.faults.mischief import Mischief


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What the run was asked to be."""

    seed: int
    minutes: float
    members: int


def report(
    asked: Asked, client: Client, mischief: Mischief, verdict: Verdict, stuck: list[str], notes: list[str]
) -> dict[str, Any]:
    """Return the report. ``stuck`` is what the run itself saw not to come to rest; ``notes`` break no promise."""
    counts = dict(verdict.counts)
    counts["stuck"] += len(stuck)
    return {
        "seed": asked.seed,
        "minutes": asked.minutes,
        "members": asked.members,
        "faults": dict(sorted(mischief.done.items())) | {"total": mischief.done.total()},
        "acknowledged": dict(sorted(client.acknowledged.items())) | {"total": client.acknowledged.total()},
        **counts,
        "recovery_seconds": mischief.recovery.summary,
        "requests": {
            "refused": dict(sorted(client.refused.items())),
            "sent_again": client.repeated,
            "given_up": len(client.given_up),
        },
        "findings": [*stuck, *(f"{one.promise}: {one.text}" for one in verdict.findings)],
        "notes": notes,
    }


def write(file: Path, found: dict[str, Any]) -> None:
    """Write the report."""
    file.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def is_sound(found: dict[str, Any]) -> bool:
    """Say whether every promise was kept."""
    return not any(found[name] for name in BROKEN)


def summary(found: dict[str, Any]) -> str:
    """Return a few lines for whoever waits at the terminal."""
    promises = ", ".join(f"{name} {found[name]}" for name in BROKEN)
    recovery = found["recovery_seconds"]
    lines = [
        f"{found['faults']['total']} faults, {found['acknowledged']['total']} commands acknowledged (seed {found['seed']})",
        promises,
        f"{', '.join(f'{name} {found[name]}' for name in ('republished', *sorted(ALLOWED)))} (allowed)",
        f"ready again after {recovery['median']} s (median), {recovery['worst']} s (worst)",
        *(f"  {text}" for text in found["findings"][:20]),
    ]
    return "\n".join(lines)
