"""Matching over HTTP and events, with nothing but itself running."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from deploy.local.run import LocalRun
from shared.events import (
    CandidateApplied,
    CandidateErased,
    CandidateShortlisted,
    CandidateUpdated,
    CandidateWithdrawn,
    InterviewHeld,
)
from shared.events.ids import (
    ApplicationId,
    CandidateId,
    FirmId,
    InterviewId,
    MatchId,
    PositionId,
    RoundId,
    VisitId,
)
from shared.events.profile import Profile, Skill
from shared.ids import new
from tests.harness.history import Told, read_history
from tests.harness.publishing import publish
from tests.harness.waiting import eventually

Json = dict[str, Any]
REQUIREMENTS: Json = {
    "title": "Back-end engineer",
    "skills": [{"name": "Python", "years": 2, "must": True}],
    "salary_min": 4_000_000,
    "salary_max": 6_000_000,
    "headcount": 1,
    "starts_on": "2028-04-01",
}


@dataclass(frozen=True)
class Applicant:
    candidate_id: CandidateId
    application_id: ApplicationId

    def applied(self, *skills: str) -> CandidateApplied:
        return CandidateApplied(
            candidate_id=self.candidate_id,
            application_id=self.application_id,
            round_id=new(RoundId),
            country="UA",
            channel="telegram",
            language="uk",
            time_zone="Europe/Kyiv",
            profile=_profile(*skills),
            wants_lessons=True,
        )

    def updated(self, *skills: str) -> CandidateUpdated:
        return CandidateUpdated(
            candidate_id=self.candidate_id,
            country="UA",
            language="uk",
            time_zone="Europe/Kyiv",
            profile=_profile(*skills),
            wants_lessons=True,
        )

    def shortlisted(self) -> CandidateShortlisted:
        return CandidateShortlisted(candidate_id=self.candidate_id, application_id=self.application_id)

    def withdrawn(self) -> CandidateWithdrawn:
        return CandidateWithdrawn(
            candidate_id=self.candidate_id, application_id=self.application_id, reason="own-wish"
        )


def _profile(*skills: str) -> Profile:
    return Profile(
        skills=tuple(Skill(name=name, years=5) for name in skills),
        years_of_experience=6,
        education="master",
    )


def applicant() -> Applicant:
    return Applicant(new(CandidateId), new(ApplicationId))


class Programme:
    """What the tests do to matching, from outside."""

    def __init__(self, run: LocalRun, http: httpx.AsyncClient) -> None:
        self.run = run
        self.http = http

    async def ask(self, method: str, path: str, token: str, body: Json | None = None, **headers: str) -> Any:
        all_headers = {"Authorization": f"Bearer {token}", **headers}
        return await self.http.request(method, path, json=body, headers=all_headers)

    async def create(self, path: str, token: str, body: Json) -> Any:
        return await self.ask("POST", path, token, body, **{"Idempotency-Key": new(MatchId)})

    @property
    def staff(self) -> str:
        return self.run.token("staff")

    def firm(self, firm_id: str) -> str:
        return self.run.token("firm", person_id=firm_id, firm_id=firm_id)

    def candidate(self, one: Applicant) -> str:
        return self.run.token("candidate", person_id=one.candidate_id)

    async def new_firm(self) -> str:
        body = {
            "name": "株式会社出雲ソフト",
            "contact": {"name": "佐藤 花子", "email": "hanako@firm.example.jp"},
            "language": "ja",
            "time_zone": "Asia/Tokyo",
        }
        answer = await self.create("/firms", self.staff, body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["firm_id"])

    async def new_position(self, firm_id: str, **changes: Any) -> Json:
        body = {"requirements": {**REQUIREMENTS, **changes}}
        answer = await self.create(f"/firms/{firm_id}/positions", self.firm(firm_id), body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def shortlist(self, *skills: str) -> Applicant:
        one = applicant()
        await publish(self.run.amqp_url, one.applied(*skills), one.shortlisted())
        return one

    async def close_all(self) -> None:
        for position in (await self.http.get("/positions")).json()["items"]:
            await self.ask("POST", f"/positions/{position['position_id']}/closing", self.staff)

    async def matches_of(self, one: Applicant) -> list[Json]:
        answer = await self.ask("GET", f"/candidates/{one.candidate_id}/matches", self.staff)
        return list(answer.json()["items"])

    async def proposed(self, one: Applicant, position: Json) -> Json:
        async def look() -> Json | None:
            found = await self.matches_of(one)
            return next((match for match in found if match["position_id"] == position["position_id"]), None)

        return await eventually(look, "a match")

    async def made(self, one: Applicant, position: Json) -> Json:
        match = await self.proposed(one, position)
        path = f"/matches/{match['match_id']}/acceptance"
        await self.ask("POST", path, self.candidate(one))
        answer = await self.ask("POST", path, self.firm(position["firm_id"]))
        assert answer.json()["state"] == "made", answer.text
        return dict(answer.json())

    async def interviewed(self, match: Json, outcome: str = "offer") -> Json:
        await publish(self.run.amqp_url, held(match, outcome))

        async def look() -> bool:
            answer = await self.ask("GET", f"/positions/{match['position_id']}/matches", self.staff)
            found = {one["match_id"]: one for one in answer.json()["items"]}
            return bool(found[match["match_id"]].get("interview") == outcome)

        await eventually(look, "the interview's outcome")
        return match

    async def offer(self, match: Json, **changes: Any) -> Any:
        body = {"salary": 5_000_000, "starts_on": "2099-04-01", "expires_at": soon(days=10), **changes}
        return await self.create(f"/matches/{match['match_id']}/offers", self.firm(match["firm_id"]), body)

    async def offered(self, match: Json) -> Json:
        answer = await self.offer(match)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def history_of(self, subject: str, *types: str) -> list[Told]:
        """Wait until the history tells all of these of a subject; return all that it tells of it."""

        async def look() -> list[Told] | None:
            found = [one for one in await read_history(self.run.amqp_url) if one.subject == subject]
            return found if Counter(one.type for one in found) >= Counter(types) else None

        return await eventually(look, f"{types} in the history")


def soon(**ahead: float) -> str:
    return (datetime.now(UTC) + timedelta(**ahead)).isoformat()


def held(match: Json, outcome: Any) -> InterviewHeld:
    at = datetime.now(UTC)
    return InterviewHeld(
        interview_id=new(InterviewId),
        visit_id=new(VisitId),
        match_id=MatchId(match["match_id"]),
        candidate_id=CandidateId(match["candidate_id"]),
        position_id=PositionId(match["position_id"]),
        firm_id=FirmId(match["firm_id"]),
        starts_at=at,
        ends_at=at,
        place="here",
        outcome=outcome,
    )


@pytest.fixture
async def programme(matching: LocalRun) -> AsyncIterator[Programme]:
    async with httpx.AsyncClient(base_url=matching.urls["matching"], timeout=20) as http:
        programme = Programme(matching, http)
        yield programme
        await programme.close_all()  # what one test opens is not proposed in the next


async def test_a_firm_is_registered_and_its_contact_is_shown_to_nobody(programme: Programme) -> None:
    firm_id = await programme.new_firm()
    answer = await programme.ask("GET", f"/firms/{firm_id}", programme.firm(firm_id))
    assert answer.json() == {
        "firm_id": firm_id,
        "name": "株式会社出雲ソフト",
        "language": "ja",
        "time_zone": "Asia/Tokyo",
    }
    (told,) = await programme.history_of(firm_id, "firm-registered")
    assert "example.jp" not in str(told.data)


async def test_a_firm_changes_its_name_with_its_contact(programme: Programme) -> None:
    firm_id = await programme.new_firm()
    tag = (await programme.ask("GET", f"/firms/{firm_id}", programme.staff)).headers["ETag"]
    alone = await programme.ask(
        "PATCH", f"/firms/{firm_id}", programme.staff, {"name": "出雲"}, **{"If-Match": tag}
    )
    assert alone.status_code == 422
    assert alone.json()["errors"][0]["where"] == "body.contact"
    both = {"name": "出雲", "contact": {"name": "佐藤", "email": "new@firm.example.jp"}}
    answer = await programme.ask("PATCH", f"/firms/{firm_id}", programme.staff, both, **{"If-Match": tag})
    assert answer.json()["name"] == "出雲"
    outdated = await programme.ask("PATCH", f"/firms/{firm_id}", programme.staff, both, **{"If-Match": tag})
    assert outdated.status_code == 412
    await programme.history_of(firm_id, "firm-changed")


async def test_another_firm_may_not_look(programme: Programme) -> None:
    firm_id, other = await programme.new_firm(), await programme.new_firm()
    answer = await programme.ask("GET", f"/firms/{firm_id}", programme.firm(other))
    assert answer.status_code == 403
    body = {"requirements": REQUIREMENTS}
    answer = await programme.create(f"/firms/{firm_id}/positions", programme.firm(other), body)
    assert answer.status_code == 403


async def test_anyone_sees_open_positions_and_no_closed_ones(programme: Programme) -> None:
    firm_id = await programme.new_firm()
    position = await programme.new_position(firm_id)
    path = f"/positions/{position['position_id']}"
    seen = (await programme.http.get(path)).json()
    assert seen["firm_name"] == "株式会社出雲ソフト"
    assert "held" not in {name for name, value in seen.items() if value is not None}
    await programme.ask("POST", f"{path}/closing", programme.firm(firm_id))
    assert (await programme.http.get(path)).status_code == 404
    assert (await programme.http.get("/positions", params={"state": "closed"})).status_code == 403
    own = await programme.ask("GET", f"/positions?firm_id={firm_id}", programme.firm(firm_id))
    assert [(one["state"], one["reason"]) for one in own.json()["items"]] == [("closed", "firm")]


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


async def test_a_position_changes_but_not_below_what_is_held(programme: Programme) -> None:
    position = await programme.new_position(await programme.new_firm(), headcount=2)
    one = await programme.shortlist("Python")
    await programme.offered(await programme.interviewed(await programme.made(one, position)))
    second = await programme.interviewed(await programme.made(await programme.shortlist("Python"), position))
    await programme.offered(second)
    path = f"/positions/{position['position_id']}"
    tag = (await programme.ask("GET", path, programme.staff)).headers["ETag"]
    fewer = {"requirements": {**REQUIREMENTS, "headcount": 1}}
    answer = await programme.ask("PATCH", path, programme.staff, fewer, **{"If-Match": tag})
    assert (answer.status_code, answer.json()["type"]) == (409, "headcount-held")
    more = {"requirements": {**REQUIREMENTS, "headcount": 3}}
    answer = await programme.ask("PATCH", path, programme.staff, more, **{"If-Match": tag})
    assert answer.json()["requirements"]["headcount"] == 3
    assert answer.headers["ETag"] != tag
    await programme.history_of(position["position_id"], "position-changed")


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


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/firms", {"name": "x"}),
        ("/firms", {"name": "x", "contact": {"name": "x", "email": "no"}, "language": "ja"}),
        ("/assignments", {"seats": 0}),
        ("/assignments", {"seats": 1, "candidates": ["x"]}),
        (f"/firms/{'0' * 32}/positions", {"requirements": {**REQUIREMENTS, "salary_max": 1}}),
        ("/firms/x/positions", {"requirements": REQUIREMENTS}),
    ],
)
async def test_what_is_wrong_is_named(programme: Programme, path: str, body: Json) -> None:
    answer = await programme.create(path, programme.staff, body)
    assert (answer.status_code, answer.json()["type"]) == (422, "invalid")
    assert answer.json()["errors"]


@pytest.mark.parametrize("kind", ["firms", "positions", "offers", "assignments"])
async def test_what_is_not_there_is_not_found(programme: Programme, kind: str) -> None:
    answer = await programme.ask("GET", f"/{kind}/{'0' * 32}", programme.staff)
    assert answer.status_code == 404
