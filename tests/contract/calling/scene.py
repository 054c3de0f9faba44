"""A programme in which something of everything is there, for callers who do whatever the documents let them do."""

import base64
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from deploy.demo.api import Api
from deploy.demo.cast import Cast
from deploy.demo.programme import PARTS, Story, first_monday_of_april
from deploy.demo.scale import Scale
from deploy.demo.world import World
from deploy.local.environment import SERVICES
from deploy.local.keys import STAFF_PERSON_ID
from deploy.local.run import LocalRun
from shared.storage.client import connect, database
from tests.harness.intake import application

Json = dict[str, Any]
Known = dict[str, list[str]]
"""What exists, by the name of the field or parameter that holds it."""

SCALE: Final = Scale(
    applicants=12,
    capacity=10,
    waitlist=2,
    shortlisted=6,
    declined=1,
    firms=2,
    seats=2,
    invited=4,
    teams=1,
    teachers=1,
)
UP_TO_OFFERS: Final = PARTS[:7]
"""Who is hired has not moved yet, so that a relocation is under way."""
IN_DOUBT: Final = "external.assessment-completed.v1"
"""An event that nobody publishes here: a webhook that wants it calls nobody."""
UNDER_WAY: Final = frozenset(
    {
        "applied",
        "booked",
        "made",
        "offered",
        "on",
        "open",
        "planned",
        "proposed",
        "scheduled",
        "sent",
        "started",
    }
)
"""The states in which something may still become of a thing."""
OWN, OTHERS = 4, 2
"""How many ids of a kind are somebody's own, and how many are anybody's."""
_unsubscribe: Final = re.compile(r"unsubscribe/([0-9a-f]{96})").search
_is_id: Final = re.compile("[0-9a-f]{32}").fullmatch


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A run with people in it, and who of them calls."""

    run: LocalRun
    persons: Mapping[str, str]
    """The person who calls in each role."""
    values: Known
    """What exists beside ids: days, codes, tokens."""
    documents: list[Json] = field(repr=False)
    """All that the services keep, each with its id under its own name."""

    def token(self, role: str) -> str:
        """A token with which somebody in this role calls."""
        person = self.persons.get(role)
        if role == "firm":
            return self.run.token("firm", firm_id=person)
        return self.run.token(role, person_id=person)

    def known_to(self, role: str) -> Known:
        """What somebody in this role can ask for: their own, and a little of what is others'."""
        person: str = self.persons.get(role, self.persons["candidate"])
        own = [one for one in self.documents if person in set(_texts(one))]
        found = dict(self.values)
        for documents, most in ((own, OWN), (self.documents, OWN + OTHERS)):
            for name, id_ in (pair for one in documents for pair in _ids(one)):
                values = found.setdefault(name, [])
                if len(values) < most and id_ not in values:
                    values.append(id_)
        found["person_id"] = [person, *(one for one in self.persons.values() if one != person)]
        found["cursor"] = [base64.urlsafe_b64encode(one.encode()).decode() for one in found["person_id"]]
        return found


def _ids(document: Json) -> Iterator[tuple[str, str]]:
    for name, value in document.items():
        if name.endswith("_id") and isinstance(value, str) and _is_id(value):
            yield name, value
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                yield from _ids(inner)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


@asynccontextmanager
async def set_scene(run: LocalRun) -> AsyncIterator[Scene]:
    """Play the programme up to its offers, begin the next one, and say who and what is there."""
    api = Api(run.urls)
    clock = run.service_environment("intake")["CLOCK_DATABASE"]
    world = World(run.urls, run.mongo_url, clock, run.mail_folder)
    story = Story(Cast(api, world.mail, run.token), world, SCALE, first_monday_of_april(datetime.now(UTC)))
    try:
        for _, part in UP_TO_OFFERS:
            await part(story)
        await _begin_another(story)
        await world.rest()
        documents = await _documents(run)
        persons = _persons(documents)
        yield Scene(run=run, persons=persons, values=await _values(run, story, persons), documents=documents)
    finally:
        await api.close()
        await world.close()


async def _begin_another(story: Story) -> None:
    """A round that is open, with applicants; a visit to come, with seats offered and booked; an interpreter."""
    today = (await _now(story)).date()
    days = {"opens_on": str(today), "closes_on": str(today + timedelta(days=60))}
    await story.staff("intake", "/rounds", {"capacity": 3, "waitlist": 5, **days}, key="next-round")
    for number in range(5):
        await story.api.post("intake", "/applications", application(), key=f"next-{number}")
    contact = {"name": "Марія Сато", "email": "maria@interpreters.example.org"}
    interpreter = {"name": "Марія Сато", "contact": contact, "languages": ["ja", "uk", "en"]}
    await story.staff("scheduling", "/interpreters", interpreter, key="interpreter")
    webhook = {"url": "https://example.org/enmusubi", "events": [IN_DOUBT]}
    await story.staff("notifications", "/webhooks", webhook, key="webhook")
    await _visit(story, today)


async def _visit(story: Story, today: date) -> None:
    monday = today + timedelta(days=35 - today.weekday())
    span = {"starts_on": str(monday), "ends_on": str(monday + timedelta(days=11)), "seats": 3}
    visit_id = (await story.staff("scheduling", "/visits", span, key="next-visit"))["visit_id"]
    shortlisted = await story.get("intake", "/applications?state=shortlisted")
    invited = [one["candidate_id"] for one in shortlisted["items"]]
    await story.world.rest()
    invitations = [{"candidate_id": one, "needs_visa": False} for one in invited]
    path = f"/visits/{visit_id}"
    await story.staff("scheduling", f"{path}/invitations", {"invitations": invitations}, key="next-seats")
    for one in invited[:2]:
        await story.staff("scheduling", f"{path}/seats/{one}/acceptance")
    await story.world.rest()
    await story.staff("scheduling", f"{path}/plan")


async def _now(story: Story) -> datetime:
    reading = await story.world.rest()
    assert reading.now is not None
    return reading.now.astimezone(story.begins.tzinfo)


async def _documents(run: LocalRun) -> list[Json]:
    client = connect(run.mongo_url, timeout=10)
    try:
        found = [
            {collection._id_field: one["_id"], **one}
            for service in SERVICES
            for collection in import_module(f"services.{service}.store").COLLECTIONS
            for one in await database(client, run.database_of(service))[collection.name].find().to_list(None)
        ]
        return sorted(found, key=lambda one: one.get("state") not in UNDER_WAY)
    finally:
        client.close()


def _persons(documents: list[Json]) -> dict[str, str]:
    """Who has most to see: somebody who was hired, their firm and their teacher."""
    move = next(one for one in documents if "relocation_id" in one)
    teacher = next(one for one in documents if "teacher_id" in one)
    interpreter = next(one for one in documents if "interpreter_id" in one)
    return {
        "staff": STAFF_PERSON_ID,
        "candidate": move["candidate_id"],
        "firm": move["firm_id"],
        "teacher": teacher["teacher_id"],
        "interpreter": interpreter["interpreter_id"],
    }


async def _values(run: LocalRun, story: Story, persons: Mapping[str, str]) -> Known:
    now = await _now(story)
    candidate = story.cast.people[persons["candidate"]]

    def days(*ahead: int) -> list[str]:
        return [str(now.date() + timedelta(days=one)) for one in ahead]

    def moments(**ahead: float) -> list[str]:
        return [(now + timedelta(**ahead)).isoformat(timespec="seconds")]

    return {
        "token": await _tokens(run, story, persons),
        "code": await _codes(story, candidate.applicant.email),
        "email": [candidate.applicant.email],
        "If-Match": ["*"],
        "country": ["UA"],
        "language": ["uk", "ja"],
        "time_zone": ["Europe/Kyiv", "Asia/Tokyo"],
        "template": ["offer-made", "proposals"],
        "events": [IN_DOUBT],
        "url": ["https://example.org/enmusubi"],
        "opens_on": days(70),
        "closes_on": days(80),
        "starts_on": days(40),
        "ends_on": days(50),
        "ended_on": days(0),
        "expires_at": moments(days=10),
        "starts_at": moments(days=42, hours=1),
        "ends_at": moments(days=42, hours=5),
        "since": [datetime.now(UTC).isoformat(timespec="seconds")],
    }


async def _tokens(run: LocalRun, story: Story, persons: Mapping[str, str]) -> list[str]:
    """What stands in links that need no other token: of calendars, and of mails that can be unsubscribed."""
    agendas = [
        await story.get("scheduling", f"/agendas/{persons[role]}")
        for role in ("candidate", "firm", "teacher")
    ]
    calendars = [one["calendar"].removeprefix("/calendars/").removesuffix(".ics") for one in agendas]
    return [*calendars, *_unsubscribing(run.mail_folder)[:OWN]]


def _unsubscribing(mails: Path) -> list[str]:
    """The tokens in mails, of which a header may be folded."""
    read = (mail.read_text(errors="replace").replace("\n ", "") for mail in sorted(mails.glob("[0-9]*.eml")))
    return [found[1] for mail in read if (found := _unsubscribe(mail)) is not None]


async def _codes(story: Story, email: str) -> list[str]:
    for _ in range(OWN):
        await story.api.post("intake", "/links", {"email": email})
    await story.world.rest()
    letters = [one for one in story.world.mail.letters() if one.to == email and "#" in one.text]
    return [one.text.split("#", 1)[1].split()[0] for one in letters][-OWN:]
