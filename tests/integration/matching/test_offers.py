"""Offers: when one can be made, what it holds, and how it is answered."""

import asyncio

from tests.harness.waiting import eventually
from tests.integration.matching.programme import Programme, applicant, soon


async def test_an_offer_comes_after_an_interview_that_took_place(programme: Programme) -> None:
    position = await programme.new_position(await programme.new_firm())
    match = await programme.made(await programme.shortlist("Python"), position)
    assert (await programme.offer(match)).json()["type"] == "interview-missing"
    await programme.interviewed(match, "no-show")
    assert (await programme.offer(match)).json()["type"] == "interview-missing"
    await programme.interviewed(match, "undecided")
    assert (await programme.offer(match, expires_at=soon(days=61))).status_code == 422
    assert (await programme.offer(match, expires_at=soon(days=-1))).status_code == 422
    await programme.offered(match)
    assert (await programme.offer(match)).json()["type"] == "offer-stands"


async def test_an_open_offer_holds_a_place(programme: Programme) -> None:
    position = await programme.new_position(await programme.new_firm())
    first = await programme.interviewed(await programme.made(await programme.shortlist("Python"), position))
    second = await programme.interviewed(await programme.made(await programme.shortlist("Python"), position))
    offer = await programme.offered(first)
    assert (await programme.offer(second)).json()["type"] == "position-full"
    path = f"/offers/{offer['offer_id']}/withdrawal"
    for _ in range(2):
        assert (await programme.ask("POST", path, programme.firm(first["firm_id"]))).status_code == 200
    await programme.offered(second)


async def test_of_two_offers_at_once_for_one_place_one_is_made(programme: Programme) -> None:
    position = await programme.new_position(await programme.new_firm())
    met = [
        await programme.interviewed(await programme.made(await programme.shortlist("Python"), position))
        for _ in range(2)
    ]
    answers = await asyncio.gather(*(programme.offer(match) for match in met))
    assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_the_same_key_makes_the_same_offer(programme: Programme) -> None:
    position = await programme.new_position(await programme.new_firm(), headcount=2)
    match = await programme.interviewed(await programme.made(await programme.shortlist("Python"), position))
    body = {"salary": 5_000_000, "starts_on": "2099-04-01", "expires_at": soon(days=10)}
    path, token, key = f"/matches/{match['match_id']}/offers", programme.firm(match["firm_id"]), "one"
    first = await programme.ask("POST", path, token, body, **{"Idempotency-Key": key})
    second = await programme.ask("POST", path, token, body, **{"Idempotency-Key": key})
    assert first.json() == second.json()
    other = programme.firm(await programme.new_firm())
    assert (await programme.ask("POST", path, other, body, **{"Idempotency-Key": key})).status_code == 403


async def test_an_offer_expires_and_its_place_is_free(programme: Programme) -> None:
    position = await programme.new_position(await programme.new_firm())
    one = await programme.shortlist("Python")
    match = await programme.interviewed(await programme.made(one, position))
    answer = await programme.offer(match, expires_at=soon(seconds=1.5))
    offer_id = answer.json()["offer_id"]

    async def expired() -> bool:
        found = await programme.ask("GET", f"/offers/{offer_id}", programme.candidate(one))
        return bool(found.json()["state"] == "expired")

    await eventually(expired, "the offer's expiry")
    late = await programme.ask("POST", f"/offers/{offer_id}/acceptance", programme.candidate(one))
    assert (late.status_code, late.json()["type"]) == (409, "offer-expired")
    await programme.history_of(offer_id, "offer-expired")
    await programme.offered(match)


async def test_a_candidate_declines_an_offer_with_a_reason(programme: Programme) -> None:
    position = await programme.new_position(await programme.new_firm())
    one = await programme.shortlist("Python")
    offer = await programme.offered(await programme.interviewed(await programme.made(one, position)))
    path = f"/offers/{offer['offer_id']}"
    foreign = await programme.ask("POST", f"{path}/acceptance", programme.candidate(applicant()))
    assert foreign.status_code == 403
    answer = await programme.ask("POST", f"{path}/decline", programme.candidate(one), {"reason": "salary"})
    assert (answer.json()["state"], answer.json()["reason"]) == ("declined", "salary")
    assert (await programme.ask("POST", f"{path}/acceptance", programme.candidate(one))).status_code == 409
