"""Places: nobody is let in where there is no room, and what is counted is what is there."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from tests.faults.checker.evidence import Evidence, Json
from tests.faults.checker.verdict import Finding

HOLDS_A_PLACE = frozenset({"applied", "shortlisted"})
HOLDS_HEADCOUNT = frozenset({"open", "accepted"})
HOLDS_A_SEAT = frozenset({"offered", "booked", "attended"})
STAYS = frozenset({"booked", "attended"})


def judge_places(evidence: Evidence) -> Iterator[Finding]:
    """Count rounds' places, positions' headcounts and visits' seats."""
    yield from _rounds(evidence)
    yield from _positions(evidence)
    yield from _visits(evidence)
    yield from _one_at_a_time(evidence)


def _counted(documents: Iterable[Json], field: str, states: frozenset[str]) -> Counter[str]:
    return Counter(str(one[field]) for one in documents if one["state"] in states)


def _room(what: str, *, taken: int, room: int, counted: int) -> Iterator[Finding]:
    if taken > room:
        yield Finding("double_booked", f"{what} has room for {room}, and {taken} have it")
    if taken != counted:
        yield Finding("double_booked", f"{what} counts {counted}, and {taken} have it")


def _rounds(evidence: Evidence) -> Iterator[Finding]:
    applications = evidence.collection("intake", "applications").values()
    taken = _counted(applications, "round_id", HOLDS_A_PLACE)
    for round_id, one in evidence.collection("intake", "rounds").items():
        what = f"round {round_id}"
        yield from _room(what, taken=taken[round_id], room=one["capacity"], counted=one["taken"])


def _positions(evidence: Evidence) -> Iterator[Finding]:
    offers = evidence.collection("matching", "offers").values()
    held = _counted(offers, "position_id", HOLDS_HEADCOUNT)
    accepted = _counted(offers, "position_id", frozenset({"accepted"}))
    for position_id, one in evidence.collection("matching", "positions").items():
        what, headcount = f"position {position_id}", one["requirements"]["headcount"]
        yield from _room(what, taken=held[position_id], room=headcount, counted=one["held"])
        what = f"{what} (accepted)"
        yield from _room(what, taken=accepted[position_id], room=headcount, counted=one["accepted"])


def _visits(evidence: Evidence) -> Iterator[Finding]:
    seats = evidence.collection("scheduling", "seats").values()
    held = _counted(seats, "visit_id", HOLDS_A_SEAT)
    for visit_id, one in evidence.collection("scheduling", "visits").items():
        what = f"visit {visit_id}"
        yield from _room(what, taken=held[visit_id], room=one["seats"], counted=one["held"])


def _one_at_a_time(evidence: Evidence) -> Iterator[Finding]:
    """A match has one offer that stands, a candidate one hire, and one visit at a time."""
    offers = evidence.collection("matching", "offers").values()
    for match_id, count in _counted(offers, "match_id", HOLDS_HEADCOUNT).items():
        if count > 1:
            yield Finding("double_booked", f"match {match_id} has {count} offers that stand")
    for candidate_id, count in _counted(offers, "candidate_id", frozenset({"accepted"})).items():
        if count > 1:
            yield Finding("double_booked", f"candidate {candidate_id} was hired {count} times")
    yield from _stays(evidence.collection("scheduling", "seats"))


def _stays(seats: Mapping[str, Json]) -> Iterator[Finding]:
    stays: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for seat_id, one in seats.items():
        if one["state"] in STAYS:
            stays[one["candidate_id"]].append((one["starts_on"], one["ends_on"], seat_id))
    for booked in stays.values():
        booked.sort()
        for (_, ends_on, first), (starts_on, _, second) in pairwise(booked):
            if starts_on <= ends_on:
                yield Finding("double_booked", f"seats {first} and {second} are on the same days")
