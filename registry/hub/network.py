"""Connections that go to the hub itself or to public addresses, and nowhere else.

The address is checked where the connection is opened, after the name was looked up and on the very
address that is then used: a name that changes its answer between check and use gains nothing.
"""

import ipaddress
import socket
from collections.abc import Iterable
from typing import Any

import httpcore2

from registry.hub.problems import RedirectRefused

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Which Python takes for public: relays of 6to4, site-local addresses, an example of documents.
_NOT_PUBLIC = tuple(map(ipaddress.ip_network, ("192.88.99.0/24", "fec0::/10", "3fff::/20")))


def is_public(address: str) -> bool:
    """Say whether an IP address lies in the public network; every address inside it counts."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip.teredo is not None:
            return False
    if any(ip in network for network in _NOT_PUBLIC):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


class GuardedBackend(httpcore2.SyncBackend):
    """Opens connections to one named place anywhere, and to all others only at public addresses.

    The named place is the hub that the operator chose; it may be on this machine.
    """

    def __init__(self, host: str, port: int) -> None:
        self._own = (host.lower(), port)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect; raise RedirectRefused where the name leads to a private address."""
        if (host.lower(), port) == self._own:
            return super().connect_tcp(host, port, timeout, local_address, socket_options)
        address = _public_address(host, port)
        return super().connect_tcp(address, port, timeout, local_address, socket_options)


def _public_address(host: str, port: int) -> str:
    """Look ``host`` up once; refuse it when any of its addresses is not public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore2.ConnectError(f"no address for {host}") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not all(is_public(address) for address in addresses):
        raise RedirectRefused(f"{host} port {port} is not a public address")
    return addresses[0]
