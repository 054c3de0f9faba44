"""Small evidence by hand: the traces that one hire leaves, as they should be, and ways to change them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.faults.checker.contract import READS, TOLD
from tests.faults.checker.evidence import Acknowledged, Entry, Evidence, Json, Mail, Told
from tests.faults.checker.telling import expected_messages
from tests.unit.faults.hire import (
    APPLICATION,
    CANDIDATE,
    INTERVIEW,
    MATCH,
    MOVE,
    NOW,
    OFFER,
    OUTSIDE,
    SHOWCASE,
    STAFF,
    STORY,
    VISIT,
    of_intake,
    of_matching,
    of_notifications,
    of_scheduling,
)


def entry(service: str, kind: str, subject: str, sequence: int, data: Json, number: int) -> Entry:
    """Make an outbox entry that was published; ``number`` makes its id and its time."""
    return Entry(
        service=service,
        id=f"{number:032x}",
        subject=subject,
        state="published",
        source=f"/{service}",
        type=f"{kind}.v1",
        sequence=sequence,
        time=NOW - timedelta(days=1) + timedelta(seconds=number),
        digest=hashlib.sha256(json.dumps(dict(data)).encode()).hexdigest(),
        data=data,
    )


def told(one: Entry) -> Told:
    """Make the entry's appearance in the history."""
    return Told(
        id=one.id,
        source=one.source or "",
        type=one.type or "",
        subject=one.subject,
        sequence=one.sequence,
        digest=one.digest,
        headers={"cloudEvents_id": one.id},
    )


def clean() -> Evidence:
    """Make the evidence of one hire, with nothing wrong."""
    story = _decided(STORY, start=100)
    messages = _messages(story)
    sent = [
        ("notifications", "message-sent", one["_id"], {"message_id": one["_id"]})
        for one in messages.values()
        if one["state"] == "sent"
    ]
    private = Entry(service="intake", id=f"{99:032x}", subject=CANDIDATE, state="published")
    outbox = [*story, *_decided(sent, start=300)]
    return Evidence(
        now=NOW,
        acknowledged=_acknowledged(),
        documents=_documents(outbox, messages),
        outbox=(private, *outbox),
        inbox=_inbox(outbox, private),
        history=(*map(told, outbox), *_told_outside()),
        queues={"matching.events": 0},
        mails=tuple(
            Mail(message_id=one["_id"], filed_at=NOW) for one in messages.values() if one["state"] == "sent"
        ),
        shown={"offers": {OFFER: "accepted"}, "applications": {APPLICATION: "shortlisted"}},
    )


def _decided(told_of: Sequence[tuple[str, str, str, Json]], start: int) -> list[Entry]:
    counts: dict[tuple[str, str], int] = {}
    found: list[Entry] = []
    for number, (service, kind, subject, data) in enumerate(told_of, start=start):
        counts[service, subject] = counts.get((service, subject), 0) + 1
        found.append(entry(service, kind, subject, counts[service, subject], data, number))
    return found


def _told_outside() -> tuple[Told, ...]:
    return tuple(
        Told(
            id=f"{number:032x}",
            source=source,
            type=f"{kind}.v1",
            subject=subject,
            sequence=None,
            digest=kind,
            headers={"cloudEvents_id": f"{number:032x}"},
        )
        for number, (source, kind, subject, _) in enumerate(OUTSIDE, start=700)
    )


def _inbox(outbox: Sequence[Entry], private: Entry) -> dict[str, tuple[str, ...]]:
    found = {
        service: tuple(
            f"{one.source}:{one.id}" for one in outbox if (one.type or "").partition(".")[0] in kinds
        )
        for service, kinds in READS.items()
    }
    found["notifications"] += (f"private:{private.id}",)
    for one in _told_outside():
        for service, kinds in READS.items():
            found[service] += (f"{one.source}:{one.id}",) if one.type.partition(".")[0] in kinds else ()
    return found


def _messages(story: Sequence[Entry]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    gathered = {row.template for rows in TOLD.values() for row in rows if row.gathered}
    for number, (recipient, template, happened) in enumerate(
        expected_messages(Evidence(now=NOW, outbox=story), [STAFF]), start=500
    ):
        message_id = f"{number:032x}"
        found[message_id] = {
            "_id": message_id,
            "recipient_id": recipient,
            "role": "staff" if recipient == STAFF else "candidate",
            "template": template,
            "happened_at": happened,
            "gathered": template in gathered,
            "facts": [{}],
            "state": "sent",
            "ended_at": NOW.isoformat(),
        }
    return found


def _acknowledged() -> tuple[Acknowledged, ...]:
    seat = {"visit_id": VISIT, "candidate_id": CANDIDATE}
    return (
        Acknowledged(kind="application", key="a", ids={"application_id": APPLICATION}),
        Acknowledged(kind="shortlisting", ids={"application_id": APPLICATION}),
        Acknowledged(kind="match-acceptance", ids={"match_id": MATCH, "by": "firm"}),
        Acknowledged(kind="seat", ids=seat),
        Acknowledged(kind="plan", ids={"visit_id": VISIT}, body={"planned": [{"interview_id": INTERVIEW}]}),
        Acknowledged(kind="offer", key="o", ids={"offer_id": OFFER}),
        Acknowledged(kind="offer-acceptance", ids={"offer_id": OFFER}),
        Acknowledged(kind="showcase", ids={"visit_id": VISIT}, body={"items": [{"showcase_id": SHOWCASE}]}),
        Acknowledged(kind="relocation-step", ids={"relocation_id": MOVE, "step": "visa"}),
        *(
            Acknowledged(kind=kind, key=one.id, ids={"source": source, **ids}, body={**ids, "attended": True})
            for one, (source, kind, _, ids) in zip(_told_outside(), OUTSIDE, strict=True)
        ),
    )


def _documents(
    outbox: Sequence[Entry], messages: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Mapping[str, Mapping[str, Json]]]:
    counted = {(one.service, one.subject): one.sequence for one in outbox}
    documents: Mapping[str, Mapping[str, Mapping[str, Json]]] = {
        "intake": of_intake(),
        "matching": of_matching(),
        "scheduling": of_scheduling(),
        "notifications": of_notifications() | {"messages": messages},
    }
    return {
        service: {
            collection: {
                name: {"_id": name, "sequence": counted.get((service, name), 0), **document}
                for name, document in found.items()
            }
            for collection, found in collections.items()
        }
        for service, collections in documents.items()
    }


def changed(evidence: Evidence, service: str, collection: str, name: str, **values: Any) -> Evidence:
    """Change a document."""
    before = evidence.collection(service, collection).get(name, {"_id": name, "sequence": 0})
    return _with(evidence, service, collection, {name: {**before, **values}})


def twice(evidence: Evidence, service: str, collection: str, name: str, **values: Any) -> Evidence:
    """Have a document there once more, under another id, with no event about it."""
    other = "f" * 32
    document = evidence.collection(service, collection)[name]
    again = {other: {**document, "_id": other, "sequence": 0, **values}}
    return _with(evidence, service, collection, again)


def without(evidence: Evidence, service: str, collection: str, name: str) -> Evidence:
    """Have a document gone."""
    kept = {key: value for key, value in evidence.collection(service, collection).items() if key != name}
    collections = {**evidence.documents[service], collection: kept}
    return replace(evidence, documents={**evidence.documents, service: collections})


def _with(evidence: Evidence, service: str, collection: str, more: Mapping[str, Json]) -> Evidence:
    documents = {**evidence.collection(service, collection), **more}
    collections = {**evidence.documents[service], collection: documents}
    return replace(evidence, documents={**evidence.documents, service: collections})


def event(evidence: Evidence, kind: str) -> Entry:
    """Return the last event of a type."""
    return evidence.events(kind)[-1]


def decided(evidence: Evidence, *entries: Entry) -> Evidence:
    """Have more decided, told and handled."""
    inbox = {
        service: (*keys, *(f"{one.source}:{one.id}" for one in entries if _reads(service, one)))
        for service, keys in evidence.inbox.items()
    }
    return replace(
        evidence,
        outbox=(*evidence.outbox, *entries),
        history=(*evidence.history, *map(told, entries)),
        inbox=inbox,
    )


def _reads(service: str, one: Entry) -> bool:
    return (one.type or "").partition(".")[0] in READS[service]
