"""Scenes of a visit: somebody who comes on it, and whose match can be interviewed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from services.scheduling.domain.candidates import Match, Position
from services.scheduling.domain.visits import Visit
from services.scheduling.store import calendar
from shared.events import MatchDeclined
from shared.events.examples import EXAMPLES
from shared.storage.collection import In
from shared.storage.unit import UnitOfWork
from tests.integration.races.acts import posts, sends, takes_in
from tests.integration.races.replicas import Act, Replicas
from tests.integration.races.scheduling_scenes import (
    Applicant,
    applicant,
    booked,
    employer,
    matched,
    visit_ahead,
)
from tests.unit.scheduling.builders import IZUMO


@dataclass(frozen=True)
class Stay:
    """A candidate who comes on a visit, and has a match."""

    visit: Visit
    one: Applicant
    wanted: Position
    match: Match

    @property
    def plans(self) -> Act:
        """Staff plan the visit's interviews."""
        return posts(f"/visits/{self.visit.visit_id}/plan")

    @property
    def ends(self) -> Act:
        """The match ends."""
        given = {"match_id": self.match.match_id, "candidate_id": self.one.id, "by": "firm"}
        return takes_in(EXAMPLES[MatchDeclined].model_copy(update=given), sequence=2)

    def demo_day(self, hour: int = 10, members: Sequence[Applicant] | None = None) -> Act:
        """Staff set the demo day, on the visit's second day."""
        starts_at = datetime.combine(self.visit.starts_on + timedelta(days=1), time(hour), IZUMO)
        who = (self.one,) if members is None else members
        team = {"team": "A", "theme": "B", "candidate_ids": [one.id for one in who], "firm_ids": []}
        body = {
            "starts_at": starts_at.isoformat(),
            "ends_at": (starts_at + timedelta(hours=1)).isoformat(),
            "place": "市役所",
            "teams": [team],
        }
        return sends("PUT", f"/visits/{self.visit.visit_id}/showcase", body)


async def coming(unit: UnitOfWork, days: int = 60) -> Stay:
    """Put a candidate there who comes on a visit and has a match, with nothing planned."""
    visit, one, wanted = visit_ahead(unit, days=days), applicant(unit), employer(unit)
    await booked(unit, visit, one)
    return Stay(visit, one, wanted, matched(unit, one, wanted))


async def tomorrow(unit: UnitOfWork) -> Stay:
    """The same, on a visit that begins tomorrow."""
    return await coming(unit, days=1)


def a_day_passes(scheduling: Replicas) -> None:
    for replica in (scheduling.first, scheduling.second):
        replica.process.clock.move(replica.process.clock.offset + timedelta(days=1))


async def free(scheduling: Replicas, *everyone: str) -> bool:
    """Say whether none of them has anything in their calendar."""
    return not any(day.busy for day in await scheduling.find(calendar, who=In(everyone)))
