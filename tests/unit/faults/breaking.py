"""Ways to break each promise, by what is then wrong."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from tests.faults.checker.evidence import Acknowledged, Due, Evidence, Injected, Json, Mail, Parked
from tests.faults.checker.verdict import Promise
from tests.unit.faults.builders import changed, decided, entry, event, told, twice, without
from tests.unit.faults.hire import (
    APPLICATION,
    ASSESSED,
    CANDIDATE,
    FIRM,
    HELD,
    INTERVIEW,
    MATCH,
    MOVE,
    NOW,
    OFFER,
    PLAN,
    POSITION,
    ROUND,
    SEAT,
    SHOWCASE,
    TEAM,
    VISIT,
)

Break = Callable[[Evidence], Evidence]
HOUR = timedelta(hours=1)


def untold(evidence: Evidence, kind: str) -> Evidence:
    gone = event(evidence, kind).id
    return replace(evidence, history=tuple(one for one in evidence.history if one.id != gone))


def undecided(evidence: Evidence, kind: str) -> Evidence:
    gone = event(evidence, kind).id
    return replace(evidence, outbox=tuple(one for one in evidence.outbox if one.id != gone))


def unhandled(evidence: Evidence, service: str, kind: str) -> Evidence:
    gone = event(evidence, kind).id
    kept = tuple(key for key in evidence.inbox[service] if not key.endswith(gone))
    return replace(evidence, inbox={**evidence.inbox, service: kept})


def message(evidence: Evidence, template: str) -> str:
    messages = evidence.collection("notifications", "messages")
    return next(name for name, one in messages.items() if one["template"] == template)


def unsaid(evidence: Evidence, template: str) -> Evidence:
    gone = message(evidence, template)
    mails = tuple(one for one in evidence.mails if one.message_id != gone)
    return replace(without(evidence, "notifications", "messages", gone), mails=mails)


def told_again(evidence: Evidence, **otherwise: object) -> Evidence:
    again = replace(told(event(evidence, "offer-made")), **otherwise)  # type: ignore[arg-type]
    return replace(evidence, history=(*evidence.history, again))


def accepted_again(evidence: Evidence) -> Evidence:
    """Have an offer's acceptance decided once more, as an event and a number of their own."""
    more = entry("matching", "offer-accepted", OFFER, 3, event(evidence, "offer-accepted").data, 900)
    return changed(decided(evidence, more), "matching", "offers", OFFER, sequence=3)


def more(evidence: Evidence, kind: str, collection: str, subject: str, data: Json) -> Evidence:
    """Have scheduling decide one more event, which its document counts."""
    count = len([one for one in evidence.outbox if one.subject == subject]) + 1
    event_too = decided(evidence, entry("scheduling", kind, subject, count, data, 900))
    return changed(event_too, "scheduling", collection, subject, sequence=count)


def updated_again(evidence: Evidence) -> Evidence:
    """Have a candidate's update decided once more, and everybody know of it."""
    again = entry("intake", "candidate-updated", CANDIDATE, 4, {"candidate_id": CANDIDATE}, 900)
    evidence = changed(decided(evidence, again), "intake", "candidates", CANDIDATE, sequence=4)
    for service, collection, field in (
        ("matching", "candidates", "profile_of"),
        ("scheduling", "candidates", "record_sequence"),
        ("notifications", "people", "as_of"),
    ):
        evidence = changed(evidence, service, collection, CANDIDATE, **{field: 4})
    return evidence


def unheard(evidence: Evidence, kind: str) -> Evidence:
    """Have what somebody outside was confirmed neither in the history nor in an inbox."""
    gone = next(one for one in evidence.history if one.type.startswith(kind))
    inbox = {
        service: tuple(key for key in keys if not key.endswith(gone.id))
        for service, keys in evidence.inbox.items()
    }
    return replace(evidence, inbox=inbox, history=tuple(one for one in evidence.history if one.id != gone.id))


def assessments(evidence: Evidence, *found: Json) -> Evidence:
    record = {"fingerprint": "print", "assessments": list(found)}
    return changed(evidence, "intake", "candidates", CANDIDATE, record=record)


def attended(evidence: Evidence, *, said: bool | None) -> Evidence:
    plan = evidence.collection("scheduling", "plans")[PLAN]
    lessons = [{**one, "attended": said} for one in plan["lessons"]]
    return changed(evidence, "scheduling", "plans", PLAN, lessons=lessons)


def mail_again(evidence: Evidence, after: timedelta = HOUR) -> Evidence:
    first = evidence.mails[0]
    return replace(evidence, mails=(*evidence.mails, replace(first, filed_at=first.filed_at + after)))


def acknowledged(evidence: Evidence, kind: str, **ids: str) -> Evidence:
    more = Acknowledged(kind=kind, key="another", ids=ids)
    return replace(evidence, acknowledged=(*evidence.acknowledged, more))


def parked(evidence: Evidence, message_id: str | None = "g", reason: str | None = "bad-header") -> Evidence:
    return replace(evidence, parked=(Parked(queue="matching.events", message_id=message_id, reason=reason),))


def injected(evidence: Evidence, reason: str | None = None) -> Evidence:
    one = Injected(queue="matching.events", kind="garbage", message_id="g", reason=reason)
    return replace(evidence, injected=(one,))


def due(service: str, after: timedelta) -> tuple[Due, ...]:
    return (Due(service=service, kind="offer-expires", key=OFFER, due_at=NOW + after),)


LOST: dict[str, Break] = {
    "an application that is in no database": lambda it: without(it, "intake", "applications", APPLICATION),
    "an acknowledged offer that is in no database": lambda it: acknowledged(it, "offer", offer_id="e" * 32),
    "an acceptance that no event tells of": lambda it: undecided(it, "offer-accepted"),
    "an acceptance that the offer does not know": lambda it: changed(
        it, "matching", "offers", OFFER, state="open"
    ),
    "one side's acceptance of a match": lambda it: changed(
        it, "matching", "matches", MATCH, accepted_by_firm=False
    ),
    "an acknowledged offer that is not shown": lambda it: replace(it, shown={"offers": {}}),
    "an offer that is shown otherwise than it is": lambda it: replace(it, shown={"offers": {OFFER: "open"}}),
    "an interview of an acknowledged plan": lambda it: without(it, "scheduling", "interviews", INTERVIEW),
    "an outcome that no interview has": lambda it: changed(
        acknowledged(it, "outcome", interview_id=INTERVIEW),
        "scheduling",
        "interviews",
        INTERVIEW,
        state="scheduled",
    ),
    "what a second key asked for": lambda it: acknowledged(it, "application", application_id=APPLICATION),
    "something of an unknown kind": lambda it: acknowledged(it, "whatever", visit_id=VISIT),
    "an event that was decided and never told": lambda it: untold(it, "offer-made"),
    "the number of an event": lambda it: undecided(it, "match-proposed"),
    "a change of a document": lambda it: changed(it, "matching", "offers", OFFER, sequence=1),
    "an event of a document": lambda it: changed(it, "matching", "offers", OFFER, sequence=3),
    "an event that its reader has not had": lambda it: unhandled(it, "scheduling", "offer-accepted"),
    "a private message that notifications has not had": lambda it: replace(
        it, inbox={**it.inbox, "notifications": it.inbox["notifications"][:-1]}
    ),
    "a candidate that matching does not know": lambda it: without(it, "matching", "candidates", CANDIDATE),
    "a shortlisting that had no effect": lambda it: changed(
        it, "scheduling", "candidates", CANDIDATE, applications={APPLICATION: "applied"}
    ),
    "what is newer about a candidate": lambda it: changed(
        it, "matching", "candidates", CANDIDATE, profile_of=0
    ),
    "a contact": lambda it: changed(it, "notifications", "people", CANDIDATE, contact=None),
    "a position in the pool": lambda it: changed(it, "matching", "pools", "pool", positions=[]),
    "a match that scheduling does not know": lambda it: without(it, "scheduling", "matches", MATCH),
    "an interview that matching does not know": lambda it: changed(
        it, "matching", "matches", MATCH, interview=None
    ),
    "a hire without a move": lambda it: without(it, "scheduling", "relocations", MOVE),
    "a message": lambda it: unsaid(it, "offer-made"),
    "a message to staff": lambda it: unsaid(it, "offer-accepted"),
    "a part of what was gathered": lambda it: changed(
        it, "notifications", "messages", message(it, "proposals"), facts=[]
    ),
    "a message that was given up": lambda it: changed(
        it, "notifications", "messages", message(it, "hired"), state="failed"
    ),
    "a mail": lambda it: replace(it, mails=it.mails[1:]),
    "an interview that is in no calendar": lambda it: without(
        it, "scheduling", "calendar", f"{FIRM}:2027-05-10"
    ),
    "garbage that is not parked": injected,
    "what somebody outside was confirmed": lambda it: unheard(it, "lesson-reported"),
    "what somebody outside has told, to its reader": lambda it: replace(it, inbox={**it.inbox, "intake": ()}),
    "a position that was asked for outside": lambda it: changed(
        it, "matching", "positions", POSITION, request_id=None
    ),
    "word of a position that was asked for outside": lambda it: undecided(it, "position-opened"),
    "an assessment": assessments,
    "word of an assessment": lambda it: undecided(it, "candidate-updated"),
    "what a school has reported": lambda it: attended(it, said=None),
    "what a school has reported, which is known otherwise": lambda it: attended(it, said=False),
    "word of a lesson": lambda it: undecided(it, "lesson-held"),
    "the showcase of a team": lambda it: without(it, "scheduling", "showcases", SHOWCASE),
    "word of a showcase": lambda it: undecided(it, "showcase-scheduled"),
    "that a showcase took place": lambda it: changed(
        it, "scheduling", "showcases", SHOWCASE, state="scheduled"
    ),
    "a step of a move": lambda it: changed(
        it, "scheduling", "relocations", MOVE, steps=[{"step": "visa", "is_done": False}]
    ),
    "word of a step": lambda it: undecided(it, "relocation-step-done"),
    "another step than was acknowledged": lambda it: acknowledged(
        it, "relocation-step", relocation_id=MOVE, step="flight"
    ),
}
DUPLICATED: dict[str, Break] = {
    "an event with another body": lambda it: told_again(it, digest="other"),
    "an event with other headers": lambda it: told_again(it, headers={"cloudEvents_id": "other"}),
    "an event that nobody decided": lambda it: told_again(it, id="e" * 32),
    "an event that was told otherwise than decided": lambda it: replace(
        it, history=tuple(replace(one, digest="other") for one in it.history)
    ),
    "a number that two events have": lambda it: decided(
        it, entry("matching", "offer-expired", OFFER, 2, event(it, "offer-made").data, 900)
    ),
    "an acceptance that was decided twice": accepted_again,
    "an inbox entry": lambda it: replace(
        it, inbox={**it.inbox, "matching": (*it.inbox["matching"], it.inbox["matching"][0])}
    ),
    "something handled that was for nobody": lambda it: replace(
        it, inbox={**it.inbox, "matching": (*it.inbox["matching"], "/intake:" + "e" * 32)}
    ),
    "an application in one round": lambda it: twice(it, "intake", "applications", APPLICATION),
    "a person": lambda it: twice(it, "intake", "candidates", CANDIDATE),
    "a match of one candidate and one position": lambda it: twice(it, "matching", "matches", MATCH),
    "a move of one hire": lambda it: twice(it, "scheduling", "relocations", MOVE),
    "a message": lambda it: twice(it, "notifications", "messages", message(it, "offer-made")),
    "what was gathered": lambda it: changed(
        it, "notifications", "messages", message(it, "proposals"), facts=[{}, {}]
    ),
    "a gathered message on one day": lambda it: twice(
        it, "notifications", "messages", message(it, "proposals"), facts=[]
    ),
    "a mail although nobody was killed": mail_again,
    "a mail of no message": lambda it: replace(
        it, mails=(*it.mails, Mail(message_id="e" * 32, filed_at=NOW))
    ),
    "a position that was asked for outside": lambda it: twice(it, "matching", "positions", POSITION, held=0),
    "an assessment": lambda it: assessments(updated_again(it), ASSESSED, ASSESSED),
    "word of an assessment": updated_again,
    "what a school has reported": lambda it: more(it, "lesson-held", "plans", PLAN, HELD),
    "an announcement of a showcase": lambda it: more(it, "showcase-scheduled", "showcases", SHOWCASE, TEAM),
    "that a showcase took place": lambda it: more(it, "showcase-held", "showcases", SHOWCASE, TEAM),
    "a step of a move": lambda it: more(
        it, "relocation-step-done", "relocations", MOVE, event(it, "relocation-step-done").data
    ),
    "what one key asked for": lambda it: acknowledged(
        acknowledged(it, "offer", offer_id=OFFER), "offer", offer_id="e" * 32
    ),
}
DOUBLE_BOOKED: dict[str, Break] = {
    "a position over its headcount": lambda it: changed(
        twice(it, "matching", "offers", OFFER, state="open", match_id="other", candidate_id="other"),
        "matching",
        "positions",
        POSITION,
        held=2,
    ),
    "a headcount that is not counted": lambda it: changed(it, "matching", "positions", POSITION, held=0),
    "a visit over its seats": lambda it: changed(
        twice(it, "scheduling", "seats", SEAT, candidate_id="other"), "scheduling", "visits", VISIT, held=2
    ),
    "a round over its capacity": lambda it: changed(
        twice(it, "intake", "applications", APPLICATION, candidate_id="other"),
        "intake",
        "rounds",
        ROUND,
        taken=2,
    ),
    "two hires of one candidate": lambda it: twice(it, "matching", "offers", OFFER, position_id="other"),
    "two seats in the same days": lambda it: twice(it, "scheduling", "seats", SEAT, visit_id="other"),
    "two interviews of one match": lambda it: twice(it, "scheduling", "interviews", INTERVIEW),
    "two interviews at one time": lambda it: twice(
        it, "scheduling", "interviews", INTERVIEW, match_id="other", starts_at="2027-05-10T01:30:00Z"
    ),
    "two things in one calendar at one time": lambda it: changed(
        it,
        "scheduling",
        "calendar",
        f"{FIRM}:2027-05-10",
        busy=[
            {"id": name, "starts_at": "2027-05-10T01:00:00Z", "ends_at": "2027-05-10T02:00:00Z"}
            for name in (INTERVIEW, "other")
        ],
    ),
}
STUCK: dict[str, Break] = {
    "a message in a queue": lambda it: replace(it, queues={"matching.events": 1}),
    "a queue that is not there": lambda it: replace(it, queues={"matching.events": -1}),
    "what a service says of itself": lambda it: replace(it, unrest=("matching still has outbox: 1",)),
    "an outbox entry": lambda it: replace(
        it, outbox=(replace(it.outbox[0], state="waiting"), *it.outbox[1:])
    ),
    "work for the world outside": lambda it: replace(it, outgoing=due("notifications", -HOUR)),
    "a timer": lambda it: replace(it, timers=due("matching", -HOUR)),
    "a message that waits": lambda it: changed(
        it, "notifications", "messages", message(it, "hired"), state="waiting"
    ),
    "a gathered message without a timer": lambda it: changed(
        it, "notifications", "messages", message(it, "proposals"), state="gathering"
    ),
    "a message in the parking lot": parked,
    "garbage parked for no reason": lambda it: parked(injected(it), reason=None),
    "garbage parked for another reason": lambda it: parked(injected(it, "no-json"), reason="bad-header"),
    "the time of an interview that is off": lambda it: changed(
        it, "scheduling", "interviews", INTERVIEW, state="cancelled"
    ),
}
DISORDERED: dict[str, Break] = {
    "an event that came before its predecessor": lambda it: replace(it, history=tuple(reversed(it.history))),
}
BROKEN: dict[Promise, dict[str, Break]] = {
    "lost": LOST,
    "duplicated": DUPLICATED,
    "double_booked": DOUBLE_BOOKED,
    "stuck": STUCK,
    "disordered": DISORDERED,
}
