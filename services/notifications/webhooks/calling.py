"""Calling a webhook: one POST on a connection of its own, to an address that was looked at."""

import asyncio
import ssl
from collections.abc import Iterable, Mapping
from typing import Any, Final

import httpcore

from services.notifications.webhooks.addresses import AddressRefused, resolve

GONE: Final = "gone"
"""The receiver's 410: it wants nothing more."""


class NotDelivered(Exception):  # noqa: N818  an answer, or none
    """The receiver has not taken a delivery. ``reason`` is a code that its owner can act on."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _LookedAt(httpcore.AsyncNetworkBackend):
    """Connects to addresses that were resolved and looked at just now, and to no others."""

    def __init__(self, *, private_allowed: bool) -> None:
        self._private_allowed = private_allowed
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  the library's own
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address of this host that answers."""
        addresses = await resolve(host, port, private_allowed=self._private_allowed)
        share = None if timeout is None else timeout / len(addresses)
        error: Exception = httpcore.ConnectError()
        for address in addresses:
            try:
                return await self._network.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failure:
                error = failure
        raise error


class Caller:
    """Posts to webhooks. Follows no redirect, uses no proxy, and reads no more of an answer than its status."""

    def __init__(
        self, *, timeout: float, private_allowed: bool, certificates: ssl.SSLContext | None = None
    ) -> None:
        self._timeout = timeout
        self._network = _LookedAt(private_allowed=private_allowed)
        self._certificates = certificates or _trusted()

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """Return when the receiver has answered with success (2xx) in time; raises NotDelivered."""
        try:
            async with asyncio.timeout(self._timeout):
                status = await self._status(url, headers, body)
        except AddressRefused:
            raise NotDelivered("address-refused") from None
        except (TimeoutError, httpcore.TimeoutException):
            raise NotDelivered("timeout") from None
        except (OSError, httpcore.NetworkError, httpcore.ProtocolError, ValueError):
            raise NotDelivered("unreachable") from None
        if not 200 <= status < 300:  # noqa: PLR2004  what HTTP calls success
            raise NotDelivered(GONE if status == 410 else f"answered-{status}")  # noqa: PLR2004

    async def _status(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), self._timeout)
        async with (
            httpcore.AsyncConnectionPool(
                ssl_context=self._certificates, network_backend=self._network, max_keepalive_connections=0
            ) as connections,
            connections.stream(
                "POST", url, headers=list(headers.items()), content=body, extensions={"timeout": timeouts}
            ) as answer,
        ):
            return answer.status


def _trusted() -> ssl.SSLContext:
    """Trust whom Mozilla and the machine's owner trust."""
    context = httpcore.default_ssl_context()
    context.load_default_certs()
    return context
