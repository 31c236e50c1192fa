"""Which addresses a hub may send the client to."""

import socket

import httpcore2
import pytest

from registry.hub.network import GuardedBackend, is_public
from registry.hub.problems import RedirectRefused


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",  # noqa: S104
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "192.88.99.1",
        "fec0::1",
        "3fff::1",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2001:0:53aa:64c:0:0:80ff:fffe",
    ],
)
def test_addresses_inside_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_addresses_outside_are_public(address):
    assert is_public(address)


def test_the_checked_address_is_the_one_that_is_connected_to(monkeypatch):
    answers = iter([[("8.8.8.8", 1)], [("127.0.0.1", 1)]])  # the name changes its answer
    connected = []

    def lookup(*_args, **_more):
        return [(0, 0, 0, "", address) for address in next(answers)]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(
        httpcore2.SyncBackend, "connect_tcp", lambda _, host, *_more: connected.append(host)
    )
    GuardedBackend("hub.example", 80).connect_tcp("elsewhere.example", 443)
    assert connected == ["8.8.8.8"]


def test_a_name_with_one_private_address_is_refused(monkeypatch):
    found = [(0, 0, 0, "", ("8.8.8.8", 1)), (0, 0, 0, "", ("10.0.0.1", 1))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: found)
    with pytest.raises(RedirectRefused):
        GuardedBackend("hub.example", 80).connect_tcp("elsewhere.example", 443)


def test_the_hub_itself_may_be_anywhere_but_only_on_its_port(hub):
    host, port = hub.url.removeprefix("http://").split(":")
    backend = GuardedBackend(host, int(port))
    backend.connect_tcp(host, int(port), timeout=5).close()
    with pytest.raises(RedirectRefused):
        backend.connect_tcp(host, int(port) + 1, timeout=5)
