"""What tests do to matching from outside, over HTTP and events, with nothing but itself running."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aio_pika
import httpx

from deploy.local.run import LocalRun
from shared.events import (
    CandidateApplied,
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
from shared.events.private import Contact
from shared.events.profile import Profile, Skill
from shared.ids import new
from shared.messaging.topology import CONTACTS
from shared.sealing import Unsealer
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

    async def contact_of(self, firm_id: str) -> Contact:
        """Take what matching told notifications in private, until it is about this firm."""
        unsealer = Unsealer(self.run.keys_folder / "notifications.pem")
        connection = await aio_pika.connect(self.run.amqp_url)
        async with connection:
            queue = await (await connection.channel()).get_queue(CONTACTS.name, ensure=False)

            async def look() -> Contact | None:
                while (message := await queue.get(fail=False)) is not None:
                    await message.ack()
                    opened = unsealer.open(message.body)
                    if isinstance(opened, Contact) and opened.person_id == firm_id:
                        return opened
                return None

            return await eventually(look, "the firm's contact")

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
