"""Places of a test's own on shared nodes: a virtual host, and databases under a prefix."""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from deploy.local.finder import Parts
from deploy.local.run import LocalRun


def new_name() -> str:
    """Make a name that no other test has."""
    return f"t{secrets.token_hex(4)}"


@asynccontextmanager
async def virtual_host(parts: Parts) -> AsyncIterator[str]:
    """Give a fresh virtual host's AMQP URL; with somebody else's broker, which has none to give, its own."""
    if parts.broker is None:
        yield parts.amqp_url
        return
    name = new_name()
    await parts.broker.add_virtual_hosts(name)
    try:
        yield parts.amqp_url_of(name)
    finally:
        await parts.broker.delete_virtual_hosts(name)


@asynccontextmanager
async def running(
    parts: Parts,
    folder: Path,
    *services: str,
    environment: Mapping[str, str] | None = None,
    with_frontend: bool = False,
) -> AsyncIterator[LocalRun]:
    """Run these services as processes, on a virtual host and databases of their own."""
    name = new_name()
    if parts.broker is not None:
        await parts.broker.add_virtual_hosts(name)
    try:
        async with LocalRun(
            folder=folder / name,
            keys_folder=folder / "keys",
            parts=parts,
            virtual_host=name if parts.broker is not None else None,
            database_prefix=f"{name}_",
            services=services,
            environment={"LEASE_SECONDS": "2", **(environment or {})},
            with_frontend=with_frontend,
        ) as run:
            yield run
    finally:
        if parts.broker is not None:
            await parts.broker.delete_virtual_hosts(name)
