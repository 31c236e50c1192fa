"""Where messages may go."""

import socket
from datetime import timedelta

import httpcore2
import pytest
from django.utils.timezone import now

from registry.webhooks import addresses, sending
from registry.webhooks.addresses import AddressRefused, vetted_url

PRIVATE = (
    "localhost LOCALHOST. api.localhost printer.local db.internal router.home.arpa "
    "127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7f.1 0177.0.0.1 017700000001 0 0.0.0.0 "
    "10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 2852039166 100.64.0.1 198.18.0.1 192.88.99.1 "
    "224.0.0.1 240.0.0.1 255.255.255.255 ①②⑦.⓪.⓪.① 127。0。0。1 [::] [::1] [fe80::1] [fec0::1] "
    "[fd00::1] [ff02::1] [::127.0.0.1] [::ffff:127.0.0.1] [::ffff:a00:1] [64:ff9b::7f00:1] "
    "[64:ff9b:1::1] [2002:7f00:1::] [2001:0:53aa:64c::1] [2001:db8::1]"
)
WRONG = {
    "": "at most",
    "ftp://example.org/": "https://",
    "http://example.org/": "https://",
    "//example.org/": "https://",
    "https://": "no address",
    "https://[::1/": "no address",
    "https://example.org:99999/": "no address",
    "https://alice@example.org/": "name or a password",
    "https://alice:secret@example.org/": "name or a password",
    "https://example.org@127.0.0.1/": "name or a password",
    "https://example.org/#a": "fragment",
    "https://example.org:22/": "port",
    "https://example.org/a b": "spaces",
    "https://example.org\\@127.0.0.1/": "backslash",
    "https://example.org/\nHost: x": "spaces",
    "https://example.org/ü": "percent",
    "https://example.org/" + "a" * 2000: "at most",
}


@pytest.fixture(autouse=True)
def public_only(settings):
    settings.ASSAY_WEBHOOK_PRIVATE = False


@pytest.mark.parametrize("host", PRIVATE.split())
def test_every_spelling_of_a_private_address_is_refused(host, monkeypatch):
    with pytest.raises(AddressRefused, match="private network"):
        vetted_url(f"https://{host}/hook")
    # And once more where the connection is opened, had it been stored all the same.
    monkeypatch.setattr(sending, "vetted_url", str)
    if host.isascii() and host[0] in "0123456789[":
        with pytest.raises(sending.NoAnswer, match="private network"):
            sending.post(f"https://{host}:8443/hook", {}, b"{}")


@pytest.mark.parametrize(("url", "words"), WRONG.items(), ids=range(len(WRONG)))
def test_what_is_no_address_is_said(url, words):
    with pytest.raises(AddressRefused, match=words):
        vetted_url(url)


def test_good_addresses_are_kept_as_they_are_meant():
    for url, kept in {
        "https://example.org": "https://example.org/",
        "HTTPS://Example.org:8443/a?b=c": "https://example.org:8443/a?b=c",
        "https://bücher.example/%20": "https://xn--bcher-kva.example/%20",
        "https://8.8.8.8/": "https://8.8.8.8/",
        "https://[2606:4700::1111]/": "https://[2606:4700::1111]/",
    }.items():
        assert vetted_url(url) == kept


def test_names_are_judged_by_their_addresses_when_something_is_sent(monkeypatch):
    answers = iter([["8.8.8.8"], ["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::ffff:127.0.0.1"]])
    connected = []

    def lookup(*_a, **more):
        if more.get("flags"):
            raise socket.gaierror
        return [(0, 0, 0, "", (address, 443)) for address in next(answers)]

    def connect(_, host, *_more):
        connected.append(host)
        raise httpcore2.ConnectError("planted")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(httpcore2.SyncBackend, "connect_tcp", connect)
    for words in ("planted", "private", "private", "private"):
        with pytest.raises(sending.NoAnswer, match=words):
            sending.post("https://rebinds.example/", {}, b"{}")
    assert connected == ["8.8.8.8"]  # the address that was judged, not the name


def test_an_operator_who_allows_private_networks_keeps_what_is_never_a_receiver(settings):
    settings.ASSAY_WEBHOOK_PRIVATE = True
    for host in ("localhost:8000", "127.0.0.1:8000", "10.0.0.1", "[::1]:8000", "hook.internal"):
        assert vetted_url(f"http://{host}/")
    for host in ("169.254.169.254", "224.0.0.1", "[::]", "[fe80::1]", "255.255.255.255"):
        with pytest.raises(AddressRefused, match="No machine"):
            vetted_url(f"http://{host}/")


def test_a_certificate_must_be_that_of_the_name(receiver, settings, tmp_path, monkeypatch):
    import ssl

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hook.internal")])
    at = now()
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hook.internal")]), False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = tmp_path / "cert.pem"
    form = serialization.PrivateFormat.PKCS8
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    named = []
    context.sni_callback = lambda _sock, name, _context: named.append(name)
    receiver._server.socket = context.wrap_socket(receiver._server.socket, server_side=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    sending._context.cache_clear()
    settings.ASSAY_WEBHOOK_PRIVATE = True
    monkeypatch.setattr(addresses, "resolved", lambda *_: "127.0.0.1")
    monkeypatch.setattr(sending, "resolved", lambda *_: "127.0.0.1")
    answer = sending.post(f"https://hook.internal:{receiver.port}/", {}, b"{}")
    assert (answer.status, named) == (204, ["hook.internal"])
    assert receiver.got[0][1]["host"] == f"hook.internal:{receiver.port}"
    with pytest.raises(sending.NoAnswer, match="could not be reached"):
        sending.post(f"https://other.internal:{receiver.port}/", {}, b"{}")
    sending._context.cache_clear()
