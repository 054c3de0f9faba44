"""Steps: what has to be done before a visit or for a move, planned backwards from a day."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Generic, TypeVar

from shared.events.vocabulary import Owner

NameT = TypeVar("NameT", bound=str)


@dataclass(frozen=True, kw_only=True, slots=True)
class Step(Generic[NameT]):
    """Something to be done, by whom, and on which day at the latest."""

    step: NameT
    due_on: date
    owner: Owner
    is_done: bool = False


def backwards(day: date, days_before: int, tomorrow: date) -> date:
    """Return the day that is so many days before another, at the earliest tomorrow."""
    return max(day - timedelta(days=days_before), tomorrow)


def done(steps: tuple[Step[NameT], ...], name: NameT) -> tuple[Step[NameT], ...]:
    """Return the steps with this one done."""
    return tuple(replace(one, is_done=True) if one.step == name else one for one in steps)


def named(steps: tuple[Step[NameT], ...], name: str) -> Step[NameT] | None:
    """Return the step of this name, or None."""
    return next((one for one in steps if one.step == name), None)
