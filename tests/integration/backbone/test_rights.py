"""A service whose broker user may not configure anything works on a topology that an operator has declared."""

from collections.abc import AsyncIterator

import pytest

from deploy.local.finder import Parts as Nodes
from shared.service import Process
from shared.storage.client import Database
from tests.harness.waiting import eventually
from tests.integration.backbone.queues import Queues
from tests.integration.backbone.rights import limited
from tests.integration.backbone.test_reactions import tally_of
from tests.integration.backbone.toy import Toy, at_work, parts_of, settings_of, shortlisted


@pytest.fixture
async def without_rights(nodes: Nodes, hall: str) -> AsyncIterator[str]:
    """The same place, for a user who may read and write there."""
    async with limited(nodes, hall, "reader", configure="^$", write=".*") as url:
        yield url


async def test_a_service_that_may_not_configure_works_on_what_is_declared(
    nodes: Nodes, without_rights: str, store: Database, queues: Queues, toy: Toy
) -> None:
    process = Process(parts_of(settings_of(without_rights, nodes.mongo_url, store.name), toy))
    await process.prepare()
    event = shortlisted()
    await queues.publish(event)
    try:
        async with at_work(process):
            await eventually(lambda: not process.broker.troubles, "readiness")
            await tally_of(process, event.candidate_id)
    finally:
        process.client.close()
