"""The list of runs, and a run's evidence."""

import pytest

from registry import signing
from registry.models import Finding, Run
from registry.web.views.runs import PAGE_SIZE
from tests import factories

pytestmark = pytest.mark.django_db


def test_it_works(read):
    finding = factories.finding()
    page = read(f"/runs/{finding.run_id}")
    for words in (
        "Confirmed",
        finding.summary,
        "Claimed 91.7 %",
        "Measured 91.73 %",
        "Difference +0.03 points",
        "95 % interval 91.18–92.26 %",
        "Samples 10,000",
        "model-index[0].results[0].metrics[0]",
        '{"type": "accuracy", "value": 91.7}',
        "The claim names no revision of the dataset",
        "Why this tolerance half a unit",
        "Order · Seed 20230514",
        "Fingerprint 7e3f2a9c1b5d8e40",
        "Isolation bubblewrap",
        "Peak memory 698 MiB",
        "Wall time 41.70 s",
        "Versions · Torch 2.13.0",
        "model.safetensors 1.04 MiB " + "5b" * 32,
        f"manage.py replay {finding.run_id}",
        "0.9219",
    ):
        assert words in page.text
    assert f"/api/v1/findings/{finding.pk}" in page.links()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": Run.Status.QUEUED}, ["number 2 in the queue", "This page stands still."]),
        (
            {"status": Run.Status.RUNNING, "progress": 3, "total": 9},
            ["Measuring : 3 of 9", "This page stands still."],
        ),
        (
            {"status": Run.Status.UNSUPPORTED, "reason": "No such split.", "code": "split"},
            ["No such split.", "The missing piece: split", "neither confirmed nor refuted"],
        ),
        (
            {"status": Run.Status.DEAD, "reason": "Too big.", "code": "memory", "faults": 3},
            ["Too big.", "What ended it: memory , after 3 attempts", "neither confirmed"],
        ),
    ],
)
def test_states_that_are_no_verdict(read, fields, words):
    factories.run()
    text = read(f"/runs/{factories.run(**fields).pk}").text
    for word in words:
        assert word in text
    assert "Confirmed" not in text


def test_a_run_is_followed_only_where_the_reader_asks(client):
    running = factories.run(status=Run.Status.RUNNING)
    done = factories.finding().run
    assert "Refresh" not in client.get(f"/runs/{running.pk}")
    assert client.get(f"/runs/{running.pk}?follow=1")["Refresh"] == "4"
    assert "Refresh" not in client.get(f"/runs/{done.pk}?follow=1")


def sign(finding, tmp_path, **changes):
    """Store an envelope over the finding as it is, or over a changed one."""
    said = {
        "run": finding.run_id,
        "verdict": finding.verdict,
        "summary": finding.summary,
        "estimate": {name: getattr(finding, name) for name in ("value", "low", "high", "n")},
        "evidence": finding.evidence,
    }
    return signing.sign({"predicate": said | changes}, signing.load_key(tmp_path))


@pytest.mark.parametrize(
    ("changes", "key", "words"),
    [
        ({}, "ours", "Signed by this installation; checked just now."),
        ({"verdict": "overstated"}, "ours", "of another finding than the one shown"),
        ({}, "theirs", "No signature of the envelope is by this installation's key."),
        ({}, "none", "this server has no key"),
        (None, "ours", "The envelope is not a DSSE envelope."),
    ],
)
def test_the_signature_is_checked(read, settings, tmp_path, changes, key, words):
    settings.ASSAY_HOME = tmp_path / key
    if key != "none":
        signing.load_key(settings.ASSAY_HOME)
    blank = factories.run(status=Run.Status.DONE)
    unsaved = Finding(
        run=blank,
        verdict="confirmed",
        summary="Fine.",
        value=0.5,
        low=0.4,
        high=0.6,
        n=9,
        evidence={},
    )
    signer = tmp_path / ("other" if key in {"theirs", "none"} else key)
    envelope = {"strange": 1} if changes is None else sign(unsaved, signer, **changes)
    factories.finding(
        blank, summary="Fine.", value=0.5, low=0.4, high=0.6, n=9, evidence={}, envelope=envelope
    )
    assert words in read(f"/runs/{blank.pk}").text.replace("&#x27;", "'")
    if key == "none":
        assert not settings.ASSAY_HOME.exists()


def test_a_replay_leads_to_what_it_repeats(read):
    first = factories.finding().run
    again = factories.run(first.claim, options={"replay_of": first.pk})
    page = read(f"/runs/{again.pk}")
    assert f"This repeats run {first.pk}" in page.text


@pytest.mark.parametrize(
    "evidence", [{}, {"measure": "text"}, {"subject": {"files": "x"}}, {"a": []}]
)
def test_evidence_of_another_shape_is_shown_as_far_as_it_goes(read, evidence):
    read(f"/runs/{factories.finding(evidence=evidence).run_id}")


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), None])
def test_a_measurement_that_is_no_number_is_shown_without_a_figure(read, bad):
    finding = factories.finding(value=bad, low=bad, high=bad, n=None, verdict="inconclusive")
    page = read(f"/runs/{finding.run_id}")
    assert "Inconclusive" in page.text
    read(f"/models/{finding.run.revision.repo.name}")
    read("/")


def test_a_check_of_no_claim_has_a_page(read):
    run = factories.run(factories.revision(), check_id="files", status=Run.Status.DONE)
    factories.finding(run, verdict="pass", value=None, low=None, high=None, n=None)
    page = read(f"/runs/{run.pk}")
    assert ("section", {"aria-labelledby": "run"}) in page.elements
    assert ("section", {"aria-labelledby": "claim"}) not in page.elements
    text = read(f"/models/{run.revision.repo.name}").text
    assert (
        f"Other checks files Pass {run.finding.summary} Run {run.pk} , v{run.check_version}" in text
    )


def test_no_such_run(read):
    assert "There is no run of this number." in read("/runs/999999", status=404).text
    read("/runs/" + "9" * 30, status=404)


def test_the_list_filters_by_state_and_goes_on(read):
    waiting = factories.run()
    dead = factories.run(status=Run.Status.DEAD, reason="Too big.")
    done = factories.finding().run
    links = read("/runs").links()
    assert [link for link in links if link.startswith("/runs/")] == [
        f"/runs/{run.pk}" for run in (done, dead, waiting)
    ]
    page = read("/runs?status=dead")
    assert [link for link in page.links() if link.startswith("/runs/")] == [f"/runs/{dead.pk}"]
    assert "Too big." in page.text
    assert "No runs of that kind" in read("/runs?status=running").text
    assert "not one of this list" in read("/runs?cursor=x", status=400).text


@pytest.mark.parametrize(
    ("metric", "name", "words"),
    [("auc", "", "AUROC 0.91"), ("f1", "Macro F1", "Macro F1 0.91"), ("zorp", "", "zorp 0.91")],
)
def test_a_metric_has_the_name_that_people_know(read, metric, name, words):
    claim = factories.claim(
        factories.revision(), metric=metric, metric_name=name, value_text="0.91"
    )
    factories.finding(claim)
    assert words in read("/runs").text


def test_the_list_has_pages(read):
    claim = factories.claim()
    for _ in range(PAGE_SIZE + 1):
        factories.run(claim, status=Run.Status.DEAD)
    link = next(link for link in read("/runs?status=dead").links() if "cursor=" in link)
    assert len([x for x in read(f"/runs{link}").links() if x.startswith("/runs/")]) == 1


def test_twenty_rows_take_as_many_queries_as_one(queries_of):
    finding = factories.finding()
    one, evidence = queries_of("/runs"), queries_of(f"/runs/{finding.run_id}")
    for _ in range(19):
        factories.finding()
    assert queries_of("/runs") == one == 1
    assert queries_of(f"/runs/{finding.run_id}") == evidence == 1
