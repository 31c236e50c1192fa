"""The measures of 2022 over the 29,432 real records of February 2022, beside the study's own.

The study counted 62,467 models in August 2022; these are the 29,432 that the Hub listed half a
year before, so the shares are near, and need not be equal.
"""

import json
import sys
from datetime import date

import pytest

from registry.ecosystem import measuring, reading, state
from registry.ecosystem.measures import MEASURES
from registry.hub.sync import mirror
from registry.models import Measurement
from registry.web import plots
from tests import hubs
from tests.registry.ecosystem.conftest import rows, whole

pytestmark = [
    pytest.mark.real,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(1800),
]

LAST = date(2022, 2, 15)  # when the newest of the records was modified
RECORDS = 29_432


def test_the_measures_of_2022_from_the_records_of_2022(real_data, tmp_path, client, capsys):
    (tmp_path / "models").mkdir()
    records = real_data / "records" / "hub-models-2022-02.jsonl.gz"
    with hubs.served(tmp_path, "--records", str(records)) as url:
        assert mirror(url, details=1_000).seen == RECORDS  # the listing has the front matter
    taken = {one.measure: one for one in measuring.measure()}
    claims_are_those_of_the_records(taken["claims"])
    attributes_are_near_the_studys(taken)
    the_page_draws_them(client)
    the_records_carry_their_day(taken)
    with capsys.disabled():
        sys.stdout.write(f"\n{table(taken['claims'])}\n")


def claims_are_those_of_the_records(taken):
    counted, of, unknown = whole(taken)
    assert RECORDS - 4 <= of + unknown <= RECORDS
    assert unknown <= 10  # they have neither front matter nor a file
    # 1,342 records have a model-index with values, and 8 more behind blank lines; in 12 of those
    # no value is a number.
    assert 1_330 <= counted <= 1_350
    levels = [row["numerator"] for row in taken.breakdown if row["part"] == "level"]
    assert levels == [levels[0], counted, *sorted(levels[2:5], reverse=True), levels[5]]
    assert levels[3] == 0  # nobody named a split in February 2022
    by_task = rows(taken, "task")
    assert sum(row[0] for row in by_task.values()) == counted
    assert sum(row[1] for row in by_task.values()) == of
    assert sum(by_task[""][1:]) == 9_345  # the records without a task
    ranked = sorted(by_task, key=lambda task: -by_task[task][0])
    # The three tasks that the study found first are first here.
    assert set(ranked[:3]) == {
        "automatic-speech-recognition",
        "text-classification",
        "token-classification",
    }


def attributes_are_near_the_studys(taken):
    """Half a year lies between the two: each share within six points of the study's."""
    for id in ("claims", "no-dataset", "no-architecture"):
        assert taken[id].share == pytest.approx(stated(id), abs=0.06), id
    shares = rows(taken["no-architecture"], "architecture")
    assert shares[""][0] == taken["no-architecture"].numerator
    for name in ("bert", "gpt2", "roberta", "t5", "distilbert"):
        counted, of, _ = shares[name]
        expected = stated("no-architecture", "architecture", name)
        assert counted / of == pytest.approx(expected, abs=0.065), name


def stated(id, part="", label=""):
    """Return the study's share."""
    figure = reading.earlier(MEASURES[id], part, label)
    assert figure is not None
    return figure.share


def the_page_draws_them(client):
    text = client.get("/ecosystem/claims").content.decode()
    newest = reading.taken("claims")
    assert newest is not None
    assert plots.counts_of(newest) in text
    assert "618 of 3,919" in text  # speech recognition in the study
    assert text.count('class="then"') > 10
    assert "82.1 %" in client.get("/ecosystem/no-dataset").content.decode()


def the_records_carry_their_day(taken):
    """Nothing was modified after that day, so it can be measured although nobody mirrored then."""
    then = {one.measure: one for one in measuring.measure([], LAST)}
    for id in ("claims", "no-dataset", "no-architecture", "models", "pickle-share"):
        assert json.dumps([whole(then[id]), then[id].breakdown]) == json.dumps(
            [whole(taken[id]), taken[id].breakdown]
        ), id
    assert "verified-organisations" not in then
    with pytest.raises(state.NotKnown, match="first pass of the mirror"):
        measuring.measure(["claims"], date(2022, 2, 14))
    assert Measurement.objects.filter(date=LAST).count() == len(then)


def table(taken):
    """M3 by task, ours beside the study's."""
    lines = [f"{'task':<32}{'February 2022':>24}{'August 2022 (study)':>28}"]
    for task, (counted, of, _) in sorted(rows(taken, "task").items(), key=lambda one: -one[1][1]):
        figure = reading.earlier(MEASURES["claims"], "task", task)
        ours = f"{counted:,} of {of:,} = {100 * counted / of:.2f} %"
        theirs = f"{plots.counts_of(figure)} = {plots.percent(figure.share)}" if figure else ""
        lines.append(f"{task or 'no task':<32}{ours:>24}{theirs:>28}")
    return "\n".join(lines)
