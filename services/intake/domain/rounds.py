"""Rounds of recruiting: when one is open, who has a place, and when it is full."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from shared.events.ids import RoundId
from shared.events.intake import RoundClosed, RoundOpened
from shared.events.vocabulary import RoundClosingReason

RoundState = Literal["planned", "open", "closed"]
RECRUITING = "recruiting"


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """A round of recruiting. Everyone who takes or gives back a place in it writes this document."""

    round_id: RoundId
    capacity: int
    waitlist: int
    opens_on: date
    closes_on: date
    state: RoundState = "planned"
    reason: RoundClosingReason | None = None
    placed: int = 0
    """How many applications were given a place when they came."""
    taken: int = 0
    """How many have a place now."""
    waitlisted: int = 0
    """How many were put on the waitlist."""
    refused: int = 0
    """How many tried when it was closed, by their Idempotency-Keys."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recruiting:
    """The programme's rounds in time: one at a time is open, so one document says which."""

    recruiting_id: str = RECRUITING
    current: RoundId | None = None
    """The round that is open, or was last."""
    periods: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """An application that came when the round was closed: no more than a hash of its key is kept."""

    refusal_id: str
    round_id: RoundId


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an application comes to stand in a round; ``waitlist_place`` counts from one."""

    round: Round
    waitlist_place: int | None


def overlaps(recruiting: Recruiting, opens_on: date, closes_on: date) -> bool:
    """Say whether another round is open on one of these days."""
    return any(first <= closes_on and opens_on <= last for first, last in recruiting.periods)


def plan(recruiting: Recruiting, planned: Round) -> Recruiting:
    """Return the programme's rounds with this one among them."""
    return replace(recruiting, periods=(*recruiting.periods, (planned.opens_on, planned.closes_on)))


def freed(recruiting: Recruiting, ended: Round) -> Recruiting:
    """Let another round be open on the days that were left of one that has closed early."""
    period = (ended.opens_on, ended.closes_on)
    return replace(recruiting, periods=tuple(one for one in recruiting.periods if one != period))


def opened(planned: Round) -> tuple[Round, RoundOpened]:
    """Open a round."""
    event = RoundOpened(
        round_id=planned.round_id,
        capacity=planned.capacity,
        waitlist=planned.waitlist,
        opens_on=planned.opens_on,
        closes_on=planned.closes_on,
    )
    return replace(planned, state="open"), event


def takes_applications(current: Round, today: date) -> bool:
    """Say whether people can apply today: not after the last day, whether or not the round was closed yet."""
    return current.state == "open" and today <= current.closes_on


def place(current: Round) -> Placement:
    """Give the next application its place, or one on the waitlist once all places were given.

    A place that somebody gave back is not given to whoever comes next: staff give it on.
    """
    if current.placed < current.capacity:
        return Placement(replace(current, placed=current.placed + 1, taken=current.taken + 1), None)
    waitlisted = current.waitlisted + 1
    return Placement(replace(current, waitlisted=waitlisted), waitlisted)


def is_full(current: Round) -> bool:
    """Say whether every place and every place on the waitlist was given."""
    return current.placed >= current.capacity and current.waitlisted >= current.waitlist


def closed(current: Round, reason: RoundClosingReason) -> tuple[Round, RoundClosed]:
    """Close a round."""
    event = RoundClosed(
        round_id=current.round_id, reason=reason, taken=current.taken, waitlisted=current.waitlisted
    )
    return replace(current, state="closed", reason=reason), event


def promoted(current: Round) -> Round | None:
    """Give a place that is free to somebody from the waitlist; None where none is free."""
    return replace(current, taken=current.taken + 1) if current.taken < current.capacity else None


def given_back(current: Round) -> Round:
    """Take back the place of an application that has ended."""
    return replace(current, taken=current.taken - 1)
