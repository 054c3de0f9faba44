"""Showcases: what the teams of a visit show on its demo day."""

from typing import Annotated

from pydantic import Field

from shared.events.event import Event
from shared.events.ids import CandidateId, FirmId, ShowcaseId, VisitId
from shared.events.texts import Line
from shared.events.times import Moment
from shared.events.value import at_least


class _OfShowcase(Event):
    showcase_id: ShowcaseId
    visit_id: VisitId
    theme: Line
    """What the city asked for."""
    team: Line
    """What the team is called."""
    candidate_ids: Annotated[tuple[CandidateId, ...], Field(max_length=50)]
    """Who is in the team."""
    firm_ids: Annotated[tuple[FirmId, ...], Field(max_length=200)]
    """Which firms come to see it."""
    starts_at: Moment
    """When it begins."""
    ends_at: Annotated[Moment, at_least("starts_at")]
    """When it ends."""
    place: Line
    """Where it takes place."""


class ShowcaseScheduled(_OfShowcase, source="scheduling", type="showcase-scheduled", subject="showcase_id"):
    """A team's showcase on a visit's demo day was planned: one event for each team."""


class ShowcaseHeld(_OfShowcase, source="scheduling", type="showcase-held", subject="showcase_id"):
    """A team showed its work on the demo day: one event for each team."""
