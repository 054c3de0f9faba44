"""What publishers outside have told, and the broker has confirmed: each has its effect, and once."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from tests.faults.checker.evidence import Acknowledged, Evidence, Json
from tests.faults.checker.verdict import Finding

Effects = Iterator[tuple[str, int]]
"""What there has to be one of, and how many there are."""


def judge_outside(evidence: Evidence) -> Iterator[Finding]:
    """Look for the effect of each confirmed event; more events, or the same again, change nothing."""
    told = {(one.source, one.id) for one in evidence.history}
    for one in evidence.acknowledged:
        if (look := OUTSIDE.get(one.kind)) is None:
            continue
        if (one.ids["source"], one.key) not in told:
            yield Finding("lost", f"{one.kind} {one.key} was confirmed, and is not in the history")
        for what, count in look(evidence, one):
            if count != 1:
                text = f"{one.kind} {one.key} should have led to one {what}: there are {count}"
                yield Finding("lost" if count == 0 else "duplicated", text)
    yield from _each_assessment_is_told(evidence)


def _requested(evidence: Evidence, one: Acknowledged) -> Effects:
    asked = {name: one.ids[name] for name in ("request_id", "firm_id")}
    positions = evidence.collection("matching", "positions").values()
    yield "position", sum(1 for found in positions if _has(found, asked))
    yield "position-opened", sum(1 for event in evidence.events("position-opened") if _has(event.data, asked))


def _assessed(evidence: Evidence, one: Acknowledged) -> Effects:
    """Nothing is known any more of who was erased."""
    record = evidence.collection("intake", "candidates").get(one.ids["candidate_id"], {}).get("record")
    if record:
        wanted = {"publisher": one.ids["source"], "assessment_id": one.ids["assessment_id"]}
        yield "assessment", sum(1 for found in record["assessments"] if _has(found, wanted))


def _reported(evidence: Evidence, one: Acknowledged) -> Effects:
    wanted = {"lesson_id": one.ids["lesson_id"], "attended": one.body["attended"]}
    plans = evidence.collection("scheduling", "plans").values()
    yield (
        "lesson of which that is known",
        sum(1 for plan in plans for lesson in plan["lessons"] if _has(lesson, wanted)),
    )
    yield "lesson-held", sum(1 for event in evidence.events("lesson-held") if _has(event.data, wanted))


def _has(found: Json, wanted: Json) -> bool:
    return all(found.get(name) == value for name, value in wanted.items())


def _each_assessment_is_told(evidence: Evidence) -> Iterator[Finding]:
    """Nothing else changes a candidate's record here."""
    told = Counter(event.data["candidate_id"] for event in evidence.events("candidate-updated"))
    for candidate_id, candidate in evidence.collection("intake", "candidates").items():
        if not candidate.get("record"):
            continue
        known = len(candidate["record"].get("assessments", ()))
        if told[candidate_id] != known:
            text = f"{known} assessments of {candidate_id} are known, and {told[candidate_id]} times it was updated"
            yield Finding("lost" if told[candidate_id] < known else "duplicated", text)


OUTSIDE: Mapping[str, Callable[[Evidence, Acknowledged], Effects]] = {
    "position-requested": _requested,
    "assessment-completed": _assessed,
    "lesson-reported": _reported,
}
"""By kind of event: its effects."""
