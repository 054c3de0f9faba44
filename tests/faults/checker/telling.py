"""Messages: one for each event, recipient and template; of gathered ones, one for each template, recipient and date."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tests.faults.checker.contract import TOLD, Row
from tests.faults.checker.evidence import Entry, Evidence, Json
from tests.faults.checker.verdict import Finding

NOTICES = frozenset({"already-applied", "link"})
"""Templates without a public event."""
Key = tuple[str, str, str]
"""Recipient, template, and when what it tells happened (empty for a gathered one)."""


def judge_telling(evidence: Evidence) -> Iterator[Finding]:
    """Compare the messages with who is to be told what."""
    messages = list(evidence.collection("notifications", "messages").values())
    yield from _each_once(evidence, messages)
    yield from _one_a_day(evidence, messages)
    yield from _repeats_are_answered(evidence, messages)
    for one in messages:
        if one["state"] == "failed":
            reason = one.get("reason")
            yield Finding("lost", f"message {one['_id']} ({one['template']}) was not sent: {reason}")
        elif one["state"] in {"waiting", "queued"}:
            yield Finding("stuck", f"message {one['_id']} ({one['template']}) is still {one['state']}")


def _each_once(evidence: Evidence, messages: Sequence[Json]) -> Iterator[Finding]:
    staff = sorted({one["recipient_id"] for one in messages if one["role"] == "staff"})
    expected = Counter(expected_messages(evidence, staff or ["staff"]))
    found: Counter[Key] = Counter()
    for one in messages:
        if one["template"] not in NOTICES:
            happened, told = (None, len(one["facts"])) if one["gathered"] else (one["happened_at"], 1)
            found[one["recipient_id"], one["template"], _moment(happened)] += told
    for key in expected.keys() | found.keys():
        recipient, template, happened = key
        more = found[key] - expected[key]
        what = f"{template} to {recipient}{happened and f' of what happened at {happened}'}"
        if more > 0:
            yield Finding("duplicated", f"{what}: told {found[key]} times instead of {expected[key]}")
        elif more < 0 and not _is_erased(evidence, recipient):  # who was erased is told nothing more
            yield Finding("lost", f"{what}: told {found[key]} times instead of {expected[key]}")


def _moment(moment: object) -> str:
    """Write a moment as events have it: to the millisecond, in UTC."""
    if moment is None:
        return ""
    parsed = moment if isinstance(moment, datetime) else datetime.fromisoformat(str(moment))
    return parsed.astimezone(UTC).isoformat(timespec="milliseconds")


def _is_erased(evidence: Evidence, person_id: str) -> bool:
    return bool(evidence.collection("notifications", "people").get(person_id, {}).get("erased"))


def expected_messages(evidence: Evidence, staff: Sequence[str]) -> Iterator[Key]:
    """Yield every message that the events lead to; what is to be gathered, once for each event."""
    for kind, rows in TOLD.items():
        for event in evidence.events(kind):
            for row in rows:
                for recipient in _recipients(row, event, staff):
                    yield recipient, row.template, _moment(None if row.gathered else event.time)


def _recipients(row: Row, event: Entry, staff: Sequence[str]) -> Iterable[str]:
    """Return whom this is told; what an erasure brought about is not told to who was erased."""
    said = event.data.get(row.field) if row.field else None
    if row.field and not (said == row.value or (row.value == "any" and said is not None)):
        return ()
    role = _owner(event) if row.role == "owner" else row.role
    if role == "staff":
        return staff
    if role == "candidate" and event.data.get("reason") == "erased":
        return ()
    if role == "teacher" and "lessons" in event.data:
        return dict.fromkeys(one["teacher_id"] for one in event.data["lessons"])
    several = event.data.get(f"{role}_ids", ())
    one = event.data.get(f"{role}_id")
    return dict.fromkeys(several if one is None else [one])


def _owner(event: Entry) -> str:
    """Return who sees to a step: staff also to one that is a firm's where nobody says which firm."""
    owner = event.data.get("owner")
    return owner if owner == "candidate" or (owner == "firm" and "firm_id" in event.data) else "staff"


def _one_a_day(evidence: Evidence, messages: Sequence[Json]) -> Iterator[Finding]:
    """What was gathered for a day went in one message."""
    sent: dict[Key, list[str]] = defaultdict(list)
    for one in messages:
        if one["gathered"] and one["state"] == "sent":
            person = evidence.collection("notifications", "people").get(one["recipient_id"], {})
            zone = ZoneInfo(person.get("time_zone") or "UTC")
            day = datetime.fromisoformat(one["ended_at"]).astimezone(zone).date()
            sent[one["recipient_id"], one["template"], day.isoformat()].append(one["_id"])
    for (recipient, template, date), ids in sent.items():
        if len(ids) > 1:
            yield Finding("duplicated", f"{template} to {recipient} went {len(ids)} times on {date}: {ids}")


def _repeats_are_answered(evidence: Evidence, messages: Sequence[Json]) -> Iterator[Finding]:
    """Who applies twice in a round is told so, once for each time."""
    applications = evidence.collection("intake", "applications").values()
    expected = Counter(one["candidate_id"] for one in applications if one["state"] == "repeat")
    found = Counter(one["recipient_id"] for one in messages if one["template"] == "already-applied")
    for candidate_id in expected.keys() | found.keys():
        if _is_erased(evidence, candidate_id) or expected[candidate_id] == found[candidate_id]:
            continue
        text = (
            f"{candidate_id} applied again {expected[candidate_id]} times, and was told {found[candidate_id]}"
        )
        yield Finding("lost" if found[candidate_id] < expected[candidate_id] else "duplicated", text)
