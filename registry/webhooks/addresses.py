"""Where messages may go: to public addresses by https, or wherever the operator allows it."""

import ipaddress
import socket
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit, urlunsplit

from django.conf import settings

from registry.hub.network import is_public

LONGEST_URL = 2000
PORTS = {"http": 80, "https": 443}
FIRST_FREE_PORT = 1024
_LOCAL_NAMES = ("localhost", "local", "internal", "home.arpa")
PRIVATE = "It leads into a private network; the operator has not allowed that."


class AddressRefused(ValueError):  # noqa: N818 - reads as what happened
    """Nothing is sent to this address; the message says why in one sentence."""


def vetted_url(url: str) -> str:
    """Return an address as it is stored; raise AddressRefused.

    Names are looked up when something is sent, not here: an answer of today says nothing about
    tomorrow's.
    """
    if not url or len(url) > LONGEST_URL:
        raise AddressRefused(f"Say an address of at most {LONGEST_URL:,} characters.")
    if "\\" in url or any(sign.isspace() or not sign.isprintable() for sign in url):
        raise AddressRefused("Say an address without spaces and backslashes.")
    try:
        parts = urlsplit(url)
        host, port = _host(parts), parts.port
    except ValueError as error:
        raise AddressRefused("This is no address: https://example.org/hook is one.") from error
    _vet_parts(parts, port)
    _vet_host(host)
    place = f"[{host}]" if ":" in host else host
    netloc = place if port is None else f"{place}:{port}"
    return urlunsplit((parts.scheme.lower(), netloc, parts.path or "/", parts.query, ""))


def _host(parts: SplitResult) -> str:
    """Return the host in ASCII: signs that only look like others are folded to them first."""
    host = (parts.hostname or "").rstrip(".")
    if not host:
        raise ValueError("no host")
    return host if host.isascii() else host.encode("idna").decode("ascii").lower()


def _vet_parts(parts: SplitResult, port: int | None) -> None:
    scheme = parts.scheme.lower()
    if scheme not in PORTS or (scheme == "http" and not settings.ASSAY_WEBHOOK_PRIVATE):
        raise AddressRefused("Say an address that begins with https://.")
    if parts.username is not None or parts.password is not None:
        raise AddressRefused("An address with a name or a password in it is not taken.")
    if parts.fragment:
        raise AddressRefused("An address with a fragment (#…) is not taken.")
    if port is not None and port < FIRST_FREE_PORT and port not in PORTS.values():
        raise AddressRefused("Say port 80 or 443, or one from 1024 on.")
    if not (parts.path + parts.query).isascii():
        raise AddressRefused("Write signs outside of ASCII in percent-encoding.")


def _vet_host(host: str) -> None:
    """Refuse hosts that are private whatever a name server says; raise AddressRefused."""
    labels = host.lower().split(".")
    is_local = labels[-1] in _LOCAL_NAMES or ".".join(labels[-2:]) in _LOCAL_NAMES
    if is_local and not settings.ASSAY_WEBHOOK_PRIVATE:
        raise AddressRefused(PRIVATE)
    try:  # every spelling of a number that the system would take for an address
        found = socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return
    vet_addresses(str(entry[4][0]) for entry in found)


def resolved(host: str, port: int) -> str:
    """Look a name up once and return the address to connect to; raise AddressRefused, OSError.

    All of its addresses must be allowed: which one is used would be chance.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError(f"no address for {host}") from error
    addresses = [str(entry[4][0]) for entry in found]
    vet_addresses(addresses)
    return addresses[0]


def vet_addresses(addresses: Iterable[str]) -> None:
    """Refuse addresses that are not public, or never anybody's; raise AddressRefused."""
    for address in addresses:
        if is_public(address):
            continue
        if not settings.ASSAY_WEBHOOK_PRIVATE:
            raise AddressRefused(PRIVATE)
        ip = ipaddress.ip_address(address.partition("%")[0])
        # Machines in clouds tell their own secrets at a link-local address.
        is_loopback = ip.is_loopback  # Python counts ::1 as reserved, too
        if not is_loopback and (
            ip.is_link_local or ip.is_multicast or ip.is_unspecified or ip.is_reserved
        ):
            raise AddressRefused("No machine to send to has such an address.")
