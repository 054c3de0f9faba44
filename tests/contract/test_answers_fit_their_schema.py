"""Whatever somebody sends to a service, the answer is one that its OpenAPI describes.

All four services, with real people in them, are called with what their documents let somebody send and with what they do
not: by each role, and by nobody.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

from deploy.contract.documents import COMMITTED, read
from deploy.local.environment import SERVICES
from deploy.local.finder import Parts
from tests.contract.calling.running import Answers, Effort, call
from tests.contract.calling.sampling import naming, parted
from tests.contract.calling.scene import Scene, set_scene
from tests.harness.nodes import running

OPENAPI: Final = read(COMMITTED / "openapi")
EFFORTS: Final = {
    "candidate": Effort(phases=("examples", "fuzzing"), examples=5),
    "firm": Effort(phases=("examples", "fuzzing"), examples=5),
    "teacher": Effort(phases=("examples", "fuzzing"), examples=2),
    "interpreter": Effort(phases=("fuzzing",), examples=2),
    "service": Effort(phases=("fuzzing",), examples=2),
    "staff": Effort(phases=("examples", "coverage", "fuzzing"), examples=8),
}
NOBODY: Final = Effort(phases=("examples", "fuzzing"), examples=2)
NEVER_SUCCEED: Final = {
    # They need a moment that does not come here; their own tests bring it about.
    "POST /applications/{application_id}/withdrawal",
    "POST /interviews/{interview_id}/cancellation",
    "POST /lesson-plans",
    "POST /matches/{match_id}/offers",
    "POST /offers/{offer_id}/decline",
    "POST /offers/{offer_id}/withdrawal",
    "POST /visits/{visit_id}/seats/{candidate_id}/cancellation",
    "POST /visits/{visit_id}/seats/{candidate_id}/decline",
}


@pytest.fixture(scope="module")
async def scene(nodes: Parts, run_folder: Path) -> AsyncIterator[Scene]:
    async with running(nodes, run_folder, *SERVICES) as run, set_scene(run) as scene:
        yield scene


@pytest.mark.parametrize("service", SERVICES)
async def test_every_answer_is_as_the_document_says(scene: Scene, service: str) -> None:
    await hold(scene, service, parted(OPENAPI[f"{service}.json"])[0])


@pytest.mark.parametrize("service", SERVICES[::-1])
async def test_so_is_every_answer_to_what_ends_something(scene: Scene, service: str) -> None:
    """After this there is less to see."""
    await hold(scene, service, parted(OPENAPI[f"{service}.json"])[1])


async def hold(scene: Scene, service: str, document: dict[str, Any]) -> None:
    found = Answers()
    for role, effort in EFFORTS.items():
        named = naming(document, scene.known_to(role))
        await asyncio.to_thread(call, named, scene.run.urls[service], scene.token(role), effort, found)
    assert "\n\n".join(f"{where}, {rule}: {told}" for (where, rule), told in found.failures.items()) == ""
    assert {one: found.statuses[one] for one in found.without_success - NEVER_SUCCEED} == {}


@pytest.mark.parametrize("service", SERVICES)
async def test_without_a_token_only_what_is_open_to_anyone_is_answered(scene: Scene, service: str) -> None:
    found = Answers()
    document = naming(OPENAPI[f"{service}.json"], scene.known_to("candidate"))
    await asyncio.to_thread(call, document, scene.run.urls[service], None, NOBODY, found)
    assert found.failures == {}
    for label, statuses in found.statuses.items():
        assert (statuses.keys() == {401}) == is_closed(document, label), (label, statuses)


def is_closed(document: dict[str, Any], label: str) -> bool:
    method, _, path = label.partition(" ")
    security = document["paths"][path][method.lower()].get("security", [])
    return security != [] and {} not in security
