"""Relocating: papers, housing, flight, arrival, and what comes after it; then the year ends."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deploy.demo.programme import Story

BEGINS = 150
LAST = 371
EVERY = 7


async def move(story: "Story") -> None:
    """Every week, whoever owns a step that is due sees to it."""
    await story.until(story.day(BEGINS))
    begun = await _relocations(story)
    for relocation_id in begun:
        await _choose_track(story, relocation_id)
    for day in range(BEGINS, LAST, EVERY):
        await story.until(story.day(day))
        for relocation_id in begun:
            relocation = await story.get("scheduling", f"/relocations/{relocation_id}")
            await _see_to_steps(story, relocation, story.day(day))


async def _relocations(story: "Story") -> list[str]:
    visit = await story.get("scheduling", f"/visits/{story.visit_id}")
    found: list[dict[str, Any]] = []
    for seat in visit["invited"]:
        if seat["state"] == "attended":
            agenda = await story.get("scheduling", f"/agendas/{seat['candidate_id']}")
            found += agenda["relocations"]
    found.sort(key=lambda one: story.cast.people[one["candidate_id"]].applicant.number)
    return [one["relocation_id"] for one in found]


async def _choose_track(story: "Story", relocation_id: str) -> None:
    await story.api.patch(
        "scheduling", f"/relocations/{relocation_id}", {"visa_track": "engineer"}, token=story.cast.staff
    )


async def _see_to_steps(story: "Story", relocation: dict[str, Any], today: date) -> None:
    for step in relocation["steps"]:
        due_on = date.fromisoformat(step["due_on"])
        early = step["step"] != "arrival" and due_on <= today + timedelta(days=EVERY)
        if not step["done"] and (early or due_on <= today):
            path = f"/relocations/{relocation['relocation_id']}/steps/{step['step']}/done"
            await story.staff("scheduling", path)


async def end(story: "Story") -> None:
    """Everything that is still due falls due; then all is at rest."""
    await story.until(story.day(LAST + 7))
