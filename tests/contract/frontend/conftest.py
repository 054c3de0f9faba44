"""The real system with the page beside it, on an origin of its own; staff; a browser."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from deploy.demo.api import Api
from deploy.demo.world import Mail
from deploy.local.environment import SERVICES
from deploy.local.finder import Parts
from deploy.local.run import LocalRun
from tests.harness.browser import chromium
from tests.harness.frontend import Staff
from tests.harness.nodes import running


@pytest.fixture(scope="package")
async def run(nodes: Parts, run_folder: Path) -> AsyncIterator[LocalRun]:
    """All services, and the page."""
    async with running(nodes, run_folder, *SERVICES, with_frontend=True) as started:
        yield started


@pytest.fixture(scope="package")
async def browser() -> AsyncIterator[Browser]:
    """One browser for everybody; each visitor has a profile of their own."""
    async with chromium() as started:
        yield started


@pytest.fixture(scope="package")
async def staff(run: LocalRun) -> AsyncIterator[Staff]:
    """Staff who have opened a round."""
    api = Api(run.urls)
    found = Staff(api, run.token("staff"), Mail(run.mail_folder))
    await found.open_round()
    yield found
    await api.close()
