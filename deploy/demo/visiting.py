"""The visit: seats, papers, interviews, the showcase."""

from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from deploy.demo.applicants import NEEDS_VISA
from deploy.demo.cast import mood

if TYPE_CHECKING:
    from deploy.demo.programme import Story

OPENED = 35
STARTS = 112
DAYS = 12
"""From the Monday of the first week to the Friday of the second, in days after the beginning."""
WITHDRAWS = 84
THEMES = ("Travel in the region", "Help for pupils who learn Japanese", "Services in many languages")


async def invite(story: "Story") -> None:
    """Staff open a visit and ask whom matching suggests; they accept, decline, or let it pass."""
    await story.until(story.day(OPENED))
    visit = {
        "starts_on": story.day(STARTS).isoformat(),
        "ends_on": story.day(STARTS + DAYS - 1).isoformat(),
        "seats": story.scale.seats,
    }
    story.visit_id = (await story.staff("scheduling", "/visits", visit, key="visit"))["visit_id"]
    cohort = await story.staff("matching", "/assignments", {"seats": story.scale.invited}, key="assignment")
    invitations = [
        {"candidate_id": one, "needs_visa": story.cast.people[one].applicant.country in NEEDS_VISA}
        for one in cohort["candidates"]
    ]
    path = f"/visits/{story.visit_id}/invitations"
    await story.staff("scheduling", path, {"invitations": invitations}, key="invitations")
    await story.world.rest()
    await _answer(
        story, cohort["candidates"], declines=cohort["candidates"][1], silent=cohort["candidates"][3]
    )
    for week in range(2):
        await story.until(story.day(OPENED + 8 * (week + 1)))
        await _answer(story, cohort["candidates"], declines="", silent="")


async def _answer(story: "Story", candidates: list[str], declines: str, silent: str) -> None:
    """Let everybody who was offered a seat answer: one declines, one says nothing."""
    while offered := [one for one in await _seats(story, "offered") if one != silent]:
        for candidate_id in sorted(offered, key=candidates.index):
            token = await story.cast.token_of(candidate_id)
            verb = "decline" if candidate_id == declines else "acceptance"
            path = f"/visits/{story.visit_id}/seats/{candidate_id}/{verb}"
            await story.api.post("scheduling", path, token=token)
        await story.world.rest()


async def _seats(story: "Story", state: str) -> list[str]:
    visit = await story.get("scheduling", f"/visits/{story.visit_id}")
    return [one["candidate_id"] for one in visit["invited"] if one["state"] == state]


async def prepare(story: "Story") -> None:
    """Week by week, papers, flights and lodging are seen to; one candidate withdraws, and the next comes."""
    for day in range(OPENED + 21, STARTS, 7):
        await story.until(story.day(day))
        if day == WITHDRAWS:
            await _withdraw(story)
        await _see_to_steps(story)


async def _withdraw(story: "Story") -> None:
    booked = sorted(await _seats(story, "booked"), key=lambda one: story.cast.people[one].applicant.number)
    leaving = story.cast.people[booked[0]]
    token = await story.cast.token_of(leaving.candidate_id)
    path = f"/applications/{leaving.application_id}/withdrawal"
    await story.api.post("intake", path, {"reason": "family"}, token=token)
    await story.world.rest()
    await _answer(story, list(story.cast.people), declines="", silent="")


async def _see_to_steps(story: "Story") -> None:
    """Do what is due within a week, in its order."""
    visit = await story.get("scheduling", f"/visits/{story.visit_id}")
    soon = await _today(story) + timedelta(days=7)
    for seat in visit["invited"]:
        if seat["state"] != "booked":
            continue
        for step in seat["steps"]:
            if not step["done"] and date.fromisoformat(step["due_on"]) <= soon:
                path = f"/visits/{story.visit_id}/seats/{seat['candidate_id']}/steps/{step['step']}/done"
                await story.staff("scheduling", path)


async def _today(story: "Story") -> date:
    reading = await story.world.rest()
    assert reading.now is not None  # noqa: S101  at rest, everybody has answered
    return reading.now.astimezone(story.begins.tzinfo).date()


async def visit(story: "Story") -> None:
    """Plan, then live through the visit day by day; firms report their interviews each evening."""
    await story.until(story.day(STARTS - 3))
    await story.staff("scheduling", f"/visits/{story.visit_id}/plan")
    await _plan_showcase(story)
    await story.world.rest()
    interviews = await _interviews(story)
    for day, of_the_day in groupby(interviews, key=lambda one: _local(story, one["starts_at"]).date()):
        await story.until(day, time(19))
        for one in of_the_day:
            await _report(story, one)
    await story.until(story.day(STARTS + DAYS - 1), time(20))
    for candidate_id in await _seats(story, "booked"):
        path = f"/visits/{story.visit_id}/seats/{candidate_id}/attendance"
        await story.staff("scheduling", path)
    await story.staff("scheduling", f"/visits/{story.visit_id}/closing")


def _local(story: "Story", moment: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone(story.begins.tzinfo)


async def _plan_showcase(story: "Story") -> None:
    booked = sorted(await _seats(story, "booked"), key=lambda one: story.cast.people[one].applicant.number)
    firms = list(story.cast.employers)
    starts_at = datetime.combine(story.day(STARTS + DAYS - 1), time(14), story.begins.tzinfo)
    teams = [
        {
            "team": f"Team {number + 1}",
            "theme": THEMES[number],
            "candidate_ids": booked[number :: story.scale.teams],
            "firm_ids": firms[number :: story.scale.teams],
        }
        for number in range(story.scale.teams)
    ]
    showcase = {
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(hours=3)).isoformat(),
        "place": "出雲市役所 多目的ホール",
        "teams": teams,
    }
    await story.api.put("scheduling", f"/visits/{story.visit_id}/showcase", showcase, token=story.cast.staff)


async def _interviews(story: "Story") -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for candidate_id in await _seats(story, "booked"):
        agenda = await story.get("scheduling", f"/agendas/{candidate_id}")
        found |= {one["interview_id"]: one for one in agenda["interviews"]}
    return sorted(found.values(), key=lambda one: (one["starts_at"], story.cast.title(one["position_id"])))


async def _report(story: "Story", interview: dict[str, Any]) -> None:
    employer = story.cast.employers[interview["firm_id"]]
    email = story.cast.people[interview["candidate_id"]].applicant.email
    feeling = mood("interview", story.cast.title(interview["position_id"]), email)
    outcome = (
        "offer" if feeling < 0.6 else "undecided" if feeling < 0.75 else "no" if feeling < 0.95 else "no-show"
    )
    path = f"/interviews/{interview['interview_id']}/outcome"
    await story.api.post("scheduling", path, {"outcome": outcome}, token=employer.token)
