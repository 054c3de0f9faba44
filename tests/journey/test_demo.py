"""The whole demo of 287, with every service killed three times at work: it comes to what it comes to undisturbed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.demo.play import play
from deploy.demo.programme import PARTS, first_monday_of_april
from deploy.demo.scale import DEMO
from deploy.local.finder import Parts
from tests.harness.nodes import running
from tests.journey.killing import Programme, killing

pytestmark = [pytest.mark.journey, pytest.mark.demo]

BEGINS = first_monday_of_april(datetime(2098, 12, 31, tzinfo=UTC))
"""Always the same days, so that the figures are always the same."""
APPLY, SCREEN, MATCH, INVITE, PREPARE, VISIT, OFFER, MOVE, _ = range(1, len(PARTS) + 1)
KILLED = {
    "intake": (APPLY, APPLY, SCREEN),
    "matching": (SCREEN, MATCH, OFFER),
    "scheduling": (MATCH, INVITE, VISIT),
    "notifications": (APPLY, MATCH, VISIT),
}
"""In which parts each service is killed."""
UNDISTURBED = {
    "applications": 280,
    "waitlisted": 30,
    "countries": 18,
    "refused": 7,
    "round_closed_early": True,
    "shortlisted": 64,
    "matches_proposed": 642,
    "matches_accepted": 194,
    "lessons_planned": 26,
    "seats_booked": 10,
    "interviews_held": 30,
    "offers_made": 14,
    "offers_accepted": 6,
    "relocations_started": 6,
    "relocated": 6,
    "messages_sent": 1197,
    "mails_received": 1197,
    "mails_by_language": {"en": 742, "ja": 239, "ru": 151, "uk": 65},
    "events_published": 3440,
}
"""What the demo comes to when nobody disturbs it."""


async def test_services_that_are_killed_during_the_demo_change_no_number(
    nodes: Parts, run_folder: Path
) -> None:
    programme = Programme()
    async with running(nodes, run_folder, *KILLED) as run, killing(run, programme, KILLED) as killed:
        played = await play(run, DEMO, programme.goes_on, BEGINS)
    assert played.problems == []
    assert {service: len(moments) for service, moments in killed.items()} == dict.fromkeys(KILLED, 3)
    assert {**played.summary, "seconds": 0} == {**UNDISTURBED, "seconds": 0}
