"""Free TCP ports on the loopback interface."""

import asyncio
import random
import socket
from collections.abc import Mapping

# Below the range from which the kernel gives outgoing connections their ports, so that none of those
# takes one between our look and our use; and without any port that RabbitMQ, MongoDB or SMTP are known for.
RANGE = range(18000, 25000)


def is_free(port: int) -> bool:
    """Whether nobody listens on that port of 127.0.0.1."""
    with socket.socket() as probe:
        # As servers do, or a port whose last connections are still fading would count as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A free port, chosen at random so that two runs that start at once hardly meet."""
    return next(port for port in random.sample(RANGE, len(RANGE)) if is_free(port))


def ports_from(preferred: Mapping[str, int]) -> dict[str, int]:
    """Each name's preferred port, or the next free one that nobody here prefers."""
    given: dict[str, int] = {}
    for name, first in preferred.items():
        others = {*given.values(), *preferred.values()} - {first}
        given[name] = next(
            port for port in range(first, first + 1000) if port not in others and is_free(port)
        )
    return given


async def answers(port: int, greeting: bytes = b"") -> bool:
    """Whether somebody on that port says something, to a greeting if it wants one first."""
    try:
        async with asyncio.timeout(5):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(greeting)
                return bool(await reader.read(1))
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
