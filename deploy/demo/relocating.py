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
    tracked: set[str] = set()
    for day in range(BEGINS, LAST, EVERY):
        await story.until(story.day(day))
        for relocation in await _relocations(story):
            if relocation["relocation_id"] not in tracked:
                tracked.add(relocation["relocation_id"])
                await _choose_track(story, relocation["relocation_id"])
            await _see_to_steps(story, relocation, story.day(day))
        await story.world.rest()


async def _relocations(story: "Story") -> list[dict[str, Any]]:
    visit = await story.get("scheduling", f"/visits/{story.visit_id}")
    found = []
    for seat in visit["invited"]:
        if seat["state"] == "attended":
            agenda = await story.get("scheduling", f"/agendas/{seat['candidate_id']}")
            found += agenda["relocations"]
    return sorted(found, key=lambda one: story.cast.people[one["candidate_id"]].applicant.number)


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
