"""/api/v1/keys: the public half of the key that signs findings."""

import base64

import pytest

from registry import signing

pytestmark = pytest.mark.django_db


def test_it_works(api, settings, tmp_path):
    settings.ASSAY_HOME = tmp_path
    envelope = signing.sign({"n": 1}, signing.load_key(tmp_path))
    (key,) = api.get("/api/v1/keys").json()["keys"]
    assert key["keyid"] == envelope["signatures"][0]["keyid"]
    assert key["algorithm"] == "Ed25519"
    for text in (key["pem"], key["public_key"], base64.b64decode(key["public_key"]).hex()):
        assert signing.verify(envelope, signing.public_key(text)) == {"n": 1}
    assert "PRIVATE" not in key["pem"]
    assert api.get("/api/v1/").json()["keys"].endswith("/api/v1/keys")


def test_a_server_without_a_key_makes_none(api, settings, tmp_path):
    settings.ASSAY_HOME = tmp_path
    assert api.get("/api/v1/keys").json() == {"keys": []}
    assert not list(tmp_path.iterdir())


def test_an_unknown_parameter_is_refused(api):
    assert api.get("/api/v1/keys", {"x": 1}).status_code == 400
