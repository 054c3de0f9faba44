"""Which addresses a webhook may lead to: public ones, and nothing inside our own walls."""

import asyncio
import socket
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

Address = IPv4Address | IPv6Address
_NAT64: Final = IPv6Network("64:ff9b::/96")
_COMPATIBLE: Final = IPv6Network("::/96")
"""IPv4 addresses written as IPv6 ones, as nobody does any more."""


class AddressRefused(Exception):  # noqa: N818  a decision, not a mistake
    """The URL leads to an address that is not public."""


def is_public(address: Address) -> bool:
    """Say whether an address is anybody's on the internet: not private, loopback, link-local, shared or multicast.

    An IPv6 address that stands for an IPv4 one (mapped, NAT64) is what that is; one that carries one (6to4, Teredo)
    has to be public in both.
    """
    if isinstance(address, IPv6Address) and (address.ipv4_mapped or address in _NAT64):
        return is_public(_last_bits(address))
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    if isinstance(address, IPv4Address):
        return True
    return not address.is_site_local and all(map(is_public, _carried(address)))


def _carried(address: IPv6Address) -> Iterator[IPv4Address]:
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield from address.teredo
    if address in _COMPATIBLE:
        yield _last_bits(address)


def _last_bits(address: IPv6Address) -> IPv4Address:
    return IPv4Address(int(address) & 0xFFFFFFFF)


def written(host: str) -> Address | None:
    """Return the address that a URL's host is; None where it is a name."""
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


async def resolve(host: str, port: int, *, private_allowed: bool) -> list[str]:
    """Return the addresses of a host, in the order to try them.

    Raises AddressRefused where one of them is not public and that is not allowed, and OSError where there are
    none. Whoever connects must connect to one of these, and not ask for the name again.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    if not private_allowed and not all(is_public(ip_address(one)) for one in addresses):
        raise AddressRefused
    return addresses
