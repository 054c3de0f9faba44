"""Users of the broker who may not do everything, for a test each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from deploy.local.finder import Parts as Nodes


@asynccontextmanager
async def limited(nodes: Nodes, hall: str, user: str, *, configure: str, write: str) -> AsyncIterator[str]:
    """Give the place's URL for a user who may read all there, and do no more than these patterns say."""
    if nodes.broker is None:
        pytest.skip("no node of our own to make a user in")
    await nodes.broker.control("add_user", user, "secret")
    place = hall.rpartition("/")[2]
    await nodes.broker.control("set_permissions", "-p", place, user, configure, write, ".*")
    yield hall.replace("guest:guest", f"{user}:secret")
    await nodes.broker.control("delete_user", user)
