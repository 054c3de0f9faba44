"""What each service waits for, and what it refuses: its README and the events' descriptions, as a model of a few sets.

A world is what a service knows; it is told of every event that was taken in, in the order of publishing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.contract.fuzzing.envelopes import Envelope

Json = Any
WAITS = "predecessor-missing"
MOST_SKILLS = 100


@dataclass(kw_only=True)
class World:
    """What a service knows when the storm begins, and learns in it."""

    service: str
    publishers: Mapping[str, frozenset[str]]
    """Outside publishers who are listened to, with the firms that each may speak for."""
    candidates: set[str] = field(default_factory=set)
    firms: set[str] = field(default_factory=set)
    titles: set[str] = field(default_factory=set)
    """Positions whose title is known."""
    zones: set[str] = field(default_factory=set)
    """People whose time zone is known."""
    matches: set[str] = field(default_factory=set)
    lessons: Mapping[str, str] = field(default_factory=dict)
    """Lessons, each with its learner."""
    over: frozenset[str] = frozenset()
    """Those of them that are over."""
    said: dict[tuple[str, ...], Json] = field(default_factory=dict)
    """What outside publishers have asked for or reported, by their own ids."""
    skills: dict[str, set[str]] = field(default_factory=dict)
    """Names of skills that were ever said of a candidate."""
    erased: set[str] = field(default_factory=set)
    """Candidates of whom nothing is taken in any more: that is how an event about them is taken in."""
    ended: set[tuple[str, str]] = field(default_factory=set)
    """Applications that have ended, or are shortlisted: a shortlisting of theirs changes nothing."""

    def objections(self, envelope: Envelope, data: Json) -> frozenset[str]:
        """Return the reasons for which a good event is not taken in now; several are alternatives. None: it is."""
        objects = _OBJECTIONS.get((self.service, envelope.type))
        found = "" if objects is None else objects(self, envelope, data)
        return frozenset(found.split())

    def may_object(self, envelope: Envelope, data: Json) -> frozenset[str]:
        """Return reasons for which an event may be parked where the model does not know enough."""
        if envelope.type != "assessment-completed.v1":
            return frozenset()
        names = self.skills.get(data["candidate_id"], set()) | _names(data)
        return frozenset({"too-many-skills"} if len(names) > MOST_SKILLS else ())

    def learn(self, envelope: Envelope, data: Json) -> None:
        """Take in what an event tells."""
        match envelope.type.rpartition(".")[0]:
            case "candidate-applied" | "candidate-updated":
                self.candidates.add(data["candidate_id"])
                self.zones.add(data["candidate_id"])
            case "candidate-declined" | "candidate-withdrawn" | "candidate-shortlisted":
                self.ended.add((data["candidate_id"], data["application_id"]))
                if self.service == "scheduling":
                    self.candidates.add(data["candidate_id"])
            case "candidate-erased":
                self.candidates.add(data["candidate_id"])
                self.erased.add(data["candidate_id"])
                self.zones.add(data["candidate_id"])  # nothing is asked of who was erased
            case "firm-registered" | "firm-changed":
                self.firms.add(data["firm_id"])
                self.zones.add(data["firm_id"])
            case "position-opened" | "position-changed":
                self.titles.add(data["position_id"])
            case "position-requested":
                self.said.setdefault(_request(envelope, data), _asked(data))
            case "assessment-completed":
                self.said.setdefault(_assessment(envelope, data), _worth(data))
                self.skills.setdefault(data["candidate_id"], set()).update(_names(data))
            case "lesson-reported":
                self.said.setdefault((data["lesson_id"],), data["attended"])

    def may(self, envelope: Envelope, firm_id: str = "*") -> bool:
        """Say whether who published this is listened to."""
        return bool({"*", firm_id} & self.publishers.get(envelope.publisher, frozenset()))


def _assessed(world: World, envelope: Envelope, data: Json) -> str:
    if not world.may(envelope):
        return "publisher-not-allowed"
    if data["candidate_id"] not in world.candidates:
        return "unknown-candidate"
    if data["candidate_id"] in world.erased:
        return ""
    known = world.said.get(_assessment(envelope, data))
    return "" if known is None or known == _worth(data) else "assessment-reused"


def _requested(world: World, envelope: Envelope, data: Json) -> str:
    if not world.may(envelope, data["firm_id"]):
        return "publisher-not-allowed"
    known = world.said.get(_request(envelope, data))
    if known is not None:
        return "" if known == _asked(data) else "request-reused"
    if data["firm_id"] in world.firms:
        return ""
    return WAITS if data["firm_id"] in world.publishers[envelope.publisher] else "unknown-firm"


def _reported(world: World, envelope: Envelope, data: Json) -> str:
    if not world.may(envelope):
        return "publisher-not-allowed"
    if data["lesson_id"] not in world.lessons:
        return "unknown-lesson"
    is_over, erased = data["lesson_id"] in world.over, data["candidate_id"] in world.erased
    dropped = "" if is_over else "unknown-lesson"  # by what has come meanwhile about its learner, perhaps
    if world.lessons[data["lesson_id"]] != data["candidate_id"]:
        return f"other-learner {dropped}"
    if not is_over:
        return dropped if erased else f"{WAITS} {dropped}"
    if erased:
        return ""
    known = world.said.get((data["lesson_id"],))
    return "" if known is None or known == data["attended"] else "reported-otherwise"


def _shortlisted(world: World, _: Envelope, data: Json) -> str:
    known = data["candidate_id"] in world.candidates
    return "" if known or (data["candidate_id"], data["application_id"]) in world.ended else WAITS


def _of_match(world: World, _: Envelope, data: Json) -> str:
    return "" if data["match_id"] in world.matches else WAITS


def _of_candidate(world: World, _: Envelope, data: Json) -> str:
    return "" if data["candidate_id"] in world.candidates else WAITS


def _of_firm(world: World, _: Envelope, data: Json) -> str:
    return "" if data["firm_id"] in world.firms else WAITS


def _of_title(world: World, envelope: Envelope, data: Json) -> str:
    return _of_firm(world, envelope, data) if data["position_id"] in world.titles else WAITS


def _of_proposal(world: World, envelope: Envelope, data: Json) -> str:
    zones = {data["candidate_id"], data["firm_id"]} <= world.zones
    return _of_title(world, envelope, data) if zones else WAITS


def _if_complete(world: World, envelope: Envelope, data: Json) -> str:
    return _of_title(world, envelope, data) if data["complete"] else ""


def _if_filled(world: World, envelope: Envelope, data: Json) -> str:
    return _of_firm(world, envelope, data) if data["reason"] == "filled" else ""


def _of_teachers(world: World, _: Envelope, data: Json) -> str:
    teachers = [one["teacher_id"] for one in data.get("lessons", [data])]
    return "" if world.zones.issuperset(teachers) else WAITS


def _request(envelope: Envelope, data: Json) -> tuple[str, ...]:
    return envelope.source, data["request_id"]


def _assessment(envelope: Envelope, data: Json) -> tuple[str, ...]:
    return envelope.source, data["candidate_id"], data["assessment_id"]


def _asked(data: Json) -> Json:
    return data["firm_id"], data["requirements"]


def _worth(data: Json) -> Json:
    return [(one["name"], one["years"]) for one in data["skills"]]


def _names(data: Json) -> set[str]:
    return {str(one["name"]).casefold() for one in data["skills"]}


_OBJECTIONS = {
    ("intake", "assessment-completed.v1"): _assessed,
    ("matching", "position-requested.v1"): _requested,
    ("matching", "candidate-shortlisted.v1"): _shortlisted,
    ("matching", "interview-held.v1"): _of_match,
    ("scheduling", "lesson-reported.v1"): _reported,
    ("scheduling", "offer-accepted.v1"): _of_candidate,
    ("scheduling", "hire-ended.v1"): _of_candidate,
    ("notifications", "match-proposed.v1"): _of_proposal,
    ("notifications", "match-accepted.v1"): _if_complete,
    ("notifications", "position-closed.v1"): _if_filled,
    ("notifications", "lessons-planned.v1"): _of_teachers,
    ("notifications", "lesson-moved.v1"): _of_teachers,
    ("notifications", "relocation-started.v1"): _of_firm,
    ("notifications", "relocation-step-due.v1"): _of_firm,
    ("notifications", "candidate-relocated.v1"): _of_firm,
    **{
        ("notifications", f"{type_}.v1"): _of_title
        for type_ in (
            "offer-made",
            "offer-withdrawn",
            "offer-expired",
            "offer-accepted",
            "offer-declined",
            "interview-scheduled",
            "interview-moved",
            "interview-cancelled",
        )
    },
}
