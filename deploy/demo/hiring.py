"""Hiring: offers, and what candidates make of them."""

from collections import defaultdict
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from deploy.demo.api import RefusedError
from deploy.demo.cast import Employer
from deploy.demo.checks import Erased

if TYPE_CHECKING:
    from deploy.demo.programme import Story

OFFERS = 127
EXPIRE_AFTER = 14
Offer = dict[str, Any]


async def offer(story: "Story") -> None:
    """Firms make offers to whom they would hire; the best is accepted, one is declined, one expires."""
    await story.until(story.day(OFFERS))
    for employer in story.cast.employers.values():
        for position_id in employer.positions:
            await _make_offers(story, employer, position_id)
    await story.until(story.day(OFFERS + 5))
    await _respond(story)
    await story.until(story.day(OFFERS + EXPIRE_AFTER + 1))
    await _erase(story)


async def _make_offers(story: "Story", employer: Employer, position_id: str) -> None:
    path = f"/positions/{position_id}/matches"
    met = [
        one
        async for one in story.api.pages("matching", path, employer.token)
        if one["state"] == "made" and one.get("interview") == "offer"
    ]
    expires_at = datetime.combine(story.day(OFFERS + EXPIRE_AFTER), time(17), story.begins.tzinfo)
    position = await story.api.get("matching", f"/positions/{position_id}", employer.token)
    requirements = position["requirements"]
    for one in sorted(met, key=lambda one: (-one["score"], story.cast.name(one["candidate_id"]))):
        body = {
            "salary": (requirements["salary_min"] + requirements["salary_max"]) // 2,
            "starts_on": requirements["starts_on"],
            "expires_at": expires_at.isoformat(),
        }
        key = f"offer-{employer.firm.name.encode().hex()[:40]}-{one['match_id']}"
        try:
            await story.api.post(
                "matching", f"/matches/{one['match_id']}/offers", body, token=employer.token, key=key
            )
        except RefusedError as refused:
            if refused.type != "position-full":
                raise
            return


async def _respond(story: "Story") -> None:
    """Everyone takes their best offer, except who declines and who lets it pass."""
    offers = await _open_offers(story)
    by_candidate: dict[str, list[Offer]] = defaultdict(list)
    for one in offers:
        by_candidate[one["candidate_id"]].append(one)
    order = sorted(by_candidate, key=lambda one: story.cast.people[one].applicant.number)
    for place, candidate_id in enumerate(order):
        best = max(
            by_candidate[candidate_id], key=lambda one: (one["salary"], story.cast.title(one["position_id"]))
        )
        if place == len(order) - 1 and place >= 3:
            continue  # says nothing, and the offer expires
        token = await story.cast.token_of(candidate_id)
        if place == max(len(order) - 2, 1):
            reason = {"reason": "family"}
            await story.api.post("matching", f"/offers/{best['offer_id']}/decline", reason, token=token)
        else:
            await story.api.post("matching", f"/offers/{best['offer_id']}/acceptance", token=token)


async def _open_offers(story: "Story") -> list[Offer]:
    found: list[Offer] = []
    for employer in story.cast.employers.values():
        for position_id in employer.positions:
            path = f"/positions/{position_id}/offers"
            found += [one async for one in story.api.pages("matching", path, employer.token)]
    return [one for one in found if one["state"] == "open"]


async def _erase(story: "Story") -> None:
    """Somebody who was at the visit and was not hired asks to be forgotten."""
    visit = await story.get("scheduling", f"/visits/{story.visit_id}")
    attended = [one["candidate_id"] for one in visit["invited"] if one["state"] == "attended"]
    hired = await _hired(story)
    leaving = min(
        (one for one in attended if one not in hired),
        key=lambda one: story.cast.people[one].applicant.number,
        default=min(attended, key=lambda one: story.cast.people[one].applicant.number),
    )
    person = story.cast.people[leaving]
    token = await story.cast.token_of(leaving)
    await story.api.delete("intake", f"/candidates/{leaving}", token=token)
    await story.world.rest()
    applicant = person.applicant
    story.erased = Erased(applicant.name, applicant.email, len(story.world.mail.letters()))


async def _hired(story: "Story") -> set[str]:
    found: set[str] = set()
    for employer in story.cast.employers.values():
        for position_id in employer.positions:
            path = f"/positions/{position_id}/offers"
            offers = [one async for one in story.api.pages("matching", path, employer.token)]
            found |= {one["candidate_id"] for one in offers if one["state"] == "accepted"}
    return found
