"""Candidates, matches and positions: what is proposed while somebody or something comes, changes or goes."""

from dataclasses import replace

import pytest

from services.matching.domain.matches import Match
from services.matching.domain.positions import Position
from services.matching.store import candidates, firms, matches, pools, positions, the_pool
from shared.events import (
    CandidateApplied,
    CandidateDeclined,
    CandidateErased,
    CandidateShortlisted,
    CandidateUpdated,
    CandidateWithdrawn,
    Event,
    InterviewHeld,
)
from shared.events.examples import EXAMPLES
from shared.events.ids import EventId, FirmId
from shared.ids import new
from shared.storage.unit import UnitOfWork
from tests.integration.races.acts import DONE, REPEAT, posts, sends, takes_in
from tests.integration.races.matching_scenes import (
    SKILL,
    Applicant,
    Offered,
    a_firm,
    accepts,
    applicant,
    closes,
    made_match,
    open_offer,
    open_position,
    proposed_match,
)
from tests.integration.races.replicas import OFTEN, Act, Replicas
from tests.unit.matching.builders import profile

ENDINGS = [CandidateErased, CandidateWithdrawn, CandidateDeclined]


def leaves(event: type[Event], one: Applicant) -> Act:
    """The candidate leaves the programme."""
    given = {"candidate_id": one.id, "application_id": one.application_id, "reason": "other"}
    return takes_in(event.model_validate({name: given[name] for name in event.model_fields}), sequence=3)


def is_shortlisted(one: Applicant) -> Act:
    """Staff shortlist the candidate."""
    return takes_in(CandidateShortlisted(candidate_id=one.id, application_id=one.application_id), sequence=2)


def changes(one: Applicant, *skills: str, sequence: int = 2) -> Act:
    """The candidate says what they can do now."""
    event = EXAMPLES[CandidateUpdated].model_copy(
        update={"candidate_id": one.id, "profile": profile(*skills)}
    )
    return takes_in(event, sequence=sequence)


def opens(firm_id: FirmId, skill: str = SKILL) -> Act:
    """The firm opens a position."""
    requirements = {
        "title": "Engineer",
        "skills": [{"name": skill, "years": 1, "must": True}],
        "salary_min": 4_000_000,
        "salary_max": 6_000_000,
        "starts_on": "2099-04-01",
    }
    return posts(f"/firms/{firm_id}/positions", {"requirements": requirements}, firm=firm_id)


async def with_firm(unit: UnitOfWork, *, shortlisted: bool = False) -> tuple[Applicant, FirmId]:
    """Put a candidate there, and a firm; the pool is empty."""
    firm = a_firm(new(FirmId))
    unit.save(firms, firm)
    for one in await unit.find(candidates, available=True):
        unit.delete(candidates, one.candidate_id)
    unit.save(pools, replace(await the_pool(unit), positions=()))
    return applicant(unit, shortlisted=shortlisted), firm.firm_id


async def with_position(unit: UnitOfWork) -> tuple[Applicant, Position]:
    """Put a candidate there who is not shortlisted, and an open position that would suit; no other."""
    one, _ = await with_firm(unit)
    return one, await open_position(unit)


async def matches_of(matching: Replicas, one: Applicant) -> list[Match]:
    """Return a candidate's matches, each of which the candidate knows of and was proposed once."""
    found = await matching.find(matches, candidate_id=one.id)
    known = await matching.get(candidates, one.id)
    if not known.erased:
        assert dict(known.matches) == {match.position_id: match.match_id for match in found}
    for match in found:
        assert (await matching.told(match.match_id))[0] == "match-proposed"
    return found


@pytest.mark.parametrize("ending", ENDINGS)
async def test_nothing_is_open_for_who_is_shortlisted_while_leaving(
    matching: Replicas, ending: type[Event]
) -> None:
    async for meet, (one, _) in matching.rounds(with_position, among=3):
        await meet(is_shortlisted(one), leaves(ending, one))
        assert not (await matching.get(candidates, one.id)).available
        for match in await matches_of(matching, one):
            assert match.state == "ended"
            assert await matching.told(match.match_id) == ["match-proposed", "match-declined"]


@pytest.mark.parametrize("late", [CandidateApplied, CandidateUpdated])
async def test_nothing_that_comes_late_brings_an_erased_candidate_back(
    matching: Replicas, late: type[CandidateApplied | CandidateUpdated]
) -> None:
    async def scene(unit: UnitOfWork) -> Applicant:
        return applicant(unit)

    async for meet, one in matching.rounds(scene, times=OFTEN):
        event = EXAMPLES[late].model_copy(update={"candidate_id": one.id})
        await meet(takes_in(event, sequence=2), leaves(CandidateErased, one))
        known = await matching.get(candidates, one.id)
        assert (known.erased, known.profile, dict(known.applications)) == (True, None, {})


async def test_who_is_shortlisted_while_a_position_opens_is_matched_with_it_once(matching: Replicas) -> None:
    async for meet, (one, firm_id) in matching.rounds(with_firm):
        assert await meet(is_shortlisted(one), opens(firm_id)) == (DONE, DONE)
        (match,) = await matches_of(matching, one)
        assert await matching.told(match.match_id) == ["match-proposed"]


async def test_two_positions_that_open_at_once_are_both_proposed(matching: Replicas) -> None:
    async def scene(unit: UnitOfWork) -> tuple[Applicant, FirmId]:
        return await with_firm(unit, shortlisted=True)

    async for meet, (one, firm_id) in matching.rounds(scene):
        assert await meet(opens(firm_id), opens(firm_id)) == (DONE, DONE)
        assert len(await matches_of(matching, one)) == 2
        assert len((await matching.find(pools))[0].positions) == 2


async def test_a_position_that_opens_while_the_candidate_leaves_keeps_no_match(matching: Replicas) -> None:
    async def scene(unit: UnitOfWork) -> tuple[Applicant, FirmId]:
        return await with_firm(unit, shortlisted=True)

    async for meet, (one, firm_id) in matching.rounds(scene):
        await meet(opens(firm_id), leaves(CandidateWithdrawn, one))
        assert all(match.state == "ended" for match in await matches_of(matching, one))


async def test_who_changes_while_a_position_opens_is_scored_by_what_is_so_now(matching: Replicas) -> None:
    async def scene(unit: UnitOfWork) -> tuple[Applicant, FirmId]:
        return await with_firm(unit, shortlisted=True)

    async for meet, (one, firm_id) in matching.rounds(scene):
        assert await meet(changes(one, "Haskell"), opens(firm_id, "Haskell")) == (DONE, DONE)
        (match,) = await matches_of(matching, one)
        assert match.score > 0.5


async def test_nothing_stays_open_with_a_position_that_closes_while_it_is_proposed(
    matching: Replicas,
) -> None:
    async for meet, (one, wanted) in matching.rounds(with_position):
        assert await meet(is_shortlisted(one), closes(wanted)) == (DONE, DONE)
        for match in await matches_of(matching, one):
            assert match.state == "ended"
            assert await matching.told(match.match_id) == ["match-proposed", "match-declined"]


async def test_a_position_closes_once(matching: Replicas) -> None:
    async for meet, one in matching.rounds(proposed_match):
        staff = posts(f"/positions/{one.wanted.position_id}/closing")
        assert await meet(closes(one.wanted), staff) == (DONE, DONE)
        assert await matching.told(one.wanted.position_id) == ["position-closed"]
        assert await matching.told(one.match.match_id) == ["match-declined"]


async def test_both_sides_that_accept_at_once_make_the_match_once(matching: Replicas) -> None:
    async for meet, one in matching.rounds(proposed_match):
        path = f"/matches/{one.match.match_id}/acceptance"
        assert await meet(posts(path, candidate=one.one.id), posts(path, firm=one.match.firm_id)) == (
            DONE,
            DONE,
        )
        assert (await matching.get(matches, one.match.match_id)).state == "made"
        assert await matching.told(one.match.match_id) == ["match-accepted", "match-accepted"]


async def test_a_match_that_one_side_declines_while_the_other_accepts_has_ended(matching: Replicas) -> None:
    async for meet, one in matching.rounds(proposed_match):
        path = f"/matches/{one.match.match_id}"
        accepted, declined = await meet(
            posts(f"{path}/acceptance", candidate=one.one.id),
            posts(f"{path}/decline", firm=one.match.firm_id),
        )
        assert (accepted in {DONE, "match-ended"}, declined) == (True, DONE)
        told = await matching.told(one.match.match_id)
        assert told == (["match-accepted"] if accepted == DONE else []) + ["match-declined"]


async def test_a_match_that_both_decline_ends_once(matching: Replicas) -> None:
    async for meet, one in matching.rounds(proposed_match):
        path = f"/matches/{one.match.match_id}/decline"
        said = await meet(posts(path, candidate=one.one.id), posts(path, firm=one.match.firm_id))
        assert sorted(said) == [DONE, "match-ended"]
        assert await matching.told(one.match.match_id) == ["match-declined"]


@pytest.mark.parametrize("ends", ["closing", *ENDINGS])
async def test_a_match_that_is_accepted_while_it_ends_has_ended(matching: Replicas, ends: object) -> None:
    async for meet, one in matching.rounds(proposed_match, among=2):
        ending = leaves(ends, one.one) if isinstance(ends, type) else closes(one.wanted)
        await meet(posts(f"/matches/{one.match.match_id}/acceptance", candidate=one.one.id), ending)
        assert (await matching.get(matches, one.match.match_id)).state == "ended"
        assert (await matching.told(one.match.match_id))[-1] == "match-declined"


async def test_an_interview_that_is_told_while_the_match_ends_revives_nothing(matching: Replicas) -> None:
    async for meet, one in matching.rounds(made_match):
        event = EXAMPLES[InterviewHeld].model_copy(
            update={"match_id": one.match.match_id, "candidate_id": one.one.id, "outcome": "offer"}
        )
        await meet(takes_in(event), leaves(CandidateErased, one.one))
        match = await matching.get(matches, one.match.match_id)
        assert (match.state, match.reasons, match.score) == ("ended", (), 0.0)


async def test_who_is_hired_while_a_position_opens_has_nothing_open_with_it(matching: Replicas) -> None:
    async def scene(unit: UnitOfWork) -> Offered:
        await with_firm(unit)
        return await open_offer(unit)

    async for meet, one in matching.rounds(scene):
        assert await meet(accepts(one.offer), opens(one.match.firm_id)) == (DONE, DONE)
        assert not (await matching.get(candidates, one.one.id)).available
        assert not any(match.is_open for match in await matching.find(matches, candidate_id=one.one.id))


async def test_a_position_that_changes_while_it_closes_stays_closed(matching: Replicas) -> None:
    async for meet, (_, wanted) in matching.rounds(with_position):
        dearer = wanted.requirements.model_dump(mode="json", exclude_none=True) | {"salary_max": 9_000_000}
        change = sends(
            "PATCH", f"/positions/{wanted.position_id}", {"requirements": dearer}, firm=wanted.firm_id
        )
        said, closed = await meet(change, closes(wanted))
        assert (said in {DONE, "wrong-state"}, closed) == (True, DONE)
        assert (await matching.get(positions, wanted.position_id)).state == "closed"
        assert (await matching.told(wanted.position_id))[-1] == "position-closed"
        assert (await matching.find(pools))[0].positions == ()


async def test_an_event_that_two_replicas_get_has_its_effect_once(matching: Replicas) -> None:
    async for meet, (one, _) in matching.rounds(with_position):
        event = CandidateShortlisted(candidate_id=one.id, application_id=one.application_id)
        event_id = new(EventId)
        said = await meet(takes_in(event, event_id=event_id), takes_in(event, event_id=event_id))
        assert sorted(said) == [DONE, REPEAT]
        (match,) = await matches_of(matching, one)
        assert await matching.told(match.match_id) == ["match-proposed"]
