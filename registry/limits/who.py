"""Who asks: a token that is known here, else an address, as far as it can be believed."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

from registry.models import ApiToken

_NET6 = 64  # one customer has as many addresses as he likes below this


def token_of(request: HttpRequest) -> ApiToken | None:
    """Return the token of a request, looked up once: the API takes it from ``assay_token``."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        return None
    token = ApiToken.by_secret(secret.strip())
    request.assay_token = token  # type: ignore[attr-defined]
    return token


def address_of(request: HttpRequest) -> str:
    """Return the address that asks.

    ``X-Forwarded-For`` is believed from the right, as far as trusted proxies wrote it: anybody may
    send the header. All of an IPv6 network counts as one.
    """
    peer = request.META.get("REMOTE_ADDR", "") or "unix"
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    while _is_proxy(peer) and hops and hops[-1]:
        peer = hops.pop()
    try:
        address = ip_address(peer)
    except ValueError:
        return peer[:100]
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ip_network((address, _NET6), strict=False))
    return str(address)


def _is_proxy(peer: str) -> bool:
    """Say whether a peer is one of ``ASSAY_PROXIES``: addresses, networks, or ``unix``."""
    if peer in settings.ASSAY_PROXIES:
        return True
    try:
        address = ip_address(peer)
        return any(address in ip_network(one) for one in settings.ASSAY_PROXIES if one != "unix")
    except ValueError:
        return False
