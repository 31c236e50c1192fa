"""Pictures of findings: where they are served, and how they stand on the page."""

import hashlib

import pytest

from registry.models import Repo
from tests import factories

pytestmark = pytest.mark.django_db


def address(picture):
    return f"/findings/{picture.finding_id}/pictures/{picture.name}.png"


@pytest.fixture
def finding():
    made = factories.finding(evidence=factories.evidence(pictures=[{"name": "clean-1"}]))
    for number in (1, 2):
        for kind in ("clean", "perturbation", "adversarial"):
            factories.picture(made, f"{kind}-{number}", kind=kind, group=f"Sample {number}")
    return made


def test_it_works(client, finding):
    picture = finding.pictures.get(name="clean-1")
    answer = client.get(address(picture))
    assert answer.status_code == 200
    assert answer.content == bytes(picture.data)
    assert hashlib.sha256(answer.content).hexdigest() == picture.sha256
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "Set-Cookie" not in answer
    assert set(answer["Cache-Control"].split(", ")) == {"public", "max-age=31536000", "immutable"}


def test_what_a_reader_has_is_not_sent_again(client, finding):
    place = address(finding.pictures.get(name="clean-1"))
    tag = client.get(place)["ETag"]
    again = client.get(place, headers={"if-none-match": tag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)


@pytest.mark.parametrize("name", ["nothing", "clean-1.png", "../../secret", "Clean-1"])
def test_there_is_no_other(client, finding, name):
    assert client.get(f"/findings/{finding.pk}/pictures/{name}.png").status_code == 404
    assert client.get(f"/findings/{'9' * 30}/pictures/{name}.png").status_code == 404


def test_of_a_private_model_none_is_shown(client, finding):
    Repo.objects.update(is_private=True)
    assert client.get(address(finding.pictures.get(name="clean-1"))).status_code == 404


def test_pictures_stand_in_groups_with_their_words(read, finding):
    page = read(f"/runs/{finding.run_id}")
    shown = [attrs for tag, attrs in page.elements if tag == "img"]
    assert len(shown) == 6
    assert shown[0]["alt"] == "What clean-1 shows."
    assert shown[0]["src"] == address(finding.pictures.get(name="clean-1"))
    assert (shown[0]["width"], shown[0]["height"], shown[0]["class"]) == ("168", "168", "tiny")
    assert page.text.index("Sample 1") < page.text.index("Sample 2")
    assert "Title of adversarial-2" in page.text


def test_larger_pictures_are_shown_as_they_are(read):
    made = factories.finding(evidence=factories.evidence(pictures=[{"name": "wide"}]))
    factories.picture(made, "wide", width=224, height=112)
    (shown,) = [attrs for tag, attrs in read(f"/runs/{made.run_id}").elements if tag == "img"]
    assert (shown["width"], shown["height"], shown.get("class")) == ("224", "112", None)


def test_hostile_words_stay_text(client):
    attack = '"><script>alert(1)</script>\u202e'
    made = factories.finding(evidence=factories.evidence(pictures=[{"name": "a"}]))
    factories.picture(made, "a", title=attack, alt=attack, group=attack)
    body = client.get(f"/runs/{made.run_id}").content.decode()
    assert "<script>alert" not in body
    assert "\u202e" not in body


def test_pictures_cost_one_query_and_their_bytes_none(queries_of, finding):
    assert queries_of(f"/runs/{finding.run_id}") == 2
    assert queries_of(f"/runs/{factories.finding().run_id}") == 1
