"""A testing service confirms or corrects what candidates have said of their skills."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import ascii_lowercase as letters

import httpx
import pytest

from deploy.local.finder import Parts
from deploy.local.run import LocalRun
from shared.events import AssessmentCompleted
from shared.events.ids import AssessmentId, CandidateId
from shared.events.profile import Skill
from shared.ids import new
from tests.harness.history import Told, read_history
from tests.harness.intake import IntakeApi, created
from tests.harness.nodes import running
from tests.harness.outside import Outsider, ParkingLot
from tests.harness.waiting import eventually

SAID = [{"name": "Python", "years": 6}, {"name": "Node.js", "years": 3}]


@pytest.fixture(scope="module")
async def intake(nodes: Parts, run_folder: Path) -> AsyncIterator[LocalRun]:
    """Intake, which listens to two testing services."""
    environment = {"ASSESSMENT_PUBLISHERS": '["oak-tests", "elm-tests"]'}
    async with running(nodes, run_folder, "intake", environment=environment) as run:
        yield run


@pytest.fixture
async def api(intake: LocalRun) -> AsyncIterator[IntakeApi]:
    async with httpx.AsyncClient(base_url=intake.urls["intake"], timeout=30) as http:
        yield IntakeApi(http, intake)


@pytest.fixture
async def applied(api: IntakeApi) -> dict[str, str]:
    """Somebody who has applied."""
    await api.open_round()
    return created(await api.apply(profile__skills=SAID))


@pytest.fixture
def oak(intake: LocalRun) -> Outsider:
    return Outsider(intake.amqp_url, "oak-tests")


@pytest.fixture
def elm(intake: LocalRun) -> Outsider:
    return Outsider(intake.amqp_url, "elm-tests")


@pytest.fixture(scope="module")
def parked(intake: LocalRun) -> ParkingLot:
    return ParkingLot(intake.amqp_url, "intake")


def assessed(
    candidate_id: str, assessment_id: AssessmentId | None = None, /, **years: float
) -> AssessmentCompleted:
    """Say what these skills are worth."""
    return AssessmentCompleted(
        candidate_id=CandidateId(candidate_id),
        assessment_id=assessment_id or new(AssessmentId),
        skills=tuple(Skill(name=name, years=worth) for name, worth in years.items()),
    )


async def updates(api: IntakeApi, candidate_id: str, count: int) -> list[Told]:
    """Wait until so many updates of a candidate have been told."""

    async def look() -> list[Told] | None:
        found = [
            one
            for one in await read_history(api.run.amqp_url)
            if one.subject == candidate_id and one.type == "candidate-updated"
        ]
        return found if len(found) >= count else None

    return await eventually(look, f"{count} candidate-updated")


def skills(told: Told) -> dict[str, float]:
    return {one["name"]: one["years"] for one in told.data["profile"]["skills"]}


async def test_skills_are_corrected_and_confirmed(
    api: IntakeApi, applied: dict[str, str], oak: Outsider
) -> None:
    candidate_id = applied["candidate_id"]
    await oak.say(assessed(candidate_id, python=4, Rust=1))
    (told,) = await updates(api, candidate_id, 1)
    assert skills(told) == {"Python": 4, "Node.js": 3, "Rust": 1}
    await oak.say(assessed(candidate_id, Python=4))
    (_, confirmed) = await updates(api, candidate_id, 2)
    assert skills(confirmed) == skills(told)
    shown = await api.http.get(f"/applications/{applied['application_id']}", headers=api.staff)
    assert [one["years"] for one in shown.json()["profile"]["skills"]] == [4, 3, 1]


async def test_the_same_assessment_again_does_nothing_and_another_publishers_is_another(
    api: IntakeApi, applied: dict[str, str], oak: Outsider, elm: Outsider
) -> None:
    candidate_id, assessment_id = applied["candidate_id"], new(AssessmentId)
    first = assessed(candidate_id, assessment_id, Python=2)
    event_id = await oak.say(first)
    await updates(api, candidate_id, 1)
    change = {"profile": {"years_of_experience": 7, "education": "master", "skills": SAID}}
    path = f"/applications/{applied['application_id']}"
    changed = await api.http.patch(path, json=change, headers=api.staff | {"If-Match": "*"})
    assert changed.status_code == 200, changed.text

    await oak.say(first, id=event_id)
    await oak.say(first)
    await elm.say(assessed(candidate_id, assessment_id, Rust=3), id=event_id)
    told = await updates(api, candidate_id, 3)
    assert [skills(one) for one in told] == [
        {"Python": 2, "Node.js": 3},
        {"Python": 6, "Node.js": 3},
        {"Python": 6, "Node.js": 3, "Rust": 3},
    ]


async def test_an_older_assessment_does_not_overwrite_a_newer_one(
    api: IntakeApi, applied: dict[str, str], oak: Outsider, elm: Outsider
) -> None:
    candidate_id, now = applied["candidate_id"], datetime.now(UTC)
    await oak.say(assessed(candidate_id, Python=9), at=now)
    await updates(api, candidate_id, 1)
    await elm.say(assessed(candidate_id, Python=1, Rust=2), at=now - timedelta(days=1))
    (_, told) = await updates(api, candidate_id, 2)
    assert skills(told) == {"Python": 9, "Node.js": 3, "Rust": 2}


async def test_what_is_not_right_is_parked(
    api: IntakeApi, applied: dict[str, str], oak: Outsider, parked: ParkingLot
) -> None:
    candidate_id, assessment_id = applied["candidate_id"], new(AssessmentId)
    await oak.say(assessed(candidate_id, assessment_id, Python=2))
    await updates(api, candidate_id, 1)
    stranger = Outsider(oak.amqp_url, "nobody-tests")
    many = assessed(candidate_id, **{first + second: 1 for first in letters[:10] for second in letters[:10]})
    for outsider, event, expected in (
        (oak, assessed(new(CandidateId), Python=1), "unknown-candidate"),
        (oak, assessed(candidate_id, assessment_id, Python=3), "assessment-reused"),
        (oak, many, "too-many-skills"),
        (stranger, assessed(candidate_id, Python=1), "publisher-not-allowed"),
    ):
        assert (await parked.reason(await outsider.say(event))).startswith(f"{expected} | "), expected


async def test_nothing_is_taken_in_about_who_was_erased(
    api: IntakeApi, applied: dict[str, str], oak: Outsider
) -> None:
    candidate_id = applied["candidate_id"]
    await api.http.delete(f"/candidates/{candidate_id}", headers=api.staff)
    other = created(await api.apply())["candidate_id"]
    await oak.say(assessed(candidate_id, Python=1))
    await oak.say(assessed(other, Python=1))
    await updates(api, other, 1)
    told = [one.type for one in await read_history(oak.amqp_url) if one.subject == candidate_id]
    assert told == ["candidate-applied", "candidate-erased"]
