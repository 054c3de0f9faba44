"""A cohort: who takes part in one season of the load, and what they know."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from deploy.demo.api import RefusedError
from tests.faults.client import Client, GivenUp
from tests.faults.outsider import Outsider

IZUMO = ZoneInfo("Asia/Tokyo")
Json = dict[str, Any]


class MakeToken(Protocol):
    """Makes a bearer token of the local issuer."""

    def __call__(self, role: str, *, person_id: str | None = None, firm_id: str | None = None) -> str:
        """Return a token for this role."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody who has applied."""

    application_id: str
    candidate_id: str
    email: str
    token: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Employer:
    """A firm with its positions."""

    firm_id: str
    token: str
    positions: tuple[str, ...]


@dataclass(kw_only=True)
class Cohort:
    """One season's people and things."""

    number: int
    begins: datetime
    """Programme time."""
    client: Client
    outsider: Outsider
    make_token: MakeToken
    people: list[Person] = field(default_factory=list)
    shortlisted: list[Person] = field(default_factory=list)
    employers: list[Employer] = field(default_factory=list)
    visits: list[str] = field(default_factory=list)
    promising: set[str] = field(default_factory=set)
    """Matches whose interview went well, as the firm said."""

    @property
    def staff(self) -> str:
        """A staff token."""
        return self.make_token("staff")

    @property
    def leaving(self) -> Person | None:
        """Who will ask to be forgotten while offers are answered."""
        return self.shortlisted[len(self.shortlisted) // 2] if self.shortlisted else None

    def employer(self, firm_id: str) -> Employer | None:
        """Return a firm of this cohort's."""
        return next((one for one in self.employers if one.firm_id == firm_id), None)


async def tried(command: Callable[[], Awaitable[Any]]) -> Any:
    """Do something that may be refused, as there is not enough for all; None where it was."""
    with suppress(RefusedError, GivenUp):
        return await command()
    return None
