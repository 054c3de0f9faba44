"""Offers: two things that meet in one offer, one position, one candidate."""

from datetime import timedelta

import pytest

from services.matching.domain.positions import Position
from services.matching.endings import OFFER_EXPIRES
from services.matching.store import candidates, matches, offers, positions
from shared.events import CandidateErased, CandidateWithdrawn
from shared.events.ids import PositionId
from shared.storage.unit import UnitOfWork
from tests.integration.races.acts import DONE, lets_fall_due, posts, sends, takes_in
from tests.integration.races.matching_scenes import (
    Hiring,
    Offered,
    accepts,
    also,
    closes,
    made_match,
    matched,
    offer_of,
    offers_it,
    open_offer,
    open_position,
)
from tests.integration.races.replicas import OFTEN, Act, Replicas


async def consistent(matching: Replicas, position_id: PositionId) -> Position:
    """Return a position whose counters say what its offers are, and which never held more than it has."""
    found = await matching.get(positions, position_id)
    states = [one.state for one in await matching.find(offers, position_id=position_id)]
    assert found.accepted == states.count("accepted")
    assert found.held == states.count("accepted") + states.count("open")
    assert found.held <= found.requirements.headcount
    for match in await matching.find(matches, position_id=position_id):
        state = None if match.offer is None else (await matching.get(offers, match.offer)).state
        assert state in {None, "open", "accepted"}
        assert match.hired == (state == "accepted")
        candidate = await matching.get(candidates, match.candidate_id)
        open_offers = [
            one for one in await matching.find(offers, candidate_id=match.candidate_id) if one.state == "open"
        ]
        assert set(candidate.open_offers) == {one.offer_id for one in open_offers}
        for one in open_offers:
            assert await matching.timers(one.offer_id) == 1
    return found


async def test_of_two_offers_for_the_last_place_one_is_made(matching: Replicas) -> None:
    async def scene(unit: UnitOfWork) -> tuple[Hiring, Hiring]:
        first = await made_match(unit)
        return first, await also(unit, first)

    async for meet, (one, other) in matching.rounds(scene, times=OFTEN):
        said = await meet(offers_it(one.match), offers_it(other.match))
        assert sorted(said) == [DONE, "position-full"]
        assert (await consistent(matching, one.wanted.position_id)).held == 1
        (made,) = await matching.find(offers, position_id=one.wanted.position_id)
        assert await matching.told(made.offer_id) == ["offer-made"]


async def test_of_two_offers_of_one_match_one_is_made(matching: Replicas) -> None:
    async for meet, one in matching.rounds(lambda unit: made_match(unit, headcount=2)):
        said = await meet(offers_it(one.match), offers_it(one.match))
        assert sorted(said) == [DONE, "offer-stands"]
        assert (await consistent(matching, one.wanted.position_id)).held == 1


async def test_a_candidate_who_accepts_two_offers_is_hired_once(matching: Replicas) -> None:
    async def scene(unit: UnitOfWork) -> tuple[Offered, Offered]:
        first = await open_offer(unit)
        wanted = await open_position(unit)
        match = await matched(unit, first.one, wanted)
        return first, Offered(first.one, wanted, match, await offer_of(unit, match))

    async for meet, (one, other) in matching.rounds(scene):
        said = await meet(accepts(one.offer), accepts(other.offer))
        assert sorted(said) == [DONE, "wrong-state"]
        states = [(await matching.get(offers, each.offer.offer_id)).state for each in (one, other)]
        assert sorted(states) == ["accepted", "withdrawn"]
        told = [await matching.told(each.offer.offer_id) for each in (one, other)]
        assert sorted(told) == [["offer-accepted"], ["offer-withdrawn"]]
        for each in (one, other):
            await consistent(matching, each.wanted.position_id)


async def test_the_last_two_places_accepted_at_once_close_the_position_once(matching: Replicas) -> None:
    async def scene(unit: UnitOfWork) -> tuple[Offered, Offered]:
        first = await open_offer(unit, headcount=2)
        second = await also(unit, first)
        return first, Offered(second.one, second.wanted, second.match, await offer_of(unit, second.match))

    async for meet, (one, other) in matching.rounds(scene, times=OFTEN):
        assert await meet(accepts(one.offer), accepts(other.offer)) == (DONE, DONE)
        found = await consistent(matching, one.wanted.position_id)
        assert (found.accepted, found.state, found.reason) == (2, "closed", "filled")
        assert await matching.told(found.position_id) == ["position-closed"]


async def test_an_offer_made_while_the_candidate_accepts_another_does_not_stand(matching: Replicas) -> None:
    async def scene(unit: UnitOfWork) -> tuple[Offered, Hiring]:
        first = await open_offer(unit)
        wanted = await open_position(unit)
        return first, Hiring(first.one, wanted, await matched(unit, first.one, wanted))

    async for meet, (one, other) in matching.rounds(scene):
        made, accepted = await meet(offers_it(other.match), accepts(one.offer))
        assert (made in {DONE, "match-ended"}, accepted) == (True, DONE)
        assert (await consistent(matching, one.wanted.position_id)).accepted == 1
        assert (await consistent(matching, other.wanted.position_id)).held == 0
        told = [
            await matching.told(each.offer_id)
            for each in await matching.find(offers, position_id=other.wanted.position_id)
        ]
        assert told == ([["offer-made", "offer-withdrawn"]] if made == DONE else [])


@pytest.mark.parametrize(
    ("what", "body"), [("withdrawal", None), ("decline", {"reason": "salary"})], ids=["withdrawn", "declined"]
)
async def test_an_offer_is_accepted_or_ends_otherwise_never_both(
    matching: Replicas, what: str, body: object
) -> None:
    async for meet, one in matching.rounds(open_offer):
        who = {"firm": one.offer.firm_id} if what == "withdrawal" else {"candidate": one.one.id}
        said = await meet(accepts(one.offer), posts(f"/offers/{one.offer.offer_id}/{what}", body, **who))
        assert sorted(said) == [DONE, "wrong-state"]
        accepted = said[0] == DONE
        assert (await consistent(matching, one.wanted.position_id)).accepted == int(accepted)
        (told,) = await matching.told(one.offer.offer_id)
        assert (told == "offer-accepted") == accepted


async def test_an_offer_is_accepted_or_expires_where_clocks_differ(matching: Replicas) -> None:
    matching.second.process.clock.move(timedelta(days=30))
    async for meet, one in matching.rounds(open_offer):
        said, _ = await meet(accepts(one.offer), lets_fall_due(OFFER_EXPIRES, one.offer.offer_id))
        accepted = said == DONE
        assert accepted or said == "offer-expired"
        assert (await consistent(matching, one.wanted.position_id)).accepted == int(accepted)
        assert await matching.told(one.offer.offer_id) == ["offer-accepted" if accepted else "offer-expired"]
        assert await matching.timers(one.offer.offer_id) == 0


@pytest.mark.parametrize("event", [CandidateErased, CandidateWithdrawn])
@pytest.mark.parametrize("does", ["makes", "accepts"])
async def test_no_offer_stands_to_who_has_left_meanwhile(matching: Replicas, event: type, does: str) -> None:
    async for meet, one in matching.rounds(open_offer if does == "accepts" else made_match, among=2):
        act = accepts(one.offer) if isinstance(one, Offered) else offers_it(one.match)
        said, _ = await meet(act, leaves(event, one))
        assert said in {DONE, "match-ended", "wrong-state"}
        assert (await consistent(matching, one.wanted.position_id)).held == 0
        assert (await matching.get(matches, one.match.match_id)).state == "ended"
        for each in await matching.find(offers, position_id=one.wanted.position_id):
            assert (await matching.told(each.offer_id))[-1] == "offer-withdrawn"


def leaves(event: type, one: Hiring) -> Act:
    """The candidate leaves the programme."""
    if event is CandidateErased:
        return takes_in(CandidateErased(candidate_id=one.one.id))
    return takes_in(
        CandidateWithdrawn(candidate_id=one.one.id, application_id=one.one.application_id, reason="health")
    )


@pytest.mark.parametrize("does", ["makes", "accepts"])
async def test_of_a_position_that_closes_no_offer_stays_open_and_every_hire_stands(
    matching: Replicas, does: str
) -> None:
    async for meet, one in matching.rounds(
        lambda unit: (open_offer if does == "accepts" else made_match)(unit, headcount=2)
    ):
        act = accepts(one.offer) if isinstance(one, Offered) else offers_it(one.match)
        said, closed = await meet(act, closes(one.wanted))
        assert closed == DONE
        found = await consistent(matching, one.wanted.position_id)
        assert (found.state, found.held) == ("closed", found.accepted)
        assert found.accepted == int(said == DONE and does == "accepts")
        assert await matching.told(found.position_id) == ["position-closed"]


async def test_no_offer_is_made_of_a_match_that_is_declined(matching: Replicas) -> None:
    async for meet, one in matching.rounds(made_match):
        declined = posts(f"/matches/{one.match.match_id}/decline", candidate=one.one.id)
        said = await meet(offers_it(one.match), declined)
        assert tuple(said) in {(DONE, "offer-stands"), ("match-ended", DONE)}
        assert (await consistent(matching, one.wanted.position_id)).held == int(said[0] == DONE)


async def test_the_headcount_is_not_lowered_below_an_offer_that_is_made_meanwhile(matching: Replicas) -> None:
    async def scene(unit: UnitOfWork) -> Hiring:
        return await also(unit, await open_offer(unit, headcount=2))

    async for meet, one in matching.rounds(scene):
        lower = one.wanted.requirements.model_dump(mode="json", exclude_none=True) | {"headcount": 1}
        path = f"/positions/{one.wanted.position_id}"
        said = await meet(
            offers_it(one.match), sends("PATCH", path, {"requirements": lower}, firm=one.wanted.firm_id)
        )
        assert tuple(said) in {(DONE, "headcount-held"), ("position-full", DONE)}
        await consistent(matching, one.wanted.position_id)


async def test_the_last_place_accepted_while_the_headcount_is_lowered_fills_the_position_once(
    matching: Replicas,
) -> None:
    async for meet, one in matching.rounds(lambda unit: open_offer(unit, headcount=2)):
        lower = one.wanted.requirements.model_dump(mode="json", exclude_none=True) | {"headcount": 1}
        path = f"/positions/{one.wanted.position_id}"
        said = await meet(
            accepts(one.offer), sends("PATCH", path, {"requirements": lower}, firm=one.wanted.firm_id)
        )
        assert said == (DONE, DONE)
        found = await consistent(matching, one.wanted.position_id)
        assert (found.accepted, found.state, found.reason) == (1, "closed", "filled")
        assert sorted(await matching.told(found.position_id)) == ["position-changed", "position-closed"]
