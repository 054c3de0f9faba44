"""What must be true of a run, whatever happened in it. Each check names what is wrong; none knows the script."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from bson import json_util
from pymongo import AsyncMongoClient

from deploy.demo.facts import Facts
from deploy.demo.history import Told

STEPS_BEFORE_VISIT = 2


@dataclass(frozen=True, slots=True)
class Erased:
    """Somebody who asked to be forgotten, and how much mail there was when everything had come to rest after it."""

    name: str
    email: str
    mails_until_then: int


def confirmations(facts: Facts, languages: Mapping[str, str]) -> Iterator[str]:
    """Each application has its confirmation, in its language (``languages``: by e-mail address)."""
    confirmed = defaultdict(list)
    for letter in facts.letters:
        if letter.template in {"application-received", "application-waitlisted"}:
            confirmed[letter.to].append(letter)
    for address, language in languages.items():
        letters = {letter.message_id: letter for letter in confirmed[address]}
        if len(letters) != 1:
            yield f"{address} got {len(letters)} confirmations instead of one"
        elif (got := next(iter(letters.values())).language) != language:
            yield f"{address} was confirmed in {got}, not in {language}"


def nobody_twice(facts: Facts) -> Iterator[str]:
    """No person, firm or room is twice at one time."""
    times: dict[str, list[tuple[datetime, datetime, str]]] = defaultdict(list)
    for who, start, end, what in _appointments(facts):
        times[who].append((start, end, what))
    for who, booked in times.items():
        booked.sort()
        for (_, first_ends, first), (second_starts, _, second) in pairwise(booked):
            if second_starts < first_ends:
                yield f"{who} is at {first} and at {second} at {second_starts.isoformat()}"


def _appointments(facts: Facts) -> Iterator[tuple[str, datetime, datetime, str]]:
    for told in _standing(facts, "interview-scheduled", "interview-moved", "interview-cancelled"):
        for who in (told.data["candidate_id"], told.data["firm_id"], told.data["place"]):
            yield who, *_time(told.data), f"interview {told.subject}"
    for told in _standing(facts, "showcase-scheduled"):
        for who in (*told.data["candidate_ids"], *told.data["firm_ids"]):
            yield who, *_time(told.data), f"showcase {told.subject}"
    yield from _lessons(facts)


def _lessons(facts: Facts) -> Iterator[tuple[str, datetime, datetime, str]]:
    moved = {told.data["lesson_id"]: told.data for told in facts.of("lesson-moved")}
    for told in facts.of("lessons-planned"):
        for planned in told.data["lessons"]:
            lesson = moved.get(planned["lesson_id"], planned)
            for who in (told.data["candidate_id"], lesson["teacher_id"]):
                yield who, *_time(lesson), f"lesson {planned['lesson_id']}"


def _standing(facts: Facts, *types: str) -> list[Told]:
    """Return each subject's last event of these types, unless that is a cancellation."""
    last = {told.subject: told for told in facts.of(*types)}
    return [told for told in last.values() if not told.type.endswith("-cancelled")]


def _time(data: Mapping[str, Any]) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(data["starts_at"]), datetime.fromisoformat(data["ends_at"])


def steps_before_the_visit(facts: Facts) -> Iterator[str]:
    """Each booked seat had at least two steps due before the visit."""
    due = defaultdict(set)
    for told in facts.of("visit-step-due", "visit-step-done"):
        due[told.subject].add((told.data["step"], told.data["due_on"]))
    gone = {told.subject for told in facts.of("visit-cancelled")}
    for told in facts.of("visit-booked"):
        starts_on = date.fromisoformat(told.data["starts_on"])
        before = [step for step, day in due[told.subject] if date.fromisoformat(day) < starts_on]
        if len(before) < STEPS_BEFORE_VISIT and told.subject not in gone:
            yield f"seat {told.subject} had {len(before)} steps before its visit"


def held_after_they_ended(facts: Facts) -> Iterator[str]:
    """Every interview was reported after it ended."""
    for told in facts.of("interview-held"):
        if told.time < datetime.fromisoformat(told.data["ends_at"]):
            yield f"interview {told.subject} was reported at {told.time.isoformat()}, before it ended"


def mails_are_messages(facts: Facts) -> Iterator[str]:
    """As many messages were sent as mails were received."""
    received = len({letter.message_id for letter in facts.letters})
    if received != facts.messages_sent:
        yield f"{facts.messages_sent} messages were sent and {received} mails received"


def in_sequence(facts: Facts) -> Iterator[str]:
    """Of each source and subject, first appearances come in their sequence, without gaps."""
    expected: dict[tuple[str, str], int] = defaultdict(int)
    for told in facts.events:
        key = (told.source, told.subject)
        expected[key] += 1
        if told.sequence != expected[key]:
            yield f"{told.type} of {told.subject} has sequence {told.sequence}, not {expected[key]}"


async def erased_for_good(facts: Facts, erased: Erased, mongo_url: str, databases: list[str]) -> list[str]:
    """The erased one's name and address are in no collection, and nothing was sent to them after."""
    wrong = [
        f"a mail ({letter.template}) went to an erased person"
        for letter in facts.letters[erased.mails_until_then :]
        if letter.to == erased.email
    ]
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(mongo_url)
    try:
        for name in databases:
            for collection in await client[name].list_collection_names():
                async for document in client[name][collection].find():
                    text = json.dumps(document, default=json_util.default, ensure_ascii=False)
                    if erased.email in text or erased.name in text:
                        wrong.append(
                            f"{name}.{collection} still holds the erased person in {document['_id']}"
                        )
    finally:
        await client.close()
    return wrong


CHECKS = (nobody_twice, steps_before_the_visit, held_after_they_ended, mails_are_messages, in_sequence)


def problems(facts: Facts, languages: Mapping[str, str]) -> list[str]:
    """Return everything that is wrong with a run."""
    found = list(confirmations(facts, languages))
    for check in CHECKS:
        found.extend(check(facts))
    return found
