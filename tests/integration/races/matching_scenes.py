"""Scenes in matching: firms, positions, candidates and what is between them, put where a test wants them."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from services.matching.domain import candidates as people
from services.matching.domain.candidates import Candidate
from services.matching.domain.firms import Firm
from services.matching.domain.matches import Interview, Match, MatchState, offered
from services.matching.domain.offers import Offer
from services.matching.domain.pool import with_position
from services.matching.domain.positions import Position, held
from services.matching.endings import OFFER_EXPIRES
from services.matching.store import candidates, firms, matches, offers, pools, positions, the_pool
from shared.events.ids import ApplicationId, CandidateId, FirmId, MatchId, OfferId
from shared.ids import new
from shared.storage.unit import UnitOfWork
from tests.integration.races.acts import posts
from tests.integration.races.replicas import Act
from tests.unit.matching.builders import must, position, profile

SKILL = "Go"
LATER = date(2099, 4, 1)


@dataclass(frozen=True)
class Applicant:
    """A candidate with one application."""

    candidate: Candidate
    application_id: ApplicationId

    @property
    def id(self) -> CandidateId:
        """The candidate's id."""
        return self.candidate.candidate_id


def applicant(unit: UnitOfWork, *, shortlisted: bool = True) -> Applicant:
    """Put a candidate there of whom everything is known, shortlisted or not."""
    application_id = new(ApplicationId)
    candidate = people.informed(Candidate(candidate_id=new(CandidateId)), profile(SKILL), 1)
    candidate = people.moved(candidate, application_id, "shortlisted" if shortlisted else "applied")
    unit.save(candidates, candidate)
    return Applicant(candidate, application_id)


async def open_position(unit: UnitOfWork, *, headcount: int = 1) -> Position:
    """Put a firm there with an open position, of which nobody has been told."""
    made = position(must(SKILL), headcount=headcount)
    unit.save(positions, made)
    unit.save(pools, with_position(await the_pool(unit), made.position_id))
    unit.save(firms, a_firm(made.firm_id))
    return made


def a_firm(firm_id: FirmId) -> Firm:
    """Make a firm."""
    return Firm(firm_id=firm_id, name="出雲ソフト", language="ja", time_zone="Asia/Tokyo", sealed_contact="")


async def matched(unit: UnitOfWork, one: Applicant, wanted: Position, *, state: MatchState = "made") -> Match:
    """Put a match of the two there; one that is made has been interviewed."""
    match = Match(
        match_id=new(MatchId),
        candidate_id=one.id,
        position_id=wanted.position_id,
        firm_id=wanted.firm_id,
        score=1.0,
        reasons=(),
        content="",
        proposed_at=datetime.now(UTC),
        state=state,
        accepted_by_candidate=state == "made",
        accepted_by_firm=state == "made",
        interview=Interview(outcome="offer", ended_at=datetime.now(UTC)) if state == "made" else None,
    )
    known = await unit.get(candidates, one.id)
    assert known is not None
    unit.save(candidates, people.matched(known, wanted.position_id, match.match_id))
    unit.save(matches, match)
    return match


async def offer_of(unit: UnitOfWork, match: Match, expires_in: timedelta = timedelta(days=10)) -> Offer:
    """Put an open offer of a match there, with its timer."""
    made = Offer(
        offer_id=new(OfferId),
        match_id=match.match_id,
        candidate_id=match.candidate_id,
        position_id=match.position_id,
        firm_id=match.firm_id,
        salary=5_000_000,
        starts_on=LATER,
        expires_at=unit.now + expires_in,
        made_at=unit.now,
    )
    wanted, known = (
        await unit.get(positions, match.position_id),
        await unit.get(candidates, match.candidate_id),
    )
    assert wanted is not None
    assert known is not None
    unit.save(offers, made)
    unit.save(positions, held(wanted))
    unit.save(candidates, people.offered(known, made.offer_id))
    unit.save(matches, offered(match, made.offer_id))
    unit.set_timer(OFFER_EXPIRES, made.offer_id, made.expires_at)
    return made


@dataclass(frozen=True)
class Hiring:
    """A candidate, a position, and what they have come to."""

    one: Applicant
    wanted: Position
    match: Match


async def made_match(unit: UnitOfWork, *, headcount: int = 1) -> Hiring:
    """Put a candidate there who has been interviewed for a position."""
    one, wanted = applicant(unit), await open_position(unit, headcount=headcount)
    return Hiring(one, wanted, await matched(unit, one, wanted))


async def proposed_match(unit: UnitOfWork) -> Hiring:
    """Put a candidate there who was proposed for a position."""
    one, wanted = applicant(unit), await open_position(unit)
    return Hiring(one, wanted, await matched(unit, one, wanted, state="proposed"))


@dataclass(frozen=True)
class Offered(Hiring):
    """The same with an offer that is open."""

    offer: Offer


async def open_offer(unit: UnitOfWork, *, headcount: int = 1) -> Offered:
    """Put a candidate there to whom a position is offered."""
    hiring = await made_match(unit, headcount=headcount)
    return Offered(hiring.one, hiring.wanted, hiring.match, await offer_of(unit, hiring.match))


async def also(unit: UnitOfWork, hiring: Hiring) -> Hiring:
    """Put one more candidate there who has been interviewed for the same position."""
    one = applicant(unit)
    return replace(hiring, one=one, match=await matched(unit, one, hiring.wanted))


def offers_it(match: Match) -> Act:
    """The firm makes an offer."""
    expires_at = (datetime.now(UTC) + timedelta(days=10)).isoformat()
    terms = {"salary": 5_000_000, "starts_on": LATER.isoformat(), "expires_at": expires_at}
    return posts(f"/matches/{match.match_id}/offers", terms, firm=match.firm_id)


def accepts(offer: Offer) -> Act:
    """The candidate accepts an offer."""
    return posts(f"/offers/{offer.offer_id}/acceptance", candidate=offer.candidate_id)


def closes(wanted: Position) -> Act:
    """The firm closes a position."""
    return posts(f"/positions/{wanted.position_id}/closing", firm=wanted.firm_id)
