"""Recruiting: from the open round to matches that both sides want."""

import asyncio
from typing import TYPE_CHECKING, Any

from deploy.demo.api import RefusedError
from deploy.demo.applicants import Applicant, applicants
from deploy.demo.cast import Employer, mood
from deploy.demo.firms import FIRMS, Firm

if TYPE_CHECKING:
    from deploy.demo.programme import Story

REPEATS = (10, 3)
"""After the tenth application, the third applicant applies once more."""
ACCEPTED_BY_CANDIDATE = 6
"""How many proposals a candidate accepts at the most."""
GOOD_ENOUGH = 0.5


async def apply(story: "Story") -> None:
    """Staff open a round, firms and positions are registered, teachers and rooms; then everyone applies."""
    await story.world.move_to(story.begins)
    await _open(story)
    for number, firm in enumerate(FIRMS[: story.scale.firms]):
        await _register(story, number, firm)
    await _teachers_and_rooms(story)
    for applicant in applicants(story.scale.applicants):
        await _apply(story, applicant)
        if applicant.number == min(REPEATS[0], story.scale.capacity - 1):
            await _apply_again(story, applicants(REPEATS[1] + 1)[-1])


async def _open(story: "Story") -> None:
    opened = await story.staff(
        "intake",
        "/rounds",
        {
            "capacity": story.scale.capacity,
            "waitlist": story.scale.waitlist,
            "opens_on": story.day(0).isoformat(),
            "closes_on": story.day(20).isoformat(),
        },
        key="round",
    )
    story.round_id = opened["round_id"]


async def _register(story: "Story", number: int, firm: Firm) -> None:
    registered = await story.staff(
        "matching",
        "/firms",
        {
            "name": firm.name,
            "contact": {"name": firm.contact, "email": f"hr{number:02d}@firm.example.org"},
            "language": firm.language,
            "time_zone": "Asia/Tokyo",
        },
        key=f"firm-{number}",
    )
    firm_id = registered["firm_id"]
    employer = Employer(firm, firm_id, story.cast.make_token("firm", firm_id=firm_id), {})
    starts_on = story.day(331).replace(day=1).isoformat()
    for place, position in enumerate(firm.positions):
        opened = await story.api.post(
            "matching",
            f"/firms/{firm_id}/positions",
            {"requirements": position | {"starts_on": starts_on}},
            token=employer.token,
            key=f"position-{number}-{place}",
        )
        employer.positions[opened["position_id"]] = position["title"]
    story.cast.employers[firm_id] = employer


async def _teachers_and_rooms(story: "Story") -> None:
    names = ("高橋 由美", "伊藤 恵", "Sarah Tanaka", "山本 大輔", "中村 陽子")
    for number, name in enumerate(names[: story.scale.teachers]):
        contact = {"name": name, "email": f"teacher{number}@school.example.org"}
        language = "en" if name.isascii() else "ja"
        teacher = {"name": name, "contact": contact, "language": language, "time_zone": "Asia/Tokyo"}
        await story.staff("scheduling", "/teachers", teacher, key=f"teacher-{number}")
    for number, name in enumerate(("出雲市役所 会議室A", "出雲市役所 会議室B", "Izumo IT Hub, room 1")):
        await story.staff("scheduling", "/rooms", {"name": name, "seats": 12}, key=f"room-{number}")


async def _apply(story: "Story", applicant: Applicant) -> None:
    key = f"application-{applicant.number}"
    try:
        answer = await story.api.post("intake", "/applications", applicant.form, key=key)
    except RefusedError as refused:
        if refused.type != "round-closed":
            raise
        return
    story.cast.join(applicant, answer)
    story.languages[applicant.email] = applicant.language


async def _apply_again(story: "Story", applicant: Applicant) -> None:
    await story.api.post("intake", "/applications", applicant.form, key=f"again-{applicant.number}")


async def screen(story: "Story") -> None:
    """Staff read all applications, shortlist the most experienced, decline some, give a free place on."""
    await story.until(story.day(14))
    path = f"/applications?round_id={story.round_id}"
    listed = [one async for one in story.api.pages("intake", path, story.cast.staff)]
    placed = [one for one in listed if one["state"] == "applied"]
    ranked = sorted(placed, key=lambda one: _merit(story, one), reverse=True)
    for one in ranked[: story.scale.shortlisted]:
        await story.staff("intake", f"/applications/{one['application_id']}/shortlisting")
    for one in ranked[-story.scale.declined :]:
        reason = {"reason": "requirements"}
        await story.staff("intake", f"/applications/{one['application_id']}/decline", reason)
    waiting = [one for one in listed if one["state"] == "waitlisted"]
    first = min(waiting, key=lambda one: one["waitlist_place"])
    await story.staff("intake", f"/applications/{first['application_id']}/promotion")


def _merit(story: "Story", application: dict[str, Any]) -> tuple[float, int, int]:
    """What staff go by: experience up to a point, breadth, then who came first."""
    applicant = story.cast.people[application["candidate_id"]].applicant
    profile = applicant.form["profile"]
    japanese = sum(1 for one in profile["spoken"] if one["language"] == "ja")
    return (min(profile["years_of_experience"], 8) + 2 * japanese, len(profile["skills"]), -applicant.number)


async def match(story: "Story") -> None:
    """Candidates accept what they like best, firms whom they would like to meet."""
    await story.until(story.day(16))
    await asyncio.gather(*(_choose(story, candidate_id) for candidate_id in await _shortlisted(story)))
    await story.until(story.day(18))
    await asyncio.gather(
        *(
            _answer(story, employer, position_id)
            for employer in story.cast.employers.values()
            for position_id in employer.positions
        )
    )


async def _shortlisted(story: "Story") -> list[str]:
    path = f"/applications?round_id={story.round_id}&state=shortlisted"
    found = [one["candidate_id"] async for one in story.api.pages("intake", path, story.cast.staff)]
    return sorted(found, key=lambda one: story.cast.people[one].applicant.number)


async def _choose(story: "Story", candidate_id: str) -> None:
    token = await story.cast.token_of(candidate_id)
    path = f"/candidates/{candidate_id}/matches"
    proposed = [one async for one in story.api.pages("matching", path, token)]
    proposed.sort(key=lambda one: (-one["score"], story.cast.title(one["position_id"])))
    for one in proposed[:ACCEPTED_BY_CANDIDATE]:
        liked = (
            mood(story.cast.people[candidate_id].applicant.email, story.cast.title(one["position_id"])) < 0.8
        )
        verb = "acceptance" if liked else "decline"
        await story.api.post("matching", f"/matches/{one['match_id']}/{verb}", token=token)


async def _answer(story: "Story", employer: Employer, position_id: str) -> None:
    path = f"/positions/{position_id}/matches"
    proposed = [one async for one in story.api.pages("matching", path, employer.token)]
    wanted = [one for one in proposed if one["accepted_by_candidate"] and one["state"] == "proposed"]
    for one in wanted:
        email = story.cast.people[one["candidate_id"]].applicant.email
        liked = one["score"] >= GOOD_ENOUGH and mood(employer.firm.name, email) < 0.75
        verb = "acceptance" if liked else "decline"
        await story.api.post("matching", f"/matches/{one['match_id']}/{verb}", token=employer.token)
