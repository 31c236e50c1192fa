"""Keys at rest: other bytes each time, nothing of the keys in them, one key file opens them."""

import os
import stat

import pytest

from registry import marks
from registry.marks.sealing import KEY_FILE, sealed
from registry.models import MarkKeys
from tests import owners

pytestmark = pytest.mark.django_db


@pytest.fixture
def keys_of(settings, tmp_path):
    """Return the key file of a home of this test's own."""
    settings.ASSAY_HOME = tmp_path
    return tmp_path / "keys" / KEY_FILE


def test_it_works(keys_of):
    data = owners.mark_keys()
    mark = owners.mark(data=data)
    assert marks.open_sealed(mark) == data
    assert stat.S_IMODE(keys_of.stat().st_mode) == 0o600
    assert len(keys_of.read_bytes()) == 32


def test_what_is_sealed_differs_each_time_and_holds_nothing_of_the_keys(keys_of):
    data = b"planted-key " * 50
    first, second = (sealed(keys_of.parent.parent, data, "ab" * 32) for _ in range(2))
    assert first != second
    assert first[9:21] != second[9:21]  # the nonce
    pieces = {data[at : at + 6] for at in range(len(data) - 6)}
    assert not [piece for piece in pieces if piece in first or piece in second]
    assert keys_of.read_bytes() not in first


def test_another_key_file_is_named_as_such(keys_of):
    mark = owners.mark()
    kept = keys_of.read_bytes()
    keys_of.write_bytes(os.urandom(32))
    with pytest.raises(marks.CannotOpen, match=r"sealed by another marks\.key"):
        marks.open_sealed(mark)
    keys_of.write_bytes(b"short")
    with pytest.raises(marks.CannotOpen, match=r"marks\.key is damaged"):
        marks.open_sealed(mark)
    keys_of.unlink()
    with pytest.raises(marks.CannotOpen, match=r"this machine has no marks\.key"):
        marks.open_sealed(mark)
    assert (
        not keys_of.exists()
    )  # a fresh one would open nothing, and hide that the right one is gone
    keys_of.write_bytes(kept)
    assert marks.open_sealed(mark)


def test_sealed_keys_are_bound_to_their_mark(keys_of):
    one, other = owners.mark(), owners.mark()
    stored = MarkKeys.objects.get(mark=other)
    MarkKeys.objects.filter(mark=one).update(data=stored.data)
    with pytest.raises(marks.CannotOpen, match="were changed"):
        marks.open_sealed(one)
    changed = bytearray(stored.data)
    changed[-1] ^= 1
    MarkKeys.objects.filter(mark=other).update(data=bytes(changed))
    with pytest.raises(marks.CannotOpen, match="were changed"):
        marks.open_sealed(other)
    changed[0] = 9
    MarkKeys.objects.filter(mark=other).update(data=bytes(changed))
    with pytest.raises(marks.CannotOpen, match="another version of Assay"):
        marks.open_sealed(other)
