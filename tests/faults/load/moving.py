"""Moving: who was hired does the first steps of a move, up to the arrival; each is noted twice at once."""

import asyncio
from functools import partial

from tests.faults.load.cohort import Cohort, Json, Person, tried

BEGUN_WITHIN = 30.0
STEPS = ("certificate-of-eligibility", "visa", "flight", "arrival")


async def move(cohort: Cohort) -> None:
    """Everybody who has accepted an offer begins to move."""
    await asyncio.gather(*(tried(partial(_move, cohort, one)) for one in cohort.shortlisted))


async def _move(cohort: Cohort, person: Person) -> None:
    offers = await cohort.client.everything(
        "matching", f"/candidates/{person.candidate_id}/offers", person.token
    )
    hires = {one["offer_id"] for one in offers if one["state"] == "accepted"}
    for relocation in await _relocations(cohort, person, hires) if hires else []:
        for step in STEPS:
            noting = partial(_note, cohort, relocation["relocation_id"], step)
            await asyncio.gather(*(tried(noting) for _ in range(2)))


async def _relocations(cohort: Cohort, person: Person, hires: set[str]) -> list[Json]:
    """Return the moves that come of these hires, as soon as they are there."""
    loop = asyncio.get_running_loop()
    until = loop.time() + BEGUN_WITHIN
    while loop.time() < until:
        agenda = await cohort.client.read("scheduling", f"/agendas/{person.candidate_id}", cohort.staff)
        if begun := [one for one in agenda["relocations"] if one["offer_id"] in hires]:
            return begun
        await asyncio.sleep(1)
    return []  # nothing is begun for who has left


async def _note(cohort: Cohort, relocation_id: str, step: str) -> None:
    await cohort.client.command(
        "relocation-step",
        "scheduling",
        f"/relocations/{relocation_id}/steps/{step}/done",
        {},
        token=cohort.staff,
        relocation_id=relocation_id,
        step=step,
    )
