"""One journey of 40 applicants, from the open round to the move: undisturbed, and with services killed at work."""

from dataclasses import replace
from pathlib import Path

import pytest

from deploy.demo.play import Played, play
from deploy.demo.scale import JOURNEY
from deploy.local.environment import SERVICES
from deploy.local.finder import Parts
from tests.harness.nodes import running
from tests.journey.killing import Programme, killing

pytestmark = pytest.mark.journey

KILLS = 3
"""How often each service is killed, from the beginning on."""


@pytest.fixture(scope="module")
async def undisturbed(nodes: Parts, run_folder: Path) -> Played:
    async with running(nodes, run_folder, *SERVICES) as run:
        return await play(run, JOURNEY, lambda _: None)


async def test_nothing_is_wrong_after_a_journey(undisturbed: Played) -> None:
    assert undisturbed.problems == []


async def test_a_journey_takes_everybody_through_every_step(undisturbed: Played) -> None:
    summary = undisturbed.summary
    assert summary["applications"] == JOURNEY.capacity + JOURNEY.waitlist
    assert summary["waitlisted"] == JOURNEY.waitlist
    assert summary["refused"] == JOURNEY.applicants - JOURNEY.capacity - JOURNEY.waitlist
    assert summary["round_closed_early"]
    assert summary["shortlisted"] == JOURNEY.shortlisted
    assert summary["seats_booked"] == JOURNEY.seats + 1
    for step in ("matches_proposed", "matches_accepted", "lessons_planned", "interviews_held"):
        assert summary[step] > 0, step
    assert summary["offers_made"] > summary["offers_accepted"] > 0
    assert summary["relocated"] == summary["relocations_started"] > 0
    assert summary["mails_received"] == summary["messages_sent"]


async def test_services_that_are_killed_at_work_change_no_number(
    undisturbed: Played, nodes: Parts, run_folder: Path
) -> None:
    parts = dict.fromkeys(SERVICES, (0,) * KILLS)
    async with running(nodes, run_folder, *SERVICES) as run, killing(run, Programme(), parts) as killed:
        disturbed = await play(run, JOURNEY, lambda _: None)
    assert disturbed.problems == []
    assert {service: len(moments) for service, moments in killed.items()} == dict.fromkeys(SERVICES, KILLS)
    assert replace(disturbed.facts, seconds=0).summary() == replace(undisturbed.facts, seconds=0).summary()
