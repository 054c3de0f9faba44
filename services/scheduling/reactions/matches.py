"""Matches: complete ones are interviewed, ended ones no longer."""

from dataclasses import replace

from services.scheduling.domain.candidates import Match
from services.scheduling.interviewing import call_off_ahead
from services.scheduling.reactions.registry import reactions
from services.scheduling.store import matches
from shared.events.matching import MatchAccepted, MatchDeclined
from shared.events.vocabulary import InterviewCancellationReason, Party
from shared.storage.unit import UnitOfWork

REASONS: dict[Party, InterviewCancellationReason] = {
    "candidate": "candidate",
    "firm": "firm",
    "programme": "position-closed",
}
"""Why an interview is called off, by who ended its match. A candidate who left has a reason of their own."""


@reactions.on(MatchAccepted, reads=lambda event: [matches.key(event.match_id)])
async def keep_match(event: MatchAccepted, unit: UnitOfWork) -> None:
    """Keep a match that both sides have accepted, unless it has ended already."""
    if event.complete and await unit.get(matches, event.match_id) is None:
        unit.save(matches, _match(event))


@reactions.on(MatchDeclined, reads=lambda event: [matches.key(event.match_id)])
async def end_match(event: MatchDeclined, unit: UnitOfWork) -> None:
    """End a match, be it before its beginning has come; an interview that lies ahead is called off."""
    known = await unit.get(matches, event.match_id) or _match(event)
    unit.save(matches, replace(known, state="ended"))
    if known.interview_id is not None:
        await call_off_ahead(unit, [known.interview_id], REASONS[event.by])


def _match(event: MatchAccepted | MatchDeclined) -> Match:
    return Match(
        match_id=event.match_id,
        candidate_id=event.candidate_id,
        position_id=event.position_id,
        firm_id=event.firm_id,
        state="complete",
    )
