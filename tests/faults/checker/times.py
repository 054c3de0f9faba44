"""Times: no person, firm or room is twice at one time, and no interview takes place twice."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from tests.faults.checker.evidence import Evidence
from tests.faults.checker.verdict import Finding

STANDS = frozenset({"scheduled", "held"})


@dataclass(frozen=True, slots=True, order=True)
class Appointment:
    """A time that something takes of somebody."""

    starts_at: datetime
    ends_at: datetime
    what: str
    """Its id."""


Days = dict[str, list[Appointment]]
"""By person, firm or room."""


def judge_times(evidence: Evidence) -> Iterator[Finding]:
    """Look at what was planned, and at the calendars in which it should stand."""
    planned = _planned(evidence)
    calendars = _calendars(evidence)
    for who, taken in planned.items():
        yield from _twice(who, taken)
        written = {one.what for one in calendars.get(who, ())}
        for one in taken:
            if one.what not in written:
                yield Finding("lost", f"{one.what} of {who} is not in the calendar")
    for who, taken in calendars.items():
        yield from _twice(f"the calendar of {who}", taken)
        known = {one.what for one in planned.get(who, ())}
        for one in taken:
            if one.what not in known:
                yield Finding("stuck", f"{one.what} takes time of {who}, and does not take place")
    yield from _interviewed_twice(evidence)


def _twice(who: str, taken: Sequence[Appointment]) -> Iterator[Finding]:
    in_order = sorted(set(taken))
    for first, second in pairwise(in_order):
        if second.starts_at < first.ends_at:
            text = f"{who} is at {first.what} and at {second.what} at {second.starts_at.isoformat()}"
            yield Finding("double_booked", text)


def _appointment(starts_at: str, ends_at: str, what: str) -> Appointment:
    return Appointment(datetime.fromisoformat(starts_at), datetime.fromisoformat(ends_at), what)


def _planned(evidence: Evidence) -> Days:
    found: Days = defaultdict(list)
    for name in ("interviews", "showcases"):
        for what, one in evidence.collection("scheduling", name).items():
            if one["state"] in STANDS:
                people = [one.get("candidate_id"), one.get("firm_id"), one.get("room_id")]
                people += [*one.get("candidate_ids", ()), *one.get("firm_ids", ())]
                for who in filter(None, people):
                    found[who].append(_appointment(one["starts_at"], one["ends_at"], what))
    for plan in evidence.collection("scheduling", "plans").values():
        for lesson in plan["lessons"]:
            for who in (plan["candidate_id"], lesson["teacher_id"]):
                taken = _appointment(lesson["starts_at"], lesson["ends_at"], lesson["lesson_id"])
                found[who].append(taken)
    return found


def _calendars(evidence: Evidence) -> Days:
    found: Days = defaultdict(list)
    for day in evidence.collection("scheduling", "calendar").values():
        for one in day["busy"]:
            found[day["who"]].append(_appointment(one["starts_at"], one["ends_at"], one["id"]))
    return found


def _interviewed_twice(evidence: Evidence) -> Iterator[Finding]:
    """A match has one interview that stands; after a no-show there may be another."""
    interviews = evidence.collection("scheduling", "interviews").values()
    standing = Counter(
        one["match_id"] for one in interviews if one["state"] in STANDS and one.get("outcome") != "no-show"
    )
    for match_id, count in standing.items():
        if count > 1:
            yield Finding("double_booked", f"match {match_id} has {count} interviews")
