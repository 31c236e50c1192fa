"""Static files are collected once for each state that they are in."""

import re

import pytest

from registry import collecting, embedded


@pytest.mark.timeout(180)
def test_files_are_hashed_compressed_and_collected_once(tmp_path, settings):
    own = tmp_path / "own"
    own.mkdir()
    (own / "a.js").write_text("export const a = 1;\n" * 100)
    folder = collecting.collected(tmp_path)
    listed = next((folder / "assay").glob("list.*.js"))
    imported = re.findall(r'from "([^"]+)"', listed.read_text())
    assert imported
    for name in imported:  # modules name each other by what is in them
        assert re.search(r"\.[0-9a-f]{12}\.js$", name)
        assert (listed.parent / name).is_file()
    assert listed.with_name(listed.name + ".gz").is_file()

    before = folder.stat().st_mtime_ns
    assert collecting.collected(tmp_path) == folder
    assert folder.stat().st_mtime_ns == before

    settings.STATICFILES_DIRS = [*settings.STATICFILES_DIRS, own]
    other = collecting._state()
    (own / "a.js").write_text("export const a = 2;\n")
    assert len({folder.name, other, collecting._state()}) == 3


def test_a_folder_that_is_named_is_taken_as_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv("ASSAY_STATIC", str(tmp_path / "mine"))
    assert collecting.collected(tmp_path) == tmp_path / "mine"
    assert not (tmp_path / "static").exists()


def test_what_cannot_be_collected_is_said_in_a_sentence(tmp_path):
    (tmp_path / "static").write_text("a file where a folder should be")
    with pytest.raises(embedded.EmbeddedError, match="static files cannot be collected"):
        collecting.collected(tmp_path)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/about", "/api/v1/repos", "/api/v1/openapi.json"])
def test_text_goes_out_compressed(client, address):
    plain = client.get(address)
    packed = client.get(address, headers={"accept-encoding": "gzip"})
    assert "Content-Encoding" not in plain
    if len(plain.content) > 200:
        assert packed["Content-Encoding"] == "gzip"
        assert int(packed["Content-Length"]) < len(plain.content)
        assert "Accept-Encoding" in packed["Vary"]


@pytest.mark.django_db
def test_a_file_keeps_its_length(client):
    packed = client.get("/static/assay/assay.css", headers={"accept-encoding": "gzip"})
    assert packed.streaming
    assert "Content-Encoding" not in packed
    assert int(packed["Content-Length"]) == sum(map(len, packed.streaming_content))
    packed.close()
