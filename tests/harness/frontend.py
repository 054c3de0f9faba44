"""Who the page of examples/frontend meets: staff who do their part, and how people apply on it."""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from deploy.demo.api import Api
from deploy.demo.world import Mail
from tests.harness.browser import Visitor
from tests.harness.waiting import eventually

TODAY = date.today()  # noqa: DTZ011  rounds and visits here are weeks away


@dataclass(frozen=True)
class Staff:
    """The programme's staff, and a firm that is glad of everyone."""

    api: Api
    token: str
    mail: Mail

    async def post(self, service: str, path: str, body: Any = None) -> Any:
        """Create or move something."""
        return await self.api.post(service, path, body, token=self.token, key=secrets.token_hex(8))

    async def get(self, service: str, path: str) -> Any:
        """Read something."""
        return await self.api.get(service, path, self.token)

    async def open_round(self) -> str:
        """Open a round with places; return its id."""
        days = {"opens_on": str(TODAY), "closes_on": str(TODAY + timedelta(days=30))}
        return str((await self.post("intake", "/rounds", {"capacity": 90, **days}))["round_id"])

    async def open_position(self, title: str) -> None:
        """Register a firm that looks for somebody with Python."""
        contact = {"name": "佐藤 恵", "email": "hr@firm.example.org"}
        firm = {"name": "島根ソフト", "contact": contact, "language": "ja", "time_zone": "Asia/Tokyo"}
        firm_id = (await self.post("matching", "/firms", firm))["firm_id"]
        requirements = {
            "title": title,
            "skills": [{"name": "Python", "years": 2, "must": True}],
            "salary_min": 4_000_000,
            "salary_max": 6_000_000,
            "headcount": 9,
            "starts_on": str(TODAY + timedelta(days=400)),
        }
        await self.post("matching", f"/firms/{firm_id}/positions", {"requirements": requirements})

    async def invite(self, candidate_id: str) -> None:
        """Offer a seat on a new visit."""
        days = {"starts_on": str(TODAY + timedelta(days=100)), "ends_on": str(TODAY + timedelta(days=111))}
        visit_id = (await self.post("scheduling", "/visits", {"seats": 3, **days}))["visit_id"]
        invitation = {"candidate_id": candidate_id, "needs_visa": True}
        await self.post("scheduling", f"/visits/{visit_id}/invitations", {"invitations": [invitation]})

    async def application_of(self, candidate_id: str) -> dict[str, Any]:
        """Return a candidate's newest application."""
        listed = await self.get("intake", f"/candidates/{candidate_id}/applications")
        return dict(listed["items"][0])

    async def matches_of(self, candidate_id: str) -> list[dict[str, Any]]:
        """Return a candidate's matches."""
        return list((await self.get("matching", f"/candidates/{candidate_id}/matches"))["items"])

    async def code_for(self, email: str, *, beside: str = "") -> str:
        """Wait for a mail with a link to this address; return the code, another one than ``beside``."""

        async def look() -> str | None:
            texts = [one.text for one in self.mail.letters() if one.to == email and "#" in one.text]
            codes = [text.split("#", 1)[1].split()[0] for text in texts]
            return next((code for code in codes if code != beside), None)

        return await eventually(look, f"a mail with a link for {email}")


def new_address() -> str:
    """Make an address that nobody has applied with."""
    return f"p{secrets.token_hex(6)}@example.org"


async def fill_in(visitor: Visitor, email: str) -> None:
    """Fill in the form as it should be."""
    await visitor.page.locator("#application").wait_for()
    await visitor.fill(
        contact__name="Łukasz Ковальчук",
        contact__email=email,
        country="PL",
        profile__roles__0="Back-end developer",
        profile__years_of_experience="7.5",
        profile__education="master",
        profile__skills__0__name="Python",
        profile__skills__0__years="6",
        profile__spoken__0__level="C1",
        profile__spoken__1__level="A1",
        channel="telegram",
    )
    await visitor.at("consent").check()


async def apply(visitor: Visitor, email: str) -> None:
    """Apply, and be thanked."""
    await fill_in(visitor, email)
    await visitor.button(visitor.words["form"]["send"]).click()
    await visitor.reads(visitor.words["sent"]["title"], "#sent")


async def candidate_id(somebody: Visitor) -> str:
    """Return who is signed in."""
    return str(await somebody.page.evaluate("JSON.parse(sessionStorage.getItem('enmusubi')).candidateId"))


async def come_in(somebody: Visitor, staff: Staff) -> str:
    """Apply and follow the link; return the candidate_id."""
    email = new_address()
    await apply(somebody, email)
    await somebody.open_link(await staff.code_for(email))
    return await candidate_id(somebody)


async def shortlist(staff: Staff, candidate: str) -> None:
    """Let staff shortlist somebody."""
    application = await staff.application_of(candidate)
    await staff.post("intake", f"/applications/{application['application_id']}/shortlisting")
