"""A planted key is found nowhere: no answer, page, log, export, table of the database, or disk."""

import base64
import io
import json
import logging
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from django.conf import settings as configured
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from analysis.watermarks.answer_keys import AnswerKeys, random_labels
from registry import marks
from registry.ecosystem.exports import making
from registry.models import ApiToken, Mark, MarkKeys
from tests import factories, owners

pytestmark = pytest.mark.django_db(transaction=True)

PICTURE = b"a picture that nobody else has, planted in a file of keys by its owner!!"[:64]
SALT = b"the salt that a mark follows from"[:32]


def planted() -> bytes:
    """Return keys each picture of which can be recognised, like their salt."""
    pictures = np.tile(np.frombuffer(PICTURE, np.uint8).reshape(1, 1, 8, 8), (24, 1, 1, 1))
    labels = random_labels(SALT, 10, 24)
    controls = np.arange(24) % 3 == 2
    return AnswerKeys.made("triggers", 10, pictures, labels, controls, salt=SALT).to_bytes()


def traces() -> list[bytes]:
    """Return the planted bytes in all ways to write them that a leak may choose."""
    found = []
    for secret in (PICTURE, SALT):
        found += [secret, secret.hex().encode(), secret.hex().upper().encode()]
        found += [", ".join(map(str, secret[:8])).encode(), ",".join(map(str, secret[:8])).encode()]
        for shift in range(3):  # base64 of it, wherever it begins in a longer text
            whole = len(secret[shift:]) // 3 * 3
            found.append(base64.b64encode(secret[shift:])[: whole // 3 * 4])
    return found


def leaks(text: bytes | str) -> list[bytes]:
    data = text.encode() if isinstance(text, str) else text
    return [trace for trace in traces() if trace in data]


@pytest.fixture
def owner():
    _, secret = factories.token(factories.user("olga"), scopes=[ApiToken.Scope.MARKS])
    return APIClient(headers={"authorization": f"Bearer {secret}"})


def upload(client, data=None):
    file = io.BytesIO(planted() if data is None else data)
    file.name = "keys.safetensors"
    return client.post("/api/v1/marks", {"keys": file, "name": "net"}, format="multipart")


def everything_said(owner):
    """Do all that can be done with a mark; return what was answered."""
    said = [upload(owner), upload(owner), upload(owner, planted()[:-40]), upload(owner, PICTURE)]
    mark = Mark.objects.get()
    Mark.objects.update(state=Mark.State.READY)
    match = owners.match(mark, factories.revision(factories.repo("bob/copy")))
    repo = {"repo": "bob/copy"}
    said.append(owner.post(f"/api/v1/marks/{mark.pk}/verify", repo, format="json"))
    said.append(owner.post(f"/api/v1/marks/{mark.pk}/scan", {}, format="json"))
    addresses = ["", f"/{mark.pk}", f"/{mark.pk}/matches"]
    said += [owner.get(f"/api/v1/marks{address}") for address in addresses]
    said += [owner.get(f"/api/v1/{name}") for name in ("runs", "findings", "scans", "keys")]
    root = Client()
    root.force_login(factories.user("root", is_staff=True, is_superuser=True))
    pages = [
        "/marks",
        f"/marks/{mark.pk}",
        "/models/bob/copy",
        f"/runs/{match.run_id}",
        "/checks",
        "/scans",
    ]
    pages.append(reverse("admin:registry_mark_changelist"))
    pages.append(reverse("admin:registry_mark_change", args=[mark.pk]))
    said += [root.get(page) for page in pages]
    file = io.BytesIO(planted())
    file.name = "keys.safetensors"
    said.append(root.post("/marks", {"keys": file, "name": "twin", "task": marks.TASK}))
    return mark, said


def test_the_traces_are_found_where_they_are():
    data = planted()
    assert set(leaks(data)) == {PICTURE, SALT}
    assert leaks(data.hex())
    assert leaks(base64.b64encode(data))
    assert leaks(repr(list(data)))


def test_a_planted_key_is_found_nowhere(owner, broker, caplog, capfd, settings, tmp_path):
    settings.ASSAY_EXPORTS = str(tmp_path / "exports")
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="django")
    connection.force_debug_cursor = True  # logs each statement with its parameters
    try:
        mark, said = everything_said(owner)
    finally:
        connection.force_debug_cursor = False
    assert MarkKeys.objects.filter(mark=mark).exists()
    assert {answer.status_code for answer in said} == {200, 201, 202, 400, 422}
    assert not [answer.request for answer in said if leaks(answer.content)]
    assert len(caplog.text) > 10_000
    assert "INSERT INTO" in caplog.text
    assert not leaks(caplog.text)
    for action in (["list"], ["show", str(mark.pk)], ["show", str(mark.pk), "--json"]):
        call_command("mark", *action)
    assert not leaks("".join(capfd.readouterr()))
    made = making.make(at=factories.NOON)
    files = list((tmp_path / "exports" / made.name).iterdir())
    tables = [path for path in files if path.suffix == ".parquet"]
    exported = {
        path.name: json.dumps(pq.read_table(path).to_pylist(), default=str) for path in tables
    }
    assert mark.commitment in exported["marks-0000.parquet"]
    assert not [name for name, text in exported.items() if leaks(text)]
    assert not [path for path in files if leaks(path.read_bytes())]


def test_a_dump_of_the_database_holds_nothing_of_it(owner, broker):
    mark, _ = everything_said(owner)
    whole = b""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            with cursor.copy(f'COPY "{table}" TO STDOUT') as rows:
                whole += b"".join(bytes(piece) for piece in rows)
    assert mark.commitment.encode() in whole
    assert not leaks(whole)
    sealed = bytes(MarkKeys.objects.get(mark=mark).data)
    assert sealed.hex().encode() in whole
    assert not leaks(sealed)


def test_no_file_of_the_installation_holds_it(owner, broker, tmp_path, settings):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    everything_said(owner)
    assert not list(tmp_path.iterdir())
    kept = Path(configured.ASSAY_HOME) / "keys"
    assert (kept / "marks.key").exists()
    assert not [path for path in kept.iterdir() if leaks(path.read_bytes())]
