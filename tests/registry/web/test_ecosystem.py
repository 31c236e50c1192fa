"""Pages of the measures and of the exports: they read what is stored, and say what is not known."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from registry.ecosystem import definitions, measuring
from registry.ecosystem.definitions import Row
from registry.ecosystem.exports import making
from registry.ecosystem.measures import MEASURES
from registry.ecosystem.reading import Point
from registry.models import Measurement
from registry.web import plots
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def stored(measure="claims", **fields):
    defaults = {
        "version": 1,
        "date": NOON.date(),
        "at": NOON,
        "numerator": 1_338,
        "denominator": 29_432,
        "unknown": 7,
        "seconds": 0.25,
    }
    return Measurement.objects.create(measure=measure, **(defaults | fields))


def row(part="task", label="x", numerator=1, denominator=4, unknown=0):
    return Row(part, label, numerator, denominator, unknown).as_json()


def test_the_overview_has_every_measure_beside_2022(client):
    stored()
    text = client.get("/ecosystem").content.decode()
    for measure in MEASURES.values():
        assert f"/ecosystem/{measure.id}" in text
    assert "4.55 %" in text
    assert "1,338 of 29,432 models" in text
    assert "4.15 %" in text
    assert "in doubt" in text


def test_a_measure_shows_definition_breakdown_2022_and_doubts(client):
    stored(breakdown=[row(label="translation", numerator=9, denominator=1_458), row(label="")])
    text = client.get("/ecosystem/claims").content.decode()
    for words in (
        MEASURES["claims"].definition,
        "0.62 %",
        "6.05 %",
        "99 of 1,637",
        "no task",
        "What was weak in it",
        "contradicts itself",
        "4.55 %",
        "version 1",
    ):
        assert words in text, words


@pytest.mark.parametrize("id", sorted(MEASURES))
def test_every_measure_has_a_page_with_and_without_rows(client, id):
    assert client.get(f"/ecosystem/{id}").status_code == 200
    if MEASURES[id].is_query:
        assert "Not counted yet" in client.get(f"/ecosystem/{id}").content.decode()
        measuring.measure([id])
        assert "Not counted yet" not in client.get(f"/ecosystem/{id}").content.decode()


def test_no_finding_is_nothing_measured_and_not_zero(client):
    measuring.measure(["overstatement"])
    for page in ("/ecosystem", "/ecosystem/overstatement"):
        text = client.get(page).content.decode()
        assert "nothing measured yet" in text.lower()
        assert "0.00 %" not in text


def test_a_sample_has_its_interval(client):
    stored("overstatement", numerator=1, denominator=4)
    text = client.get("/ecosystem/overstatement").content.decode()
    assert "4.56–69.9 %" in text  # Wilson's, by hand: (0.0456, 0.6994)


def test_days_have_addresses(client):
    stored(date=NOON.date() - timedelta(days=2), numerator=5, denominator=100)
    stored()
    text = client.get("/ecosystem/claims").content.decode()
    assert "?date=2026-11-18" in text
    assert "<polyline" in text
    assert "5.00 %" in client.get("/ecosystem/claims?date=2026-11-18").content.decode()
    for wrong in ("2026-11-19", "today", "2026-02-30"):
        assert client.get(f"/ecosystem/claims?date={wrong}").status_code == 404
    assert client.get("/ecosystem/nonsense").status_code == 404


def test_a_row_of_an_older_version_is_called_stale(client):
    stored(version=99)
    assert "stale" in client.get("/ecosystem/claims").content.decode()


def test_hostile_labels_are_shown_and_do_nothing(client):
    hostile = '<script>alert(1)</script>"><img src=x>\u202egnp'
    stored(breakdown=[row(label=hostile)])
    text = client.get("/ecosystem/claims").content.decode()
    assert "<script>alert" not in text
    assert "<img" not in text
    assert "\u202e" not in text
    assert "[U+202E]" in text


def test_pages_ask_the_same_number_of_questions_however_many_rows(
    client, django_assert_num_queries
):
    with django_assert_num_queries(1):
        client.get("/ecosystem")
    for n in range(20):
        for id in ("claims", "models"):
            stored(id, date=NOON.date() - timedelta(days=n), breakdown=[row()] * 50)
    with django_assert_num_queries(1):
        client.get("/ecosystem")
    with django_assert_num_queries(2):
        client.get("/ecosystem/claims")


def test_there_is_no_style_and_no_script_in_the_markup(client):
    stored(breakdown=[row()])
    for page in ("/ecosystem", "/ecosystem/claims", "/exports"):
        text = client.get(page).content.decode()
        assert "style=" not in text
        assert text.count("<script") == 1  # the file of the base page


# -- plots


@pytest.mark.parametrize(
    ("share", "end"),
    [
        (0, 1.0),
        (0.0021, 0.005),
        (0.05, 0.05),
        (0.0455, 0.05),
        (0.11, 0.2),
        (0.39, 0.5),
        (0.51, 1.0),
        (1.0, 1.0),
    ],
)
def test_an_axis_ends_at_a_round_number(share, end):
    assert plots.nice(share) == pytest.approx(end)


def test_bars_are_as_long_as_their_shares():
    measure = MEASURES["claims"]
    part = measure.parts[0]
    rows = [
        Row("task", "translation", 1, 10),
        Row("task", "new-task", 0, 10),
        Row("task", "", 0, 0),
    ]
    plot = plots.bars(measure, part, rows)
    assert plot.axis == "0 to 10 %"
    assert [bar.ours for bar in plot.bars] == [240.0, 0.0, 0.0]
    assert plot.bars[0].then == pytest.approx(240 * 99 / 1_637 / 0.1, abs=0.01)
    assert [bar.value for bar in plot.bars] == ["10.0 %", "0.00 %", "nothing measured yet"]
    assert "in 2022 6.05 %" in plot.bars[0].words


def test_plain_numbers_are_bars_over_the_largest():
    measure = MEASURES["name-reuse"]
    rows = [Row("event", "a", 10, None), Row("event", "b", 5, None)]
    plot = plots.bars(measure, measure.parts[0], rows)
    assert ([bar.ours for bar in plot.bars], plot.axis) == ([240.0, 120.0], "")


def test_a_line_stays_in_its_frame():
    measure, day = MEASURES["claims"], NOON.date()
    assert plots.line(measure, []) is None
    assert plots.line(measure, [Point(day, 1, 0, 0, 0)]) is None
    one = plots.line(measure, [Point(day, 1, 1, 20, 0)])
    assert one is not None
    assert plots.LINE_LEFT < one.points[0][0] < plots.LINE_WIDTH
    many = [Point(day + timedelta(days=n), 1, n, 99, 0) for n in range(100)]
    line = plots.line(measure, many)
    assert line is not None
    assert line.then is not None
    assert len(line.points) == 2
    for pair in line.path.split():
        x, y = map(float, pair.split(","))
        assert 0 <= x <= plots.LINE_WIDTH
        assert 0 <= y <= plots.LINE_HEIGHT
    assert 0 <= line.then <= plots.LINE_HEIGHT
    plain = plots.line(MEASURES["models"], [Point(day, 1, 9, None, 0)])
    assert plain is not None
    assert plain.is_single
    assert plain.words == f"Models: 9 on {day:%-d %B %Y}, 9 on {day:%-d %B %Y}, 1 day measured."
    assert [tick.word for tick in line.ticks] == ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]


def test_every_figure_of_2022_is_a_share_between_none_and_all():
    for measure in MEASURES.values():
        for figure in measure.earlier.figures if measure.earlier else ():
            assert isinstance(figure, definitions.Figure)
            assert figure.share is None or 0 <= figure.share <= 1


# -- exports


@pytest.fixture
def exported(tmp_path, settings, transactional_db):
    settings.ASSAY_EXPORTS = str(tmp_path)
    factories.repo()
    making.make(at=NOON - timedelta(days=1))
    return making.make(at=NOON)


def test_exports_are_listed_with_sizes_and_checksums(client, exported):
    text = client.get("/exports").content.decode()
    for one in exported.files:
        assert one["file"] in text
        assert one["sha256"] in text
    assert "/exports/20261119T120000Z/manifest.json" in text


def test_no_export_is_said_plainly(client, tmp_path, settings):
    settings.ASSAY_EXPORTS = str(tmp_path / "nothing")
    assert "Nothing is exported yet" in client.get("/exports").content.decode()


def test_a_file_comes_with_length_and_etag(client, exported):
    address = f"/exports/{exported.name}/repos-0000.parquet"
    answer = client.get(address)
    data = answer.getvalue()
    one = next(one for one in exported.files if one["file"] == "repos-0000.parquet")
    assert answer.headers["Content-Length"] == str(one["bytes"]) == str(len(data))
    assert answer.headers["ETag"] == f'"{one["sha256"]}"'
    assert answer.headers["Content-Type"] == "application/vnd.apache.parquet"
    assert "attachment" in answer.headers["Content-Disposition"]
    again = client.get(address, headers={"if-none-match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = client.head(address)
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(one["bytes"]))
    head.close()
    assert client.post(address).status_code == 405


@pytest.mark.parametrize(
    "address",
    [
        "/exports/latest/..",
        "/exports/latest/../manifest.json",
        "/exports/latest/%2e%2e%2fsecret",
        "/exports/../manifest.json",
        "/exports/20261120T120000Z/x.parquet",
        "/exports/latest/repos-0000.parquet%00",
        "/exports/20200101T000000Z/manifest.json",
        "/exports/latest/repos-0000.parquet/",
    ],
)
def test_nothing_else_is_served(client, exported, address):
    assert client.get(address).status_code == 404


def test_latest_is_the_newest(client, exported):
    answer = client.get("/exports/latest/manifest.json")
    assert b"".join(answer.streaming_content).startswith(b"{")
    assert "2026-11-20T12:00" in client.get("/api/v1/exports/latest").content.decode()


def test_the_measures_are_exported_with_the_rest(client, exported):
    call_command("measure", "models", verbosity=0)
    assert exported.manifest["tables"]["measurements"]["rows"] == 0
    assert making.make().manifest["tables"]["measurements"]["rows"] == 1
