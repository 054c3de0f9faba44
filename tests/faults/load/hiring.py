"""Hiring: firms offer more than they have places for, and candidates accept more than one offer."""

import asyncio
from datetime import datetime, timedelta
from functools import partial

from tests.faults.load.cohort import Cohort, Employer, Json, Person, tried

REPORTS_WITHIN = 60.0
OFFERS_STAND = timedelta(days=20)


async def hire(cohort: Cohort, now: datetime) -> None:
    """Offers, answers to all of them at once, one offer that is withdrawn while it is accepted, one erasure."""
    everywhere = [(one, position_id) for one in cohort.employers for position_id in one.positions]
    await asyncio.gather(*(tried(partial(_offer, cohort, *place, now)) for place in everywhere))
    await asyncio.gather(*(tried(partial(_answer, cohort, one)) for one in cohort.shortlisted))
    await asyncio.gather(*(tried(partial(_offer, cohort, *place, now)) for place in everywhere))
    await asyncio.gather(
        _erase(cohort), *(tried(partial(_answer, cohort, one)) for one in cohort.shortlisted)
    )
    await asyncio.gather(*(_close(cohort, *place) for place in everywhere))


async def _offer(cohort: Cohort, employer: Employer, position_id: str, now: datetime) -> None:
    """Offer to everybody at once with whom an interview went well, whatever the headcount."""
    wanted = await _promising(cohort, employer, position_id)
    await asyncio.gather(*(_make(cohort, employer, one, now) for one in wanted))


async def _promising(cohort: Cohort, employer: Employer, position_id: str) -> list[Json]:
    """Return a position's matches after good interviews, as soon as matching knows of all of these."""
    path = f"/positions/{position_id}/matches"
    loop = asyncio.get_running_loop()
    until = loop.time() + REPORTS_WITHIN
    while True:
        found = await cohort.client.everything("matching", path, employer.token)
        wanted = [one for one in found if one["match_id"] in cohort.promising]
        if loop.time() > until or all(one.get("interview") for one in wanted):
            return [one for one in wanted if one["state"] == "made" and one.get("interview") == "offer"]
        await asyncio.sleep(1)


async def _make(cohort: Cohort, employer: Employer, match: Json, now: datetime) -> None:
    body = {
        "salary": 5_000_000,
        "starts_on": (now + timedelta(days=90)).date().isoformat(),
        "expires_at": (now + OFFERS_STAND).isoformat(),
    }
    path = f"/matches/{match['match_id']}/offers"
    await tried(partial(cohort.client.command, "offer", "matching", path, body, token=employer.token))


async def _answer(cohort: Cohort, person: Person) -> None:
    """Accept every offer at once, the last of several twice; every fifth candidate declines theirs."""
    path = f"/candidates/{person.candidate_id}/offers"
    found = await cohort.client.everything("matching", path, person.token)
    offers = [one for one in found if one["state"] == "open"]
    verb = "decline" if cohort.shortlisted.index(person) % 5 == 4 else "acceptance"
    answers = [_respond(cohort, one, verb, person.token, {}) for one in [*offers, *offers[-1:]]]
    withdrawals = []
    if len(offers) > 1 and (employer := cohort.employer(offers[0]["firm_id"])):
        withdrawals.append(_respond(cohort, offers[0], "withdrawal", employer.token, {}))
    await asyncio.gather(*answers, *withdrawals)


async def _respond(cohort: Cohort, offer: Json, verb: str, token: str, body: Json) -> None:
    path = f"/offers/{offer['offer_id']}/{verb}"
    await tried(partial(cohort.client.command, f"offer-{verb}", "matching", path, body, token=token))


async def _erase(cohort: Cohort) -> None:
    """Somebody asks to be forgotten, while offers are being answered."""
    person = cohort.leaving
    if person is None:
        return
    await tried(
        partial(
            cohort.client.command,
            "erasure",
            "intake",
            f"/candidates/{person.candidate_id}",
            token=person.token,
            method="DELETE",
            candidate_id=person.candidate_id,
        )
    )


async def _close(cohort: Cohort, employer: Employer, position_id: str) -> None:
    path = f"/positions/{position_id}/closing"
    await tried(
        partial(
            cohort.client.command,
            "position-closing",
            "matching",
            path,
            {},
            token=employer.token,
            position_id=position_id,
        )
    )
