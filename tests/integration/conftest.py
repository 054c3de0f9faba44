"""Services as processes of their own, one run for each module that asks."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from deploy.local.finder import Parts
from deploy.local.run import LocalRun
from tests.harness.intake import IntakeApi
from tests.harness.nodes import running


@pytest.fixture(scope="module")
async def intake(nodes: Parts, run_folder: Path) -> AsyncIterator[LocalRun]:
    """Intake alone."""
    async with running(nodes, run_folder, "intake") as run:
        yield run


@pytest.fixture
async def api(intake: LocalRun) -> AsyncIterator[IntakeApi]:
    """Intake's API."""
    async with httpx.AsyncClient(base_url=intake.urls["intake"], timeout=30) as http:
        yield IntakeApi(http, intake)


@pytest.fixture(scope="module")
async def matching(nodes: Parts, run_folder: Path) -> AsyncIterator[LocalRun]:
    """Matching alone; events for it are published by the test."""
    async with running(nodes, run_folder, "matching") as run:
        yield run


@pytest.fixture(scope="module")
async def scheduling(nodes: Parts, run_folder: Path) -> AsyncIterator[LocalRun]:
    """Scheduling alone; events for it are published by the test."""
    async with running(nodes, run_folder, "scheduling") as run:
        yield run
