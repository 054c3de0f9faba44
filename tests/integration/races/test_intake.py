"""Rounds, applications, people and links: two things that meet in one round, one person."""

import json
import secrets
from datetime import date, timedelta
from functools import partial

import pytest

from services.intake.domain.applications import HOLDS_A_PLACE, Application
from services.intake.domain.links import Link
from services.intake.domain.rounds import Round
from services.intake.private import send_contact_again
from services.intake.store import applications, candidates, links, people, recruiting, rounds
from services.intake.timers import ROUND_CLOSES, ROUND_OPENS
from services.intake.tokens import real_now
from shared.events.ids import CandidateId, RoundId
from shared.ids import new
from shared.storage.unit import UnitOfWork
from shared.vault import keys
from shared.web.idempotency import hashed
from tests.harness.intake import application
from tests.integration.races.acts import DONE, does, lets_fall_due, posts, sends
from tests.integration.races.replicas import OFTEN, Act, Replicas


async def open_round(unit: UnitOfWork, *, capacity: int = 3, waitlist: int = 3, **changed: object) -> Round:
    """Put an open round there, whose last day's end is due."""
    given = {"opens_on": date(2020, 1, 1), "closes_on": date(2099, 12, 31), "state": "open", **changed}
    made = Round(round_id=new(RoundId), capacity=capacity, waitlist=waitlist, **given)  # type: ignore[arg-type]
    unit.save(rounds, made)
    unit.set_timer(ROUND_CLOSES, made.round_id, unit.now)
    return made


def applies(current: Round, email: str | None = None, key: str | None = None) -> Act:
    """Somebody applies; somebody new unless the address is known."""
    written = application(contact__email=email or f"{secrets.token_hex(8)}@mail.example")
    return sends("POST", "/applications", {**written, "round_id": current.round_id}, key=key)


def decides(one: Application, what: str, body: object = None) -> Act:
    """Staff, or the candidate through them, decide about an application."""
    return posts(f"/applications/{one.application_id}/{what}", body)


def withdraws(one: Application) -> Act:
    """The candidate withdraws an application."""
    return decides(one, "withdrawal", {"reason": "health"})


def erases(one: Application) -> Act:
    """The candidate asks to be forgotten."""
    return sends("DELETE", f"/candidates/{one.candidate_id}")


async def applied(intake: Replicas, current: Round, email: str | None = None) -> Application:
    """Have somebody apply; return the application."""
    before = {one.application_id for one in await intake.find(applications, round_id=current.round_id)}
    await intake.first.do_all(applies(current, email))
    (made,) = [
        one
        for one in await intake.find(applications, round_id=current.round_id)
        if one.application_id not in before
    ]
    return made


async def right(intake: Replicas, current: Round) -> Round:
    """Return a round whose numbers are those of its applications, and which never gave more than it has."""
    found = await intake.get(rounds, current.round_id)
    states = [one.state for one in await intake.find(applications, round_id=current.round_id)]
    assert found.taken == len([state for state in states if state in HOLDS_A_PLACE])
    assert found.taken <= found.capacity
    assert found.placed <= found.capacity
    assert found.waitlisted <= found.waitlist
    return found


async def closing_of(intake: Replicas, current: Round) -> tuple[int, int]:
    """Return the numbers with which a round was said, once, to have closed."""
    (sent,) = await intake.sent(current.round_id)
    said = json.loads(sent["body"])
    return said["taken"], said["waitlisted"]


async def forgotten(intake: Replicas, candidate_id: CandidateId) -> None:
    """Check that nothing of somebody is left but that there was one, and that it is the last that was said."""
    assert (await intake.get(candidates, candidate_id)).record is None
    assert await intake.find(keys, person_id=candidate_id) == []
    assert await intake.find(people, candidate_id=candidate_id) == []
    assert await intake.find(links, candidate_id=candidate_id) == []
    assert {one.state for one in await intake.find(applications, candidate_id=candidate_id)} == {"erased"}
    assert (await intake.sent(candidate_id))[-1].get("type") == "candidate-erased.v1"


async def test_the_last_place_goes_to_one_of_two_and_closes_the_round_once(intake: Replicas) -> None:
    async for meet, current in intake.rounds(partial(open_round, capacity=1, waitlist=0), times=OFTEN):
        assert sorted(await meet(applies(current), applies(current))) == [DONE, "round-closed"]
        found = await right(intake, current)
        assert (found.state, found.reason, found.taken, found.refused) == ("closed", "full", 1, 1)
        assert await closing_of(intake, current) == (1, 0)


async def test_of_two_who_apply_for_the_last_place_one_waits(intake: Replicas) -> None:
    async for meet, current in intake.rounds(partial(open_round, capacity=1, waitlist=2)):
        assert await meet(applies(current), applies(current)) == (DONE, DONE)
        found = await right(intake, current)
        assert (found.taken, found.waitlisted) == (1, 1)
        waiting = await intake.find(applications, round_id=current.round_id)
        assert sorted(one.waitlist_place or 0 for one in waiting) == [0, 1]


async def test_who_applies_twice_at_once_is_one_candidate_with_one_place(intake: Replicas) -> None:
    async for meet, current in intake.rounds(open_round):
        email = f"{secrets.token_hex(8)}@mail.example"
        assert await meet(applies(current, email), applies(current, email.upper())) == (DONE, DONE)
        found = await intake.find(applications, round_id=current.round_id)
        assert sorted(one.state for one in found) == ["applied", "repeat"]
        assert len({one.candidate_id for one in found}) == 1
        assert await intake.told(found[0].candidate_id) == ["candidate-applied"]
        assert (await right(intake, current)).taken == 1


async def test_the_same_key_at_two_replicas_is_one_application(intake: Replicas) -> None:
    async for meet, current in intake.rounds(open_round):
        email, key = f"{secrets.token_hex(8)}@mail.example", secrets.token_hex(8)
        assert await meet(applies(current, email, key), applies(current, email, key)) == (DONE, DONE)
        assert len(await intake.find(applications, round_id=current.round_id)) == 1


@pytest.mark.parametrize("by", ["staff", "deadline"])
async def test_a_round_that_closes_while_somebody_applies_counts_who_has_a_place(
    intake: Replicas, by: str
) -> None:
    async for meet, current in intake.rounds(open_round):
        said, closed = await meet(applies(current), closes(current, by))
        assert (said in {DONE, "round-closed"}, closed) == (True, DONE)
        found = await right(intake, current)
        assert (found.state, found.taken, found.refused) == ("closed", int(said == DONE), int(said != DONE))
        assert await closing_of(intake, current) == (int(said == DONE), 0)


def closes(current: Round, by: str) -> Act:
    """The round closes."""
    return (
        posts(f"/rounds/{current.round_id}/closing")
        if by == "staff"
        else lets_fall_due(ROUND_CLOSES, current.round_id)
    )


@pytest.mark.parametrize("by", ["staff", "deadline"])
async def test_a_round_closes_once(intake: Replicas, by: str) -> None:
    async for meet, current in intake.rounds(open_round):
        assert await meet(closes(current, by), closes(current, "deadline")) == (DONE, DONE)
        assert await intake.told(current.round_id) == ["round-closed"]
        assert await intake.timers(current.round_id) == 0


async def test_a_round_opens_once(intake: Replicas) -> None:
    async def scene(unit: UnitOfWork) -> Round:
        made = await open_round(unit, state="planned")
        unit.set_timer(ROUND_OPENS, made.round_id, unit.now)
        return made

    async for meet, current in intake.rounds(scene):
        opens = lets_fall_due(ROUND_OPENS, current.round_id)
        assert await meet(opens, opens) == (DONE, DONE)
        assert await intake.told(current.round_id) == ["round-opened"]
        assert [one.current for one in await intake.find(recruiting)] == [current.round_id]


async def test_of_two_rounds_at_the_same_time_one_is_planned(intake: Replicas) -> None:
    years = iter(range(2040, 2099))

    async def scene(_: UnitOfWork) -> int:
        return next(years)

    async for meet, year in intake.rounds(scene):
        wanted = [
            {"capacity": 5, "opens_on": f"{year}-04-0{day}", "closes_on": f"{year}-05-0{day}"}
            for day in (1, 2)
        ]
        assert sorted(await meet(*(posts("/rounds", one) for one in wanted))) == [DONE, "rounds-overlap"]
    assert len(await intake.find(rounds)) == len((await intake.find(recruiting))[0].periods)


async def test_a_place_that_is_free_goes_to_one_of_two_who_wait(intake: Replicas) -> None:
    async for meet, current in intake.rounds(partial(open_round, capacity=1, waitlist=3)):
        one, *waiting = [await applied(intake, current) for _ in range(3)]
        await intake.first.do_all(withdraws(one))
        said = await meet(*(decides(each, "promotion") for each in waiting))
        assert sorted(said) == [DONE, "wrong-state"]
        assert (await right(intake, current)).taken == 1
        told = [await intake.told(each.candidate_id) for each in waiting]
        assert sorted(map(len, told)) == [1, 2]


async def test_a_place_is_given_on_only_when_it_is_given_back(intake: Replicas) -> None:
    async for meet, current in intake.rounds(partial(open_round, capacity=1, waitlist=3)):
        one, other = [await applied(intake, current) for _ in range(2)]
        said, promoted = await meet(withdraws(one), decides(other, "promotion"))
        assert (said, promoted in {DONE, "wrong-state"}) == (DONE, True)
        assert (await right(intake, current)).taken == int(promoted == DONE)


@pytest.mark.parametrize("other", ["withdrawal", "decline", "shortlisting", "promotion"])
async def test_an_application_ends_once_and_gives_its_place_back_once(intake: Replicas, other: str) -> None:
    bodies = {"withdrawal": {"reason": "health"}, "decline": {"reason": "other"}}
    async for meet, current in intake.rounds(partial(open_round, capacity=1)):
        if other == "promotion":  # of somebody who waits, into a place that is free
            await intake.first.do_all(withdraws(await applied(intake, current)))
        one = await applied(intake, current)
        said = await meet(withdraws(one), decides(one, other, bodies.get(other)))
        assert DONE in said
        assert set(said) <= {DONE, "wrong-state"}
        found = await intake.get(applications, one.application_id)
        assert found.state in ({"withdrawn", "declined"} if other == "decline" else {"withdrawn"})
        told = await intake.told(one.candidate_id)
        assert len([each for each in told if each in {"candidate-withdrawn", "candidate-declined"}]) == 1
        assert told[-1] in {"candidate-withdrawn", "candidate-declined"}
        await right(intake, current)


@pytest.mark.parametrize(
    "what",
    ["again", "withdrawal", "decline", "shortlisting", "change", "link", "exchange", "resend", "erasure"],
)
async def test_nothing_is_left_of_who_is_erased_meanwhile(intake: Replicas, what: str) -> None:
    async def scene(unit: UnitOfWork) -> tuple[Round, Round]:
        return await open_round(unit), await open_round(unit)

    async for meet, (current, another) in intake.rounds(scene):
        email = f"{secrets.token_hex(8)}@mail.example"
        one = await applied(intake, current, email)
        code = await _linked(intake, one)
        acts = {
            "again": applies(another, email),
            "withdrawal": withdraws(one),
            "decline": decides(one, "decline", {"reason": "other"}),
            "shortlisting": decides(one, "shortlisting"),
            "change": sends("PATCH", f"/applications/{one.application_id}", {"time_zone": "Asia/Tokyo"}),
            "link": posts("/links", {"email": email}),
            "exchange": posts("/links/exchange", {"code": code}),
            "resend": does(partial(send_contact_again, one.candidate_id)),
            "erasure": erases(one),
        }
        said, erased = await meet(acts[what], erases(one))
        assert erased == DONE
        assert said in {DONE, "wrong-state", "link-not-valid"}
        await forgotten(intake, one.candidate_id)
        assert (await intake.told(one.candidate_id)).count("candidate-erased") == 1
        assert (await right(intake, current)).taken == 0
        await right(intake, another)


async def _linked(intake: Replicas, one: Application) -> str:
    """Make a link for somebody; return its code."""
    code = secrets.token_hex(16)

    async def scene(unit: UnitOfWork) -> str:
        expires_at = real_now() + timedelta(days=1)
        unit.save(links, Link(code_hash=hashed(code), candidate_id=one.candidate_id, expires_at=expires_at))
        return code

    return await intake.set_up(scene)


async def test_a_code_is_exchanged_once(intake: Replicas) -> None:
    async for meet, current in intake.rounds(open_round):
        code = await _linked(intake, await applied(intake, current))
        exchanges = posts("/links/exchange", {"code": code})
        assert sorted(await meet(exchanges, exchanges)) == [DONE, "link-not-valid"]


async def test_of_two_changes_of_the_same_version_one_is_made(intake: Replicas) -> None:
    async for meet, current in intake.rounds(open_round):
        one = await applied(intake, current)
        changes = [
            sends("PATCH", f"/applications/{one.application_id}", {"time_zone": zone}, version='"1"')
            for zone in ("Asia/Tokyo", "Europe/Lisbon")
        ]
        assert sorted(await meet(*changes)) == ["changed-since", DONE]
        assert await intake.told(one.candidate_id) == ["candidate-applied", "candidate-updated"]
