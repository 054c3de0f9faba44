"""Scenes in scheduling: candidates, visits, seats, matches, lessons and moves, put where a test wants them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.scheduling.domain.candidates import Candidate, Firm, Match, Position
from services.scheduling.domain.interviews import Interview
from services.scheduling.domain.lessons import Teacher
from services.scheduling.domain.timetable import USUAL_HOURS
from services.scheduling.domain.visits import Visit, seat_id
from services.scheduling.moving import start
from services.scheduling.seating import book, invite
from services.scheduling.store import (
    candidates,
    firms,
    interviews,
    matches,
    positions,
    seats,
    teachers,
    the_candidate,
    the_seat,
    the_visit,
    visits,
)
from services.scheduling.teaching import room_for_waiting
from shared.events import (
    CandidateDeclined,
    CandidateErased,
    CandidateWithdrawn,
    Event,
    OfferAccepted,
)
from shared.events.examples import EXAMPLES
from shared.events.ids import (
    ApplicationId,
    CandidateId,
    FirmId,
    InterviewId,
    MatchId,
    OfferId,
    PositionId,
    TeacherId,
    VisitId,
)
from shared.ids import new
from shared.storage.unit import UnitOfWork
from tests.integration.races.acts import posts, takes_in
from tests.integration.races.replicas import Act, Replicas

ENDINGS: list[type[Event]] = [CandidateErased, CandidateWithdrawn, CandidateDeclined]


@dataclass(frozen=True)
class Applicant:
    """A candidate with one application."""

    id: CandidateId
    application_id: ApplicationId


def applicant(unit: UnitOfWork, *, wants_lessons: bool = False) -> Applicant:
    """Put a shortlisted candidate there."""
    one = Applicant(new(CandidateId), new(ApplicationId))
    known = Candidate(
        candidate_id=one.id,
        time_zone="Europe/Kyiv",
        wants_lessons=wants_lessons,
        record_sequence=1,
        applications={one.application_id: "shortlisted"},
    )
    unit.save(candidates, known)
    return one


def visit_ahead(unit: UnitOfWork, *, places: int = 1, days: int = 60) -> Visit:
    """Put a visit of two weeks there, which begins in so many days."""
    starts_on = unit.today + timedelta(days=days)
    made = Visit(
        visit_id=new(VisitId), starts_on=starts_on, ends_on=starts_on + timedelta(days=13), seats=places
    )
    unit.save(visits, made)
    return made


async def invited(unit: UnitOfWork, visit: Visit, *ones: Applicant) -> None:
    """Invite candidates in this order: who comes first is offered a seat."""
    known = [(await the_candidate(unit, one.id), False) for one in ones]
    await invite(unit, await the_visit(unit, visit.visit_id), known)


async def booked(unit: UnitOfWork, visit: Visit, *ones: Applicant) -> None:
    """Give candidates seats that they have accepted."""
    await invited(unit, visit, *ones)
    for one in ones:
        seat = await the_seat(unit, seat_id(visit.visit_id, one.id))
        await book(unit, seat, await the_candidate(unit, one.id))


def employer(unit: UnitOfWork) -> Position:
    """Put a firm there with an open position."""
    wanted = Position(
        position_id=new(PositionId), firm_id=new(FirmId), title="Engineer", is_open=True, record_sequence=1
    )
    unit.save(positions, wanted)
    unit.save(firms, Firm(firm_id=wanted.firm_id, name="出雲ソフト", record_sequence=1))
    return wanted


def matched(unit: UnitOfWork, one: Applicant, wanted: Position) -> Match:
    """Put a match there that both sides have accepted."""
    match = Match(
        match_id=new(MatchId),
        candidate_id=one.id,
        position_id=wanted.position_id,
        firm_id=wanted.firm_id,
        state="complete",
    )
    unit.save(matches, match)
    return match


def over(unit: UnitOfWork, one: Applicant, wanted: Position) -> Interview:
    """Put an interview there that is over, and of which nobody has said what came of it."""
    interview = Interview(
        interview_id=new(InterviewId),
        visit_id=new(VisitId),
        match_id=matched(unit, one, wanted).match_id,
        candidate_id=one.id,
        position_id=wanted.position_id,
        firm_id=wanted.firm_id,
        starts_at=unit.now - timedelta(hours=3),
        ends_at=unit.now - timedelta(hours=2),
        place="here",
    )
    unit.save(interviews, interview)
    return interview


async def teacher(unit: UnitOfWork) -> Teacher:
    """Put a teacher there."""
    made = Teacher(
        teacher_id=new(TeacherId), language="ja", time_zone="Asia/Tokyo", hours=USUAL_HOURS, sealed_contact=""
    )
    unit.save(teachers, made)
    await room_for_waiting(unit, made.teacher_id)
    return made


async def hired(unit: UnitOfWork, one: Applicant, days: int = 200) -> OfferAccepted:
    """Put a move there, towards a first day of work in so many days."""
    event = hire(one, unit.now + timedelta(days=days))
    await start(unit, await the_candidate(unit, one.id), event)
    return event


def hire(one: Applicant, starts: datetime) -> OfferAccepted:
    """Say that a candidate has accepted an offer."""
    changed = {"offer_id": new(OfferId), "candidate_id": one.id, "starts_on": starts.date()}
    return OfferAccepted.model_validate({**dict(EXAMPLES[OfferAccepted]), **changed})


def seat_path(visit: Visit, one: Applicant) -> str:
    """Where a candidate's seat is."""
    return f"/visits/{visit.visit_id}/seats/{one.id}"


def accepts(visit: Visit, one: Applicant) -> Act:
    """The candidate accepts a seat."""
    return posts(f"{seat_path(visit, one)}/acceptance", candidate=one.id)


def declines(visit: Visit, one: Applicant) -> Act:
    """The candidate declines a seat."""
    return posts(f"{seat_path(visit, one)}/decline", candidate=one.id)


def cancels(visit: Visit, one: Applicant) -> Act:
    """The candidate gives a booked seat up."""
    return posts(f"{seat_path(visit, one)}/cancellation", candidate=one.id)


def invites(visit: Visit, *ones: Applicant) -> Act:
    """Staff invite candidates."""
    wanted = [{"candidate_id": one.id, "needs_visa": False} for one in ones]
    return posts(f"/visits/{visit.visit_id}/invitations", {"invitations": wanted})


def closes(visit: Visit) -> Act:
    """Staff close a visit."""
    return posts(f"/visits/{visit.visit_id}/closing")


def leaves(event: type[Event], one: Applicant) -> Act:
    """The candidate leaves the programme."""
    given = {"candidate_id": one.id, "application_id": one.application_id, "reason": "other"}
    return takes_in(event.model_validate({name: given[name] for name in event.model_fields}), sequence=3)


async def right(scheduling: Replicas, visit: Visit) -> Visit:
    """Return a visit that counts as many seats as are held, and never more than it has."""
    found = await scheduling.get(visits, visit.visit_id)
    held = [
        one
        for one in await scheduling.find(seats, visit_id=visit.visit_id)
        if one.state in {"offered", "booked", "attended"}
    ]
    assert found.held == len(held)
    assert found.held <= found.seats
    for seat in held:
        candidate = await scheduling.get(candidates, seat.candidate_id)
        assert not candidate.is_gone
        assert [one.visit_id for one in candidate.stays] == (
            [visit.visit_id] if seat.state == "booked" else []
        )
    return found
