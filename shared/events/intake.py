"""What intake publishes: rounds, applications, and what becomes of a candidate."""

from shared.events.event import Event
from shared.events.ids import ApplicationId, CandidateId, RoundId
from shared.events.profile import Profile
from shared.events.times import Day, TimeZone
from shared.events.vocabulary import (
    AgeBand,
    Channel,
    Count,
    Country,
    DeclineReason,
    Flag,
    Language,
    Places,
    RoundClosingReason,
    WithdrawalReason,
)


class RoundOpened(Event, source="intake", type="round-opened", subject="round_id"):
    """Staff opened a round of recruiting: from now on people can apply in it."""

    round_id: RoundId
    capacity: Places
    """How many applicants have a place."""
    waitlist: Count
    """How many more can wait for one."""
    opens_on: Day
    """The first day on which people can apply."""
    closes_on: Day
    """The last day on which people can apply; it closes earlier when the waitlist is full."""


class RoundClosed(Event, source="intake", type="round-closed", subject="round_id"):
    """A round closed: nobody can apply in it any more."""

    round_id: RoundId
    reason: RoundClosingReason
    """Why: `full`: the waitlist filled; `deadline`: the last day passed; `staff`: staff closed it."""
    taken: Count
    """How many places are taken, those that were given back not among them."""
    waitlisted: Count
    """How many were put on the waitlist, whatever became of them."""


class _OfCandidate(Event):
    candidate_id: CandidateId


class _OfApplication(_OfCandidate):
    application_id: ApplicationId


class CandidateApplied(_OfApplication, source="intake", type="candidate-applied", subject="candidate_id"):
    """Somebody applied in a round, and has a place in it or on its waitlist.

    Not published when the same person applies in the same round again. In another round it is the same
    candidate_id with a new application_id.
    """

    round_id: RoundId
    waitlist_place: Places | None = None
    """The place on the waitlist, counted from one; absent for who has a place in the round."""
    country: Country
    """The country of residence: for time zones, travel and figures only."""
    channel: Channel
    """Where the candidate heard of the programme."""
    language: Language
    """The language the candidate wants to be written to in."""
    time_zone: TimeZone
    """The candidate's time zone."""
    profile: Profile
    """What the candidate can do and wants."""
    wants_lessons: Flag
    """Whether the candidate wants Japanese lessons before the move."""
    age_band: AgeBand | None = None
    """The candidate's age, roughly, for figures alone; absent: not said."""


class CandidatePromoted(_OfApplication, source="intake", type="candidate-promoted", subject="candidate_id"):
    """Staff gave a candidate of the waitlist a place in the round."""

    round_id: RoundId


class CandidateShortlisted(
    _OfApplication, source="intake", type="candidate-shortlisted", subject="candidate_id"
):
    """Staff shortlisted a candidate: matches may be proposed, and lessons planned."""


class CandidateDeclined(_OfApplication, source="intake", type="candidate-declined", subject="candidate_id"):
    """Staff declined an application, which ends it. Whatever was held for it is free again."""

    reason: DeclineReason
    """Why staff declined it: `round-full`: there was no place; `requirements`: a condition was not met."""


class CandidateWithdrawn(_OfApplication, source="intake", type="candidate-withdrawn", subject="candidate_id"):
    """A candidate withdrew an application, which ends it. Whatever was held for it is free again."""

    reason: WithdrawalReason
    """Why, as the candidate says."""


class CandidateUpdated(_OfCandidate, source="intake", type="candidate-updated", subject="candidate_id"):
    """A candidate's record changed: this is all of it that is public, as it is now.

    An older one (by sequence) never overwrites a newer one.
    """

    country: Country
    """The country of residence: for time zones, travel and figures only."""
    profile: Profile
    """What the candidate can do and wants."""
    language: Language
    """The language the candidate wants to be written to in."""
    time_zone: TimeZone
    """The candidate's time zone."""
    wants_lessons: Flag
    """Whether the candidate wants Japanese lessons before the move."""


class CandidateErased(_OfCandidate, source="intake", type="candidate-erased", subject="candidate_id"):
    """A candidate asked to be forgotten, which ends the candidate.

    Every service removes what it knows of that person. Nothing is sent to that person after it.
    """
