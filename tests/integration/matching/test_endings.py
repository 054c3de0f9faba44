"""What ends when somebody is hired, withdraws or is erased, or a position closes."""

from shared.events import CandidateErased
from tests.harness.publishing import publish
from tests.integration.matching.programme import Programme


async def test_an_acceptance_ends_all_else_and_fills_the_position(programme: Programme) -> None:
    one, rival = await programme.shortlist("Python"), await programme.shortlist("Python")
    wanted = await programme.new_position(await programme.new_firm())
    other = await programme.new_position(await programme.new_firm())
    match = await programme.interviewed(await programme.made(one, wanted))
    left = await programme.interviewed(await programme.made(one, other))
    lost = await programme.proposed(rival, wanted)
    offer, other_offer = await programme.offered(match), await programme.offered(left)
    for _ in range(2):
        path = f"/offers/{offer['offer_id']}/acceptance"
        answer = await programme.ask("POST", path, programme.candidate(one))
        assert answer.json()["state"] == "accepted"
    await programme.history_of(offer["offer_id"], "offer-accepted")
    (*_, withdrawn) = await programme.history_of(other_offer["offer_id"], "offer-withdrawn")
    assert withdrawn.data["reason"] == "other-offer"
    (*_, closed) = await programme.history_of(wanted["position_id"], "position-closed")
    assert closed.data["reason"] == "filled"
    for ended in (left, lost):
        (*_, declined) = await programme.history_of(ended["match_id"], "match-declined")
        assert declined.data["by"] == "programme"
    free = await programme.ask("GET", f"/positions/{other['position_id']}", programme.staff)
    assert (free.json()["state"], free.json()["held"]) == ("open", 0)
    kept = {found["match_id"]: found for found in await programme.matches_of(one)}[match["match_id"]]
    assert (kept["state"], kept["hired"]) == ("made", True)


async def test_who_is_hired_is_proposed_no_more(programme: Programme) -> None:
    position = await programme.new_position(await programme.new_firm())
    one = await programme.shortlist("Python")
    offer = await programme.offered(await programme.interviewed(await programme.made(one, position)))
    await programme.ask("POST", f"/offers/{offer['offer_id']}/acceptance", programme.candidate(one))
    later = await programme.new_position(await programme.new_firm())
    assert later["position_id"] not in {found["position_id"] for found in await programme.matches_of(one)}


async def test_who_withdraws_frees_what_was_held(programme: Programme) -> None:
    position = await programme.new_position(await programme.new_firm())
    one = await programme.shortlist("Python")
    match = await programme.interviewed(await programme.made(one, position))
    offer = await programme.offered(match)
    await publish(programme.run.amqp_url, one.withdrawn(), sequence=9)
    (*_, withdrawn) = await programme.history_of(offer["offer_id"], "offer-withdrawn")
    assert withdrawn.data["reason"] == "withdrawn"
    await programme.history_of(match["match_id"], "match-declined")
    free = await programme.ask("GET", f"/positions/{position['position_id']}", programme.staff)
    assert free.json()["held"] == 0


async def test_of_who_is_erased_nothing_is_left_but_that_there_was_one(programme: Programme) -> None:
    position = await programme.new_position(await programme.new_firm())
    one = await programme.shortlist("Python")
    match = await programme.proposed(one, position)
    await publish(programme.run.amqp_url, CandidateErased(candidate_id=one.candidate_id), sequence=9)
    await programme.history_of(match["match_id"], "match-declined")
    (left,) = [found for found in await programme.matches_of(one) if found["match_id"] == match["match_id"]]
    assert (left["reasons"], left["score"]) == ([], 0)
    await publish(programme.run.amqp_url, one.updated("Python"), sequence=10)
    later = await programme.new_position(await programme.new_firm())
    await programme.proposed(await programme.shortlist("Python"), later)
    assert later["position_id"] not in {found["position_id"] for found in await programme.matches_of(one)}


async def test_a_position_that_closes_ends_what_was_open(programme: Programme) -> None:
    position = await programme.new_position(await programme.new_firm())
    match = await programme.interviewed(await programme.made(await programme.shortlist("Python"), position))
    offer = await programme.offered(match)
    path = f"/positions/{position['position_id']}/closing"
    for _ in range(2):
        answer = await programme.ask("POST", path, programme.staff)
        assert (answer.json()["state"], answer.json()["reason"]) == ("closed", "staff")
    await programme.history_of(offer["offer_id"], "offer-withdrawn")
    await programme.history_of(match["match_id"], "match-declined")
    (_, closed) = await programme.history_of(position["position_id"], "position-closed")
    assert closed.data["reason"] == "staff"


async def test_a_hire_that_has_not_begun_falls_when_the_candidate_withdraws(programme: Programme) -> None:
    position = await programme.new_position(await programme.new_firm(), headcount=2)
    one = await programme.shortlist("Python")
    offer = await programme.offered(await programme.interviewed(await programme.made(one, position)))
    await programme.ask("POST", f"/offers/{offer['offer_id']}/acceptance", programme.candidate(one))
    await publish(programme.run.amqp_url, one.withdrawn(), sequence=9)
    await programme.history_of(offer["offer_id"], "offer-accepted", "offer-withdrawn")
    free = await programme.ask("GET", f"/positions/{position['position_id']}", programme.staff)
    assert (free.json()["held"], free.json()["accepted"]) == (0, 0)
