"""Examples of what intake publishes."""

from datetime import date
from typing import Final

from shared.events.event import Event
from shared.events.examples.people import APPLICATION, CANDIDATE, PROFILE, ROUND
from shared.events.intake import (
    CandidateApplied,
    CandidateDeclined,
    CandidateErased,
    CandidatePromoted,
    CandidateShortlisted,
    CandidateUpdated,
    CandidateWithdrawn,
    RoundClosed,
    RoundOpened,
)

INTAKE: Final[tuple[Event, ...]] = (
    RoundOpened(
        round_id=ROUND,
        capacity=250,
        waitlist=30,
        opens_on=date(2027, 4, 5),
        closes_on=date(2027, 4, 30),
    ),
    RoundClosed(round_id=ROUND, reason="full", taken=250, waitlisted=30),
    CandidateApplied(
        candidate_id=CANDIDATE,
        application_id=APPLICATION,
        round_id=ROUND,
        waitlist_place=3,
        country="UA",
        channel="telegram",
        language="uk",
        time_zone="Europe/Kyiv",
        profile=PROFILE,
        wants_lessons=True,
        age_band="25-34",
    ),
    CandidatePromoted(candidate_id=CANDIDATE, application_id=APPLICATION, round_id=ROUND),
    CandidateShortlisted(candidate_id=CANDIDATE, application_id=APPLICATION),
    CandidateDeclined(candidate_id=CANDIDATE, application_id=APPLICATION, reason="requirements"),
    CandidateWithdrawn(candidate_id=CANDIDATE, application_id=APPLICATION, reason="other-job"),
    CandidateUpdated(
        candidate_id=CANDIDATE,
        country="PL",
        profile=PROFILE,
        language="uk",
        time_zone="Europe/Warsaw",
        wants_lessons=True,
    ),
    CandidateErased(candidate_id=CANDIDATE),
)
"""One of each."""
