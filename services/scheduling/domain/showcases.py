"""Showcases: what a visit's teams show on its demo day, one team after the other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from services.scheduling.domain.calendar import Busy
from shared.events.ids import CandidateId, FirmId, RoomId, ShowcaseId, VisitId
from shared.events.scheduling import ShowcaseHeld, ShowcaseScheduled


@dataclass(frozen=True, kw_only=True, slots=True)
class Showcase:
    """What one team shows, when and before whom."""

    showcase_id: ShowcaseId
    visit_id: VisitId
    theme: str
    team: str
    candidate_ids: tuple[CandidateId, ...]
    firm_ids: tuple[FirmId, ...]
    starts_at: datetime
    ends_at: datetime
    place: str
    room_id: RoomId | None = None
    shown: str | None = None
    """What the team showed, in staff's words; never in an event."""
    links: tuple[str, ...] = ()
    state: Literal["scheduled", "cancelled", "held"] = "scheduled"
    """Cancelled: its visit was closed before it."""

    @property
    def takes_part(self) -> tuple[str, ...]:
        """Whose calendars it stands in."""
        room = (self.room_id,) if self.room_id else ()
        return (*self.candidate_ids, *self.firm_ids, *room)

    @property
    def busy(self) -> Busy:
        """The time that it takes."""
        return Busy(starts_at=self.starts_at, ends_at=self.ends_at, what="showcase", id=self.showcase_id)


def turns(starts_at: datetime, ends_at: datetime, teams: int) -> tuple[tuple[datetime, datetime], ...]:
    """Share a demo day's time between teams: equal turns of whole minutes, one after the other.

    Firms come to see several teams, and nobody is in two places at one time.
    """
    turn = timedelta(minutes=(ends_at - starts_at) // timedelta(minutes=1) // teams)
    return tuple((starts_at + turn * one, starts_at + turn * (one + 1)) for one in range(teams))


def scheduled(showcase: Showcase) -> ShowcaseScheduled:
    """Announce a showcase."""
    return ShowcaseScheduled(
        showcase_id=showcase.showcase_id,
        visit_id=showcase.visit_id,
        theme=showcase.theme,
        team=showcase.team,
        candidate_ids=showcase.candidate_ids,
        firm_ids=showcase.firm_ids,
        starts_at=showcase.starts_at,
        ends_at=showcase.ends_at,
        place=showcase.place,
    )


def held(showcase: Showcase) -> tuple[Showcase, ShowcaseHeld]:
    """Say that a showcase took place."""
    event = ShowcaseHeld(
        showcase_id=showcase.showcase_id,
        visit_id=showcase.visit_id,
        theme=showcase.theme,
        team=showcase.team,
        candidate_ids=showcase.candidate_ids,
        firm_ids=showcase.firm_ids,
        starts_at=showcase.starts_at,
        ends_at=showcase.ends_at,
        place=showcase.place,
    )
    return replace(showcase, state="held"), event


def is_announced_as(before: Showcase | None, after: Showcase) -> bool:
    """Say whether what was announced is still so; what was shown, and links, are not announced."""
    return before is not None and scheduled(before) == scheduled(after)


def twice(groups: Sequence[Sequence[CandidateId]]) -> tuple[CandidateId, ...]:
    """Return who is in more than one team, or twice in one."""
    everyone = [one for group in groups for one in group]
    return tuple(sorted({one for one in everyone if everyone.count(one) > 1}))
