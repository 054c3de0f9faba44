"""Who plays: staff, firms, teachers and candidates, with their tokens and what they decide by."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from deploy.demo.api import Api
from deploy.demo.applicants import Applicant
from deploy.demo.firms import Firm
from deploy.demo.world import Mail

MakeToken = Callable[..., str]


def mood(*of: str) -> float:
    """Return a number from 0 to 1 that is always the same for the same people and things: how somebody feels."""
    digest = hashlib.sha256("|".join(of).encode()).digest()
    return int.from_bytes(digest[:4]) / 2**32


@dataclass
class Person:
    """A candidate, as the web frontend knows them: what they sent, and what they were answered."""

    applicant: Applicant
    application_id: str
    candidate_id: str
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Employer:
    """A firm that was registered, with its positions: id to title."""

    firm: Firm
    firm_id: str
    token: str
    positions: dict[str, str]


@dataclass
class Cast:
    """Everybody, and how they call the services."""

    api: Api
    mail: Mail
    make_token: MakeToken
    people: dict[str, Person] = field(default_factory=dict)
    """By candidate_id."""
    employers: dict[str, Employer] = field(default_factory=dict)
    """By firm_id."""

    @property
    def staff(self) -> str:
        """A staff token."""
        return self.make_token("staff")

    def join(self, applicant: Applicant, answer: dict[str, Any]) -> Person:
        """Remember somebody whose application was taken."""
        person = Person(applicant, answer["application_id"], answer["candidate_id"])
        self.people[person.candidate_id] = person
        return person

    async def token_of(self, candidate_id: str) -> str:
        """Return a candidate's token: on first use they follow the link in their mail."""
        person = self.people[candidate_id]
        if person.token is None:
            code = self.mail.link_code(person.applicant.email)
            answer = await self.api.post(
                "intake", "/links/exchange", {"code": code}, key=f"link-{person.applicant.number}"
            )
            person.token = str(answer["access_token"])
        return person.token

    def title(self, position_id: str) -> str:
        """Return a position's title, with its firm."""
        for employer in self.employers.values():
            if position_id in employer.positions:
                return f"{employer.positions[position_id]}, {employer.firm.name}"
        raise LookupError(position_id)

    def name(self, candidate_id: str) -> str:
        """Return a candidate's name."""
        return self.people[candidate_id].applicant.name
