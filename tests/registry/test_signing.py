import base64
import json
import os
import stat
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry import signing

KEY = Ed25519PrivateKey.generate()


def test_it_works():
    envelope = signing.sign({"_type": "x", "n": 1}, KEY)
    assert signing.verify(envelope, KEY.public_key()) == {"_type": "x", "n": 1}


def changed(envelope, **parts):
    return json.loads(json.dumps(envelope)) | parts


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"payload": base64.b64encode(b'{"n": 2}').decode()}, "No signature"),
        ({"payloadType": "text/plain"}, "not an in-toto statement"),
        ({"signatures": []}, "No signature"),
        ({"signatures": [{"keyid": "", "sig": "AAAA"}]}, "No signature"),
        ({"signatures": [{"sig": "not base64!"}]}, "not a DSSE envelope"),
        ({"payload": None}, "not a DSSE envelope"),
    ],
)
def test_a_changed_envelope_is_refused(change, words):
    envelope = signing.sign({"n": 1}, KEY)
    with pytest.raises(signing.BadSignature, match=words):
        signing.verify(changed(envelope, **change), KEY.public_key())


def test_another_key_is_refused():
    with pytest.raises(signing.BadSignature):
        signing.verify(signing.sign({}, KEY), Ed25519PrivateKey.generate().public_key())


def test_the_encoding_is_that_of_dsse():
    # The example of the DSSE protocol: PAE("application/example", "hello world").
    expected = b"DSSEv1 28 application/vnd.in-toto+json 11 hello world"
    assert signing._signed_bytes(b"hello world") == expected


def test_the_key_is_made_once_and_is_private(tmp_path):
    first = signing.load_key(tmp_path)
    second = signing.load_key(tmp_path)
    assert signing.key_id(first.public_key()) == signing.key_id(second.public_key())
    path = tmp_path / "keys" / "findings.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["findings.pem"]


def test_two_processes_at_once_agree_on_the_key(tmp_path):
    program = (
        "import sys, django; django.setup()\n"
        "from pathlib import Path\n"
        "from registry import signing\n"
        "print(signing.key_id(signing.load_key(Path(sys.argv[1])).public_key()))"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for _ in range(3)
    ]
    keys = {process.communicate()[0].strip() for process in processes}
    assert len(keys) == 1
    assert keys != {""}
