"""What of marks goes out with the exports."""

import json

import pytest

from registry.ecosystem.exports import making
from tests import factories, owners
from tests.registry.ecosystem.test_exports import read

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def place(tmp_path, settings):
    settings.ASSAY_EXPORTS = str(tmp_path / "exports")
    return tmp_path / "exports"


def test_marks_go_out_with_what_is_public_of_them(place):
    secret = factories.repo("bob/secret", is_private=True)
    mark = owners.mark(factories.user("alice"), home_name="alice/coming")
    hidden = owners.mark(home=secret)
    match = owners.match(mark)
    owners.match(mark, factories.revision(secret))
    made = making.make(at=factories.NOON)
    first, second = sorted(read(made, place, "marks"), key=lambda row: row["id"])
    assert (first["owner"], first["home"], first["home_id"]) == ("alice", "alice/coming", None)
    assert (first["commitment"], first["registered_at"]) == (mark.commitment, mark.registered_at)
    assert json.loads(first["envelope"]) == mark.envelope
    assert (second["id"], second["home"], second["home_id"]) == (hidden.pk, None, None)
    (row,) = read(made, place, "mark_matches")
    assert (row["id"], row["p"], row["carries"]) == (match.pk, 1e-9, True)
    assert row["sentence"] == match.sentence
