"""The proxy that stands between processes and nodes where a test wants the network to be bad."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from tests.harness.proxy import FAIR, Proxy, Weather

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def before_an_echo() -> AsyncIterator[Proxy]:
    """A proxy before a server that answers whatever it is told."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1000):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    proxy = Proxy()
    await proxy.start(f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    try:
        yield proxy
    finally:
        await proxy.stop()
        server.close()


async def answer(connection: Connection, said: bytes, within: float = 5.0) -> bytes:
    """What comes back; nothing where the connection has ended, TimeoutError where nothing comes."""
    reader, writer = connection
    writer.write(said)
    try:
        async with asyncio.timeout(within):
            return await reader.read(1000)
    except ConnectionError:
        return b""


@asynccontextmanager
async def connected(proxy: Proxy) -> AsyncIterator[Connection]:
    """A connection to the proxy."""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def test_in_fair_weather_everything_passes() -> None:
    async with before_an_echo() as proxy, connected(proxy) as connection:
        assert await answer(connection, b"hello") == b"hello"


async def test_a_cut_ends_connections_and_lets_new_ones_in() -> None:
    async with before_an_echo() as proxy, connected(proxy) as connection:
        await answer(connection, b"hello")
        assert proxy.cut() == 1
        assert await answer(connection, b"still there?") == b""
        async with connected(proxy) as another:
            assert await answer(another, b"hello") == b"hello"


async def test_what_is_refused_ends_at_once() -> None:
    async with before_an_echo() as proxy:
        proxy.set(Weather(refuses=True))
        async with connected(proxy) as connection:
            assert await answer(connection, b"hello") == b""


async def test_what_stalls_passes_when_the_weather_is_fair_again() -> None:
    async with before_an_echo() as proxy, connected(proxy) as connection:
        proxy.set(Weather(stalls=True))
        with pytest.raises(TimeoutError):
            await answer(connection, b"hello", within=0.1)
        proxy.set(FAIR)
        assert await answer(connection, b"") == b"hello"


async def test_slow_weather_delays_what_passes() -> None:
    async with before_an_echo() as proxy, connected(proxy) as connection:
        proxy.set(Weather(delay=0.1, rate=10_000))
        loop = asyncio.get_running_loop()
        begun = loop.time()
        assert await answer(connection, b"x" * 500) == b"x" * 500
        assert loop.time() - begun > 2 * (0.1 + 0.05) - 0.01


async def test_an_end_that_is_gone_takes_the_other_along() -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    proxy = Proxy()
    await proxy.start(f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    async with connected(proxy) as connection:
        assert await answer(connection, b"hello") == b""
    await proxy.stop()
    server.close()
