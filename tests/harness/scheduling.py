"""Scheduling for tests: candidates, firms and matches as events tell of them, and its HTTP side."""

import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import httpx

from deploy.local.run import LocalRun
from shared.clock import set_clock
from shared.events import (
    CandidateApplied,
    CandidateErased,
    CandidateShortlisted,
    CandidateWithdrawn,
    FirmRegistered,
    MatchAccepted,
    MatchDeclined,
    OfferAccepted,
    PositionClosed,
    PositionOpened,
)
from shared.events.ids import (
    ApplicationId,
    CandidateId,
    FirmId,
    MatchId,
    OfferId,
    PositionId,
    RoundId,
)
from shared.events.profile import Profile, Requirements, SpokenLanguage
from shared.ids import new
from shared.storage.client import connect, database
from tests.harness.history import Told, read_history
from tests.harness.publishing import publish
from tests.harness.waiting import eventually

Json = dict[str, Any]
IZUMO = ZoneInfo("Asia/Tokyo")
REQUIREMENTS = Requirements(
    title="Back-end engineer",
    salary_min=4_000_000,
    salary_max=6_000_000,
    headcount=3,
    starts_on=date(2040, 4, 1),
)


@dataclass(frozen=True)
class Applicant:
    """A candidate as intake's events tell of them."""

    candidate_id: CandidateId = field(default_factory=lambda: new(CandidateId))
    application_id: ApplicationId = field(default_factory=lambda: new(ApplicationId))
    time_zone: str = "Europe/Kyiv"
    wants_lessons: bool = False
    japanese: Literal["none", "A1", "B2"] = "none"

    def applied(self) -> CandidateApplied:
        """Tell of the application."""
        return CandidateApplied(
            candidate_id=self.candidate_id,
            application_id=self.application_id,
            round_id=new(RoundId),
            country="UA",
            channel="telegram",
            language="uk",
            time_zone=self.time_zone,
            profile=Profile(
                years_of_experience=6,
                education="master",
                spoken=(SpokenLanguage(language="ja", level=self.japanese),),
            ),
            wants_lessons=self.wants_lessons,
        )

    def shortlisted(self) -> CandidateShortlisted:
        """Tell that staff shortlisted them."""
        return CandidateShortlisted(candidate_id=self.candidate_id, application_id=self.application_id)

    def withdrawn(self) -> CandidateWithdrawn:
        """Tell that they withdrew."""
        return CandidateWithdrawn(
            candidate_id=self.candidate_id, application_id=self.application_id, reason="own-wish"
        )

    def erased(self) -> CandidateErased:
        """Tell that they were erased."""
        return CandidateErased(candidate_id=self.candidate_id)


@dataclass(frozen=True)
class Firm:
    """A firm with one position, as matching's events tell of them."""

    name: str = "株式会社出雲ソフト"
    firm_id: FirmId = field(default_factory=lambda: new(FirmId))
    position_id: PositionId = field(default_factory=lambda: new(PositionId))

    def registered(self) -> FirmRegistered:
        """Tell of the firm."""
        return FirmRegistered(firm_id=self.firm_id, name=self.name, language="ja", time_zone="Asia/Tokyo")

    def opened(self) -> PositionOpened:
        """Tell of its position."""
        return PositionOpened(firm_id=self.firm_id, position_id=self.position_id, requirements=REQUIREMENTS)

    def closed(self) -> PositionClosed:
        """Tell that its position is closed."""
        return PositionClosed(
            firm_id=self.firm_id, position_id=self.position_id, requirements=REQUIREMENTS, reason="firm"
        )

    def matched(self, one: Applicant, match_id: MatchId | None = None) -> MatchAccepted:
        """Tell that both sides accepted a match."""
        return MatchAccepted(
            match_id=match_id or new(MatchId),
            candidate_id=one.candidate_id,
            position_id=self.position_id,
            firm_id=self.firm_id,
            by="firm",
            complete=True,
        )

    def parted(self, match: MatchAccepted, by: Literal["candidate", "firm", "programme"]) -> MatchDeclined:
        """Tell that a match ended."""
        return MatchDeclined(
            match_id=match.match_id,
            candidate_id=match.candidate_id,
            position_id=self.position_id,
            firm_id=self.firm_id,
            by=by,
        )

    def hired(self, one: Applicant, starts_on: date) -> OfferAccepted:
        """Tell that a candidate accepted an offer."""
        return OfferAccepted(
            offer_id=new(OfferId),
            match_id=new(MatchId),
            candidate_id=one.candidate_id,
            position_id=self.position_id,
            firm_id=self.firm_id,
            salary=5_000_000,
            starts_on=starts_on,
        )


class Scheduling:
    """Scheduling from outside."""

    def __init__(self, run: LocalRun, http: httpx.AsyncClient) -> None:
        self.run = run
        self.http = http

    @property
    def staff(self) -> str:
        """A token of staff."""
        return self.run.token("staff")

    def candidate(self, one: Applicant) -> str:
        """A candidate's token."""
        return self.run.token("candidate", person_id=one.candidate_id)

    def firm(self, one: Firm) -> str:
        """A firm's token."""
        return self.run.token("firm", firm_id=one.firm_id)

    async def ask(
        self, method: str, path: str, body: object = None, *, token: str | None = None, **headers: str
    ) -> httpx.Response:
        """Call an endpoint; as staff unless a token is given."""
        sent = {"Authorization": f"Bearer {token or self.staff}", **headers}
        return await self.http.request(method, path, json=body, headers=sent)

    async def create(self, path: str, body: object) -> Json:
        """Create something as staff."""
        answer = await self.ask("POST", path, body, **{"Idempotency-Key": secrets.token_hex(8)})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def do(self, path: str, body: object = None, *, token: str | None = None) -> Json:
        """Move a state."""
        answer = await self.ask("POST", path, body, token=token)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def refused(self, path: str, body: object = None, *, token: str | None = None) -> str:
        """Try to move a state, and return the type of the problem that comes of it."""
        answer = await self.ask("POST", path, body, token=token)
        assert answer.status_code >= 400, answer.text
        return str(answer.json()["type"])

    async def get(self, path: str, *, token: str | None = None) -> Json:
        """Read something."""
        answer = await self.ask("GET", path, token=token)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def now(self) -> datetime:
        """The programme's time."""
        answer = await self.http.get("/livez")
        return datetime.fromisoformat(answer.json()["now"])

    async def today(self) -> date:
        """The programme's day."""
        return (await self.now()).astimezone(IZUMO).date()

    async def at(self, moment: datetime) -> None:
        """Move the clock to this moment, and wait until nothing is due."""
        client = connect(self.run.mongo_url, timeout=5)
        try:
            store = database(client, self.run.service_environment("scheduling")["CLOCK_DATABASE"])
            await set_clock(store, moment)
        finally:
            client.close()
        await self.rest()

    async def rest(self) -> None:
        """Wait until scheduling has nothing to do."""

        async def look() -> bool:
            answer = (await self.http.get("/readyz")).json()
            return answer["work"] is not None and not any(answer["work"].values())

        await eventually(look, "scheduling to rest")

    async def tell(self, *events: Any, sequence: int = 1) -> None:
        """Publish events, and wait until scheduling has done with them."""
        before = (await self.http.get("/readyz")).json()["handled"]
        await publish(self.run.amqp_url, *events, sequence=sequence)

        async def look() -> bool:
            return bool((await self.http.get("/readyz")).json()["handled"] >= before + len(events))

        await eventually(look, f"{len(events)} events to be handled")
        await self.rest()

    async def shortlist(self, count: int = 1, **given: Any) -> list[Applicant]:
        """Have so many new candidates shortlisted."""
        made = [Applicant(**given) for _ in range(count)]
        await self.tell(*(event for one in made for event in (one.applied(), one.shortlisted())))
        return made

    async def open_visit(self, seats: int = 2, weeks_ahead: int = 12) -> Json:
        """Open a visit of two weeks that begins on a Monday."""
        today = await self.today()
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=weeks_ahead)
        body = {"starts_on": str(monday), "ends_on": str(monday + timedelta(days=13)), "seats": seats}
        return await self.create("/visits", body)

    async def invite(self, visit: Json, ones: Iterable[Applicant], *, needs_visa: bool = True) -> Json:
        """Invite candidates in this order."""
        invitations = [{"candidate_id": one.candidate_id, "needs_visa": needs_visa} for one in ones]
        return await self.create(f"/visits/{visit['visit_id']}/invitations", {"invitations": invitations})

    async def book(self, visit: Json, *ones: Applicant) -> None:
        """Invite candidates, and have them accept."""
        await self.invite(visit, ones)
        for one in ones:
            await self.do(f"{seat_path(visit, one)}/acceptance", token=self.candidate(one))

    async def visit(self, visit: Json) -> Json:
        """A visit as it is now."""
        return await self.get(f"/visits/{visit['visit_id']}")

    async def states(self, visit: Json) -> dict[str, str]:
        """The state of each seat of a visit, by candidate."""
        return {one["candidate_id"]: one["state"] for one in (await self.visit(visit))["invited"]}

    async def agenda(self, person_id: str) -> Json:
        """All that is planned for somebody."""
        return await self.get(f"/agendas/{person_id}")

    async def told(self, subject: str, *types: str) -> list[Told]:
        """Wait until the history tells all of these of a subject; return all that it tells of it."""

        async def look() -> list[Told] | None:
            found = [one for one in await read_history(self.run.amqp_url) if one.subject == subject]
            return found if Counter(one.type for one in found) >= Counter(types) else None

        return await eventually(look, f"{types} of {subject} in the history")


def seat_path(visit: Json, one: Applicant) -> str:
    """Where a candidate's seat is."""
    return f"/visits/{visit['visit_id']}/seats/{one.candidate_id}"


def seat_of(visit: Json, one: Applicant) -> str:
    """The subject of events about a seat."""
    return f"{visit['visit_id']}.{one.candidate_id}"


def in_izumo(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment of a day in Izumo."""
    return datetime.combine(day, time(hour, minute), IZUMO).astimezone(UTC)
