"""Settings of the shared database server, for as long as a test needs them otherwise."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.storage.client import Client


@asynccontextmanager
async def parameter(client: Client, name: str, value: object) -> AsyncIterator[None]:
    """Set a parameter of mongod, and set it back afterwards."""
    before = (await client.admin.command({"getParameter": 1, name: 1}))[name]
    await client.admin.command({"setParameter": 1, name: value})
    try:
        yield
    finally:
        await client.admin.command({"setParameter": 1, name: before})
