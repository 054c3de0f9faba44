"""Who is proposed to whom, what the two say to it, and who should meet."""

import asyncio

import pytest

from shared.events.ids import CandidateId
from shared.ids import new
from tests.harness.publishing import publish
from tests.integration.matching.programme import Applicant, Programme, applicant


async def test_a_shortlisted_candidate_is_proposed_with_reasons(programme: Programme) -> None:
    position = await programme.new_position(await programme.new_firm())
    one = await programme.shortlist("Python")
    match = await programme.proposed(one, position)
    assert match["score"] == pytest.approx(sum(reason["points"] for reason in match["reasons"]))
    await programme.history_of(match["match_id"], "match-proposed")


async def test_a_position_that_opens_later_is_proposed_too(programme: Programme) -> None:
    first = await programme.new_position(await programme.new_firm())
    one = await programme.shortlist("Python")
    await programme.proposed(one, first)
    later = await programme.new_position(await programme.new_firm())
    await programme.proposed(one, later)


async def test_shortlisting_and_opening_at_once_do_not_miss_each_other(programme: Programme) -> None:
    firms = [await programme.new_firm() for _ in range(3)]
    found = await asyncio.gather(
        *(programme.shortlist("Python") for _ in range(6)),
        *(programme.new_position(firm_id) for firm_id in firms),
    )
    people = [one for one in found if isinstance(one, Applicant)]
    opened = [one for one in found if isinstance(one, dict)]
    for one in people:
        for position in opened:
            await programme.proposed(one, position)
        positions = [match["position_id"] for match in await programme.matches_of(one)]
        assert len(positions) == len(set(positions))


async def test_events_in_any_order_come_to_the_same(programme: Programme) -> None:
    position = await programme.new_position(await programme.new_firm())
    early, gone = applicant(), applicant()
    await publish(programme.run.amqp_url, early.shortlisted(), sequence=2)
    await publish(programme.run.amqp_url, gone.withdrawn(), sequence=3)
    await publish(programme.run.amqp_url, early.applied("Python"))
    await publish(programme.run.amqp_url, gone.applied("Python"), gone.shortlisted())
    await programme.proposed(early, position)
    assert await programme.matches_of(gone) == []


async def test_a_new_profile_brings_new_proposals_and_an_old_one_does_not(programme: Programme) -> None:
    position = await programme.new_position(
        await programme.new_firm(), skills=[{"name": "Haskell", "years": 1, "must": True}]
    )
    one = await programme.shortlist("Python")
    await publish(programme.run.amqp_url, one.updated("Haskell"), sequence=5)
    match = await programme.proposed(one, position)
    await publish(programme.run.amqp_url, one.updated("Python"), sequence=4)
    marker = await programme.shortlist("Haskell")
    await programme.proposed(marker, position)
    assert (await programme.proposed(one, position))["score"] == match["score"]


async def test_each_side_answers_for_itself_and_staff_say_for_whom(programme: Programme) -> None:
    position = await programme.new_position(await programme.new_firm())
    one = await programme.shortlist("Python")
    match = await programme.proposed(one, position)
    path = f"/matches/{match['match_id']}"
    assert (await programme.ask("POST", f"{path}/acceptance", programme.staff)).status_code == 422
    other = await programme.ask("POST", f"{path}/acceptance", programme.candidate(applicant()))
    assert other.status_code == 403
    wrong = await programme.ask("POST", f"{path}/acceptance", programme.candidate(one), {"by": "firm"})
    assert wrong.status_code == 403
    half = await programme.ask("POST", f"{path}/acceptance", programme.staff, {"by": "candidate"})
    assert half.json()["state"] == "proposed"
    for _ in range(2):
        whole = await programme.ask("POST", f"{path}/acceptance", programme.firm(position["firm_id"]))
        assert whole.json()["state"] == "made"
    told = await programme.history_of(match["match_id"], "match-accepted", "match-accepted")
    assert [one.data["complete"] for one in told if one.type == "match-accepted"] == [False, True]
    ended = await programme.ask("POST", f"{path}/decline", programme.candidate(one))
    assert (ended.json()["state"], ended.json()["ended_by"]) == ("ended", "candidate")
    again = await programme.ask("POST", f"{path}/decline", programme.candidate(one))
    assert again.status_code == 200
    late = await programme.ask("POST", f"{path}/acceptance", programme.firm(position["firm_id"]))
    assert (late.status_code, late.json()["type"]) == (409, "match-ended")


async def test_an_assignment_says_who_should_meet_whom(programme: Programme) -> None:
    position = await programme.new_position(await programme.new_firm())
    good, better = await programme.shortlist("SQL", "Ruby"), await programme.shortlist("Python")
    await programme.made(better, position)
    await programme.proposed(good, position)
    await programme.made(good, position)
    body = {"candidates": [good.candidate_id, better.candidate_id], "seats": 1}
    answer = await programme.create("/assignments", programme.staff, body)
    assert answer.json()["candidates"] == [better.candidate_id]
    assert [pair["position_id"] for pair in answer.json()["pairs"]] == [position["position_id"]]
    again = await programme.ask("GET", f"/assignments/{answer.json()['assignment_id']}", programme.staff)
    assert again.json() == answer.json()
    unknown = {"candidates": [new(CandidateId)], "seats": 1}
    answer = await programme.create("/assignments", programme.staff, unknown)
    assert (answer.status_code, answer.json()["type"]) == (409, "not-known-yet")
