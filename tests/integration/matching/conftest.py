"""Matching alone, for all tests in this folder."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from deploy.local.finder import Parts
from deploy.local.run import LocalRun
from tests.harness.nodes import running
from tests.integration.matching.programme import Programme


@pytest.fixture(scope="session")
async def matching(nodes: Parts, run_folder: Path) -> AsyncIterator[LocalRun]:
    """Matching's process; events for it are published by the test."""
    async with running(nodes, run_folder, "matching") as run:
        yield run


@pytest.fixture
async def programme(matching: LocalRun) -> AsyncIterator[Programme]:
    async with httpx.AsyncClient(base_url=matching.urls["matching"], timeout=20) as http:
        programme = Programme(matching, http)
        yield programme
        await programme.close_all()  # what one test opens is not proposed in the next
