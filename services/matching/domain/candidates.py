"""What matching knows of candidates: what they can do and want, never who they are or where they come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from shared.events.ids import ApplicationId, CandidateId, MatchId, OfferId, PositionId
from shared.events.profile import Profile

ApplicationState = Literal["applied", "shortlisted", "ended"]
_ORDER: tuple[ApplicationState, ...] = ("applied", "shortlisted", "ended")


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A candidate, as the events tell of them. Erased: a tombstone, so that nothing late brings them back.

    Whatever is proposed, offered or ended for a candidate writes this document: one match for a candidate and
    a position, one hire, nothing more for who is gone.
    """

    candidate_id: CandidateId
    profile: Profile | None = None
    profile_of: int = -1
    """The sequence of the event that the profile came with."""
    applications: Mapping[ApplicationId, ApplicationState] = field(default_factory=dict)
    matches: Mapping[PositionId, MatchId] = field(default_factory=dict)
    """All matches that there ever were, by position."""
    open_offers: tuple[OfferId, ...] = ()
    hired_with: OfferId | None = None
    erased: bool = False
    available: bool = False
    """Whether matches may be proposed: not erased, not hired, some application shortlisted."""


def informed(candidate: Candidate, profile: Profile, sequence: int) -> Candidate:
    """Take in a profile, unless a newer one is known or the candidate was erased."""
    if candidate.erased or sequence < candidate.profile_of:
        return candidate
    return replace(candidate, profile=profile, profile_of=sequence)


def moved(candidate: Candidate, application_id: ApplicationId, state: ApplicationState) -> Candidate:
    """Move an application on; never back: what has ended is not revived by what comes late."""
    known = candidate.applications.get(application_id, "applied")
    if candidate.erased or _ORDER.index(state) < _ORDER.index(known):
        return candidate
    return _settled(replace(candidate, applications={**candidate.applications, application_id: state}))


def erased(candidate: Candidate) -> Candidate:
    """Keep of a candidate no more than that there was one."""
    return Candidate(candidate_id=candidate.candidate_id, erased=True)


def is_in_the_running(candidate: Candidate) -> bool:
    """Say whether some application of the candidate is shortlisted."""
    return not candidate.erased and "shortlisted" in candidate.applications.values()


def matched(candidate: Candidate, position_id: PositionId, match_id: MatchId) -> Candidate:
    """Note that there is a match with a position."""
    return replace(candidate, matches={**candidate.matches, position_id: match_id})


def offered(candidate: Candidate, offer_id: OfferId) -> Candidate:
    """Note an open offer."""
    return replace(candidate, open_offers=(*candidate.open_offers, offer_id))


def rid_of(candidate: Candidate, offer_id: OfferId) -> Candidate:
    """Note that an offer is no longer open, or a hire no longer stands."""
    open_offers = tuple(one for one in candidate.open_offers if one != offer_id)
    hired_with = None if candidate.hired_with == offer_id else candidate.hired_with
    return _settled(replace(candidate, open_offers=open_offers, hired_with=hired_with))


def hired(candidate: Candidate, offer_id: OfferId) -> Candidate:
    """Note that the candidate accepted an offer."""
    return _settled(replace(rid_of(candidate, offer_id), hired_with=offer_id))


def _settled(candidate: Candidate) -> Candidate:
    available = is_in_the_running(candidate) and candidate.hired_with is None
    return replace(candidate, available=available)
