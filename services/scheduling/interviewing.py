"""Interviews: planned for complete matches, called off where they have become pointless."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from services.scheduling.availability import said, with_away
from services.scheduling.calendars import Diary, days_between, open_diary, open_for
from services.scheduling.domain.availability import periods_of
from services.scheduling.domain.calendar import clash
from services.scheduling.domain.candidates import Firm, Match, Position
from services.scheduling.domain.interpreters import Interpreter, share_no_language, who_can_help
from services.scheduling.domain.interviews import Interview, cancelled, held, moved, scheduled
from services.scheduling.domain.planner import Place, Placed, Plan, Wanted, interview_slots, plan
from services.scheduling.domain.rules import Rules
from services.scheduling.domain.visits import STAYS, Seat, Visit, planned_on
from services.scheduling.store import (
    candidates,
    firms,
    interpreters,
    interviews,
    matches,
    positions,
    rooms,
    seats,
    the_candidate,
    visits,
)
from shared.events.ids import InterviewId, MatchId, VisitId
from shared.events.profile import SpokenLanguage
from shared.events.vocabulary import InterviewCancellationReason, InterviewOutcome
from shared.storage.collection import In
from shared.storage.unit import UnitOfWork


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """What a call of the planner led to."""

    scheduled: tuple[Interview, ...]
    moved: tuple[Interview, ...]
    """Those of before at whose time somebody has said since that they cannot."""
    without_slot: tuple[Match, ...]
    not_known_yet: tuple[Match, ...]
    """Matches whose position or firm has not arrived here."""
    without_interpreter: tuple[Interview, ...]
    """Of those that were scheduled: the two share no language, and nobody who could interpret is free."""


async def plan_visit(unit: UnitOfWork, visit: Visit) -> Planned:
    """Plan an interview for each complete match of who comes on a visit, unless it has one that can stay.

    One at whose time somebody cannot any more is moved; where there is no other time for it, it stays.
    """
    unit.save(visits, planned_on(visit))
    coming = await unit.find(seats, visit_id=visit.visit_id, state=In(sorted(STAYS)))
    to_move = await _in_the_way(unit, visit)
    unplanned = [*await _without_interview(unit, coming), *await unit.get_many(matches, to_move)]
    wanted, not_known_yet = await _described(unit, unplanned, coming)
    found, diary = await _place(unit, visit, wanted, to_move.values())
    elsewhere: list[Interview] = []
    made: list[Interview] = []
    for placed in found.placed:
        if before := to_move.get(placed.wanted.match_id):
            elsewhere.append(await _move(unit, visit, diary, before, placed))
        else:
            made.append(await _schedule(unit, visit, diary, placed))
    by_id = {one.match_id: one for one in unplanned}
    alone = {one.match_id for one in wanted if one.needs_interpreter}
    return Planned(
        scheduled=tuple(made),
        moved=tuple(elsewhere),
        without_slot=tuple(by_id[one.match_id] for one in found.without_slot),
        not_known_yet=not_known_yet,
        without_interpreter=tuple(
            one for one in made if one.interpreter_id is None and one.match_id in alone
        ),
    )


async def _in_the_way(unit: UnitOfWork, visit: Visit) -> dict[MatchId, Interview]:
    """Return the interviews ahead at whose time somebody who takes part has said that they cannot, by match."""
    planned = await unit.find(interviews, visit_id=visit.visit_id, state="scheduled")
    ahead = [one for one in planned if is_ahead(one, unit)]
    known = await said(unit, [who for one in ahead for who in one.persons])
    return {
        one.match_id: one
        for one in ahead
        if any(
            clash(periods_of(known[who]), one.starts_at, one.ends_at) for who in one.persons if who in known
        )
    }


async def _move(
    unit: UnitOfWork, visit: Visit, diary: Diary, interview: Interview, placed: Placed
) -> Interview:
    diary.free(interview.takes_part, interview.busy)
    if interview.interpreter_id not in {None, placed.interpreter_id}:
        # Whoever was to interpret has to hear that they are not: no event says that of one that is moved.
        unit.save(interviews, *cancelled(interview, "staff"))
        return await _schedule(unit, visit, diary, placed)
    after, event = moved(interview, placed)
    unit.save(interviews, after, event)
    diary.book(after.takes_part, after.busy)
    return after


async def _place(
    unit: UnitOfWork, visit: Visit, wanted: Sequence[Wanted], to_move: Iterable[Interview]
) -> tuple[Plan, Diary]:
    """Ask the planner; return its plan, and everybody's days to book it in (also of whom it takes interviews from).

    A candidate's hours are those at home, and count for lessons alone; the times they named count here, too.
    """
    rules = unit.using(Rules)
    slots = interview_slots(visit.starts_on, visit.ends_on, unit.zone, unit.now, rules.interview_minutes)
    places = [Place(room_id=one.room_id, name=one.name) for one in await unit.find(rooms)]
    days = days_between(visit.starts_on, visit.ends_on)
    coming = [one.candidate_id for one in wanted]
    persons = [*coming, *(who for one in wanted for who in (one.firm_id, *one.interpreters))]
    earlier = [who for one in to_move for who in one.takes_part]
    diary = await open_diary(unit, [*persons, *earlier, *(one.room_id for one in places)], days)
    calendars = with_away(diary.everyone, await said(unit, persons), days, without_hours=coming)
    return plan(wanted, slots, places, calendars, rules.interviews_a_day), diary


async def _without_interview(unit: UnitOfWork, coming: Sequence[Seat]) -> list[Match]:
    ids = [one.candidate_id for one in coming]
    complete = await unit.find(matches, candidate_id=In(ids), state="complete") if ids else []
    return [one for one in complete if one.interview_id is None and not one.is_called_off]


async def _described(
    unit: UnitOfWork, unplanned: Sequence[Match], coming: Sequence[Seat]
) -> tuple[list[Wanted], tuple[Match, ...]]:
    """Tell the planner of each match by content; matches with a closed position are left out."""
    numbers = {one.candidate_id: one.number for one in coming}
    opened = {
        one.position_id: one
        for one in await unit.get_many(positions, dict.fromkeys(one.position_id for one in unplanned))
    }
    named = {
        one.firm_id: one
        for one in await unit.get_many(firms, dict.fromkeys(one.firm_id for one in unplanned))
    }
    spoken = {one.candidate_id: one.spoken for one in await unit.get_many(candidates, numbers)}
    able = await unit.find(interpreters)
    wanted, not_known_yet = [], []
    for match in unplanned:
        position, firm = opened.get(match.position_id), named.get(match.firm_id)
        if position is None or firm is None:
            not_known_yet.append(match)
        elif position.is_open:
            one = _wanted(match, position, firm, numbers[match.candidate_id])
            wanted.append(_with_interpreters(one, firm, spoken.get(match.candidate_id, ()), able))
    return wanted, tuple(not_known_yet)


def _with_interpreters(
    wanted: Wanted, firm: Firm, spoken: Sequence[SpokenLanguage], able: Sequence[Interpreter]
) -> Wanted:
    if firm.language is None or not share_no_language(spoken, firm.language):
        return wanted
    return replace(wanted, needs_interpreter=True, interpreters=who_can_help(able, spoken, firm.language))


def _wanted(match: Match, position: Position, firm: Firm, number: int) -> Wanted:
    return Wanted(
        match_id=match.match_id,
        candidate_id=match.candidate_id,
        position_id=match.position_id,
        firm_id=match.firm_id,
        firm_name=firm.name,
        title=position.title,
        seat_number=number,
    )


async def _schedule(unit: UnitOfWork, visit: Visit, diary: Diary, placed: Placed) -> Interview:
    """Store a new interview where its ending will look for it: with the match and with the candidate."""
    interview, event = scheduled(unit.new_id(InterviewId), visit.visit_id, placed)
    unit.save(interviews, interview, event)
    diary.book(interview.takes_part, interview.busy)
    match = await unit.get(matches, interview.match_id)
    if match is not None:
        unit.save(matches, replace(match, interview_id=interview.interview_id))
    candidate = await the_candidate(unit, interview.candidate_id)
    unit.save(candidates, replace(candidate, interviews=(*candidate.interviews, interview.interview_id)))
    return interview


async def report(unit: UnitOfWork, interview: Interview, outcome: InterviewOutcome) -> Interview:
    """Keep the firm's word on an interview that is over. After a no-show the next plan finds another time for it."""
    interview, event = held(interview, outcome)
    unit.save(interviews, interview, event)
    match = await unit.get(matches, interview.match_id)
    if match is not None and outcome == "no-show":
        unit.save(matches, replace(match, interview_id=None))
    return interview


async def call_off(
    unit: UnitOfWork, interview: Interview, reason: InterviewCancellationReason, *, for_good: bool = False
) -> Interview:
    """Call an interview off: everybody's time is free again. ``for_good``: none is planned again by itself."""
    diary = await open_for(unit, interview.takes_part, [interview.busy])
    diary.free(interview.takes_part, interview.busy)
    interview, event = cancelled(interview, reason)
    unit.save(interviews, interview, event)
    match = await unit.get(matches, interview.match_id)
    if match is not None:
        unit.save(matches, replace(match, interview_id=None, is_called_off=for_good))
    return interview


async def call_off_ahead(
    unit: UnitOfWork,
    ids: Iterable[InterviewId],
    reason: InterviewCancellationReason,
    visit_id: VisitId | None = None,
) -> None:
    """Call off those of these interviews that have not begun, on one visit or on all."""
    for interview in await unit.get_many(interviews, ids):
        if visit_id in {None, interview.visit_id} and is_ahead(interview, unit):
            await call_off(unit, interview, reason)


def is_ahead(interview: Interview, unit: UnitOfWork) -> bool:
    """Say whether an interview is still to take place."""
    return interview.state == "scheduled" and interview.starts_at > unit.now
