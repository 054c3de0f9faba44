"""Acknowledgements: what a client was told was done is in the database, in the outbox, and shown."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.faults.checker.evidence import Acknowledged, Evidence
from tests.faults.checker.outside import OUTSIDE
from tests.faults.checker.verdict import Finding

GONE = frozenset({"declined", "withdrawn", "erased"})


@dataclass(frozen=True, slots=True)
class Rule:
    """Where the thing is that a command was about, in which states it may be now, and which event told of it."""

    service: str
    collection: str
    by: Sequence[str]
    """The ids that name it, joined by dots; as in ``ids``, in the events' data, and in the document's id."""
    event: str | None = None
    states: frozenset[str] | None = None
    """Those of the command and the later ones; None: any."""
    later: str | None = None
    """An event after which it may be in any state."""
    creates: bool = False


def _states(*states: str) -> frozenset[str]:
    return frozenset(states)


_APPLICATION = ("intake", "applications", ("application_id",))
_MATCH = ("matching", "matches", ("match_id",))
_OFFER = ("matching", "offers", ("offer_id",))
_SEAT = ("scheduling", "seats", ("visit_id", "candidate_id"))
_INTERVIEW = ("scheduling", "interviews", ("interview_id",))
_SHOWCASE = ("scheduling", "showcases", ("showcase_id",))
_RELOCATION = ("scheduling", "relocations", ("relocation_id",))
RULES: Mapping[str, Rule] = {
    "round": Rule("intake", "rounds", ("round_id",), creates=True),
    "round-closing": Rule("intake", "rounds", ("round_id",), "round-closed", _states("closed")),
    "application": Rule(*_APPLICATION, "candidate-applied", creates=True),
    "shortlisting": Rule(*_APPLICATION, "candidate-shortlisted", _states("shortlisted") | GONE),
    "promotion": Rule(*_APPLICATION, "candidate-promoted", _states("applied", "shortlisted") | GONE),
    "decline": Rule(*_APPLICATION, "candidate-declined", _states("declined", "erased")),
    "withdrawal": Rule(*_APPLICATION, "candidate-withdrawn", _states("withdrawn", "erased")),
    "erasure": Rule("intake", "candidates", ("candidate_id",), "candidate-erased"),
    "firm": Rule("matching", "firms", ("firm_id",), "firm-registered", creates=True),
    "position": Rule("matching", "positions", ("position_id",), "position-opened", creates=True),
    "position-closing": Rule("matching", "positions", ("position_id",), "position-closed", _states("closed")),
    "match-acceptance": Rule(*_MATCH, "match-accepted"),
    "match-decline": Rule(*_MATCH, "match-declined", _states("ended")),
    "offer": Rule(*_OFFER, "offer-made", creates=True),
    "offer-acceptance": Rule(*_OFFER, "offer-accepted", _states("accepted", "withdrawn")),
    "offer-decline": Rule(*_OFFER, "offer-declined", _states("declined")),
    "offer-withdrawal": Rule(*_OFFER, "offer-withdrawn", _states("withdrawn")),
    "visit": Rule("scheduling", "visits", ("visit_id",), "visit-opened", creates=True),
    "visit-closing": Rule("scheduling", "visits", ("visit_id",), "visit-closed", _states("closed")),
    "room": Rule("scheduling", "rooms", ("room_id",), creates=True),
    "teacher": Rule("scheduling", "teachers", ("teacher_id",), creates=True),
    "invitations": Rule("scheduling", "visits", ("visit_id",)),
    "plan": Rule("scheduling", "visits", ("visit_id",)),
    "seat": Rule(*_SEAT, "visit-booked", _states("booked", "attended", "cancelled"), later="visit-cancelled"),
    "seat-decline": Rule(*_SEAT, "visit-declined"),
    "seat-cancellation": Rule(*_SEAT, "visit-cancelled"),
    "attendance": Rule(*_SEAT, "visit-attended", _states("attended")),
    "interview": Rule(*_INTERVIEW, "interview-scheduled", creates=True),
    "interview-cancellation": Rule(*_INTERVIEW, "interview-cancelled", _states("cancelled")),
    "outcome": Rule(*_INTERVIEW, "interview-held", _states("held")),
    "showcase": Rule("scheduling", "visits", ("visit_id",)),
    "team": Rule(*_SHOWCASE, "showcase-scheduled", _states("scheduled", "held", "cancelled")),
    "relocation-step": Rule(*_RELOCATION, "relocation-step-done"),
}
"""By kind of command."""
KNOWN: Mapping[str, tuple[str, str]] = {
    "round_id": ("intake", "rounds"),
    "application_id": ("intake", "applications"),
    "firm_id": ("matching", "firms"),
    "position_id": ("matching", "positions"),
    "match_id": ("matching", "matches"),
    "offer_id": ("matching", "offers"),
    "visit_id": ("scheduling", "visits"),
    "interview_id": ("scheduling", "interviews"),
    "room_id": ("scheduling", "rooms"),
    "teacher_id": ("scheduling", "teachers"),
    "showcase_id": ("scheduling", "showcases"),
    "plan_id": ("scheduling", "plans"),
    "relocation_id": ("scheduling", "relocations"),
}
"""Where what an acknowledgement names has to be, whatever it was about. A candidate's id may stand for nobody."""
EXACTLY = ("by", "step")
"""What an event says beside which thing it is about, where a command was about that."""
NO_EVENT = frozenset({"repeat", "erased"})
"""Of an application: one that came again has no event, and of one that was erased nobody knows whether it had."""


def judge_acknowledging(evidence: Evidence) -> Iterator[Finding]:
    """Look for everything that was acknowledged."""
    told = _Told(evidence)
    for one in _with_plans(evidence.acknowledged):
        if one.kind in OUTSIDE:  # which is a matter of its own
            continue
        yield from _is_there(evidence, one)
        if (rule := RULES.get(one.kind)) is None:
            yield Finding(
                "lost", f"{one.kind} ({one.key}) was acknowledged, and nobody knows where to look for it"
            )
        else:
            yield from _has_happened(evidence, told, one, rule)
    yield from _each_its_own(evidence)
    yield from _shown_as_kept(evidence)


def _with_plans(acknowledged: Sequence[Acknowledged]) -> Iterator[Acknowledged]:
    """A plan acknowledges each interview that it planned, a demo day each team's showcase."""
    for one in acknowledged:
        yield one
        for team in one.body.get("items", ()) if one.kind == "showcase" else ():
            yield Acknowledged(kind="team", ids={"showcase_id": team["showcase_id"]})
        for planned in one.body.get("planned", ()) if one.kind == "plan" else ():
            yield Acknowledged(kind="interview", ids={"interview_id": planned["interview_id"]})


def _is_there(evidence: Evidence, one: Acknowledged) -> Iterator[Finding]:
    for name, value in one.ids.items():
        if name in KNOWN and value not in evidence.collection(*KNOWN[name]):
            yield Finding("lost", f"{one.kind} ({one.key}) was acknowledged, and there is no {name} {value}")


class _Told:
    """Which events were decided of which things."""

    def __init__(self, evidence: Evidence) -> None:
        self._by_kind: dict[str, list[Mapping[str, object]]] = defaultdict(list)
        self._known: dict[tuple[str, tuple[str, ...]], set[tuple[str, ...]]] = {}
        for entry in evidence.outbox:
            if entry.type is not None:
                self._by_kind[entry.type.partition(".")[0]].append(entry.data)

    def of(self, kind: str, ids: Mapping[str, str]) -> bool:
        """Say whether such an event tells of a thing with all these ids."""
        names = tuple(sorted(ids))
        if (kind, names) not in self._known:
            self._known[kind, names] = {
                tuple(str(data.get(name)) for name in names) for data in self._by_kind[kind]
            }
        return tuple(ids[name] for name in names) in self._known[kind, names]


def _has_happened(evidence: Evidence, told: _Told, one: Acknowledged, rule: Rule) -> Iterator[Finding]:
    ids = {name: one.ids.get(name, "") for name in rule.by}
    name = ".".join(ids.values())
    what = f"{one.kind} of {name} was acknowledged"
    document = evidence.collection(rule.service, rule.collection).get(name)
    if document is None:
        yield Finding("lost", f"{what}, and there is no such thing")
        return
    state = str(document.get("state"))
    if rule.states is not None and state not in rule.states and not (rule.later and told.of(rule.later, ids)):
        yield Finding("lost", f"{what}, and it is {state}")
    exact = ids | {name: one.ids[name] for name in EXACTLY if name in one.ids}
    is_told = rule.event is None or told.of(rule.event, exact)
    if not is_told and not (one.kind == "application" and state in NO_EVENT):
        yield Finding("lost", f"{what}, and no {rule.event} tells of it")
    shown = evidence.shown.get(rule.collection)
    if shown is not None and name not in shown:
        yield Finding("lost", f"{what}, and {rule.service} does not show it")


def _each_its_own(evidence: Evidence) -> Iterator[Finding]:
    """Each key that created something created one thing, and no other key the same."""
    things: dict[tuple[str, str], set[str]] = defaultdict(set)
    keys: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in evidence.acknowledged:
        rule = RULES.get(one.kind)
        if rule is not None and rule.creates and one.key:
            name = ".".join(one.ids.get(field, "") for field in rule.by)
            things[one.kind, one.key].add(name)
            keys[one.kind, name].add(one.key)
    for (kind, key), names in things.items():
        if len(names) > 1:
            yield Finding(
                "duplicated", f"{kind} with the key {key} was done {len(names)} times: {sorted(names)}"
            )
    for (kind, name), used in keys.items():
        if len(used) > 1:
            yield Finding("lost", f"{kind} {name} is all that came of the keys {sorted(used)}")


def _shown_as_kept(evidence: Evidence) -> Iterator[Finding]:
    """At rest, the APIs show what the databases hold."""
    services = {collection: service for service, collection in KNOWN.values()} | {
        "seats": "scheduling",
        "messages": "notifications",
    }
    for collection, shown in evidence.shown.items():
        kept = evidence.collection(services[collection], collection)
        for name, document in kept.items():
            if shown.get(name) not in {"", document.get("state")}:
                text = f"{collection} {name} is {document.get('state')}, and shown as {shown.get(name)}"
                yield Finding("lost", text)
