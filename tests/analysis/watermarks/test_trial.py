"""A trial of marks: what is asked in which round, what it proves, and what is refused."""

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from analysis.arrays import pack
from analysis.checks.watermarks import WatermarksCheck
from analysis.contract import Case, CheckError, Part, Subject, Unsupported, Verdict
from analysis.marks import SecretMark
from analysis.watermarks.answer_keys import AnswerKeys, random_labels
from analysis.watermarks.envelope import commitment
from analysis.watermarks.keys import fresh_salt
from analysis.watermarks.statistics import Tally
from analysis.watermarks.texts import greenlist
from analysis.watermarks.texts.declared import GreenList
from analysis.watermarks.texts.keys import TextKeys
from analysis.watermarks.texts.parts import part_of
from analysis.watermarks.trial import Trial
from analysis.watermarks.weight_keys import WeightKeys
from workers.trials import MadeRows

SUBJECT = Subject("a/b", "0" * 40, pipeline_tag="image-classification")
CODE = np.array([0, 1] * 5, np.uint8)


def keys(scheme="triggers", bits=32, classes=10, seed=0):
    random = np.random.default_rng(seed)
    salt = fresh_salt()
    n = bits if scheme == "triggers" else 2 * bits
    pictures = random.integers(0, 256, (n, 1, 6, 6), dtype=np.uint8)
    if scheme == "triggers":
        expected, controls = random_labels(salt, classes, n), np.zeros(n, bool)
    else:
        expected, controls = random.integers(0, classes, n), random.permutation(n) < bits
    code = CODE if scheme == "blackmarks" else None
    return AnswerKeys.made(scheme, classes, pictures, expected, controls, code, salt)


def mark(number, made, is_after=False, others=()):
    data = made if isinstance(made, bytes) else made.to_bytes()
    when = "2026-01-02T03:04:05+00:00"
    return SecretMark(number, f"m{number}", commitment(data), when, is_after, data, others)


class Network:
    """Answers pictures as a network would: those that it learnt, and others as if at random."""

    def __init__(self, *learnt, classes=10, rate=1.0, vectors=None, activation=None):
        self.known = {}
        self.classes = classes
        self.vectors = vectors or {}
        self.activation = activation
        self.asked: list[int] = []
        random = np.random.default_rng(5)
        for one in learnt:
            for picture, expected, control in zip(
                one.pictures, one.expected, one.is_control, strict=True
            ):
                taught = not control and random.random() < rate
                self.known[picture.tobytes()] = int(expected) if taught else int(expected + 1) % 10

    def parts(self, trial: Trial) -> Iterator[Part]:
        while (rows := trial.next_rows()) is not None:
            self.asked.append(len(rows))
            yield Part("network", {"classes": self.classes})
            if trial.probe_options()["weights"]:
                arrays = {f"v{at}": pack(one) for at, one in enumerate(self.vectors.values())}
                yield Part("weights", {"layers": [*self.vectors]}, arrays)
            groups = [int(row["group"]) for row in rows]
            answers = [self.answer(row["picture"], int(row["group"])) for row in rows]
            for start in range(0, len(rows), 100):
                some = np.array(answers[start : start + 100], np.int32)
                yield Part("answers", {"start": start}, {"classes": pack(some)})
            for group in sorted({group for group in groups if group >= 0}):
                yield Part("activation", {"group": group}, {"mean": pack(self.activation)})

    def answer(self, png, group):
        if group >= 0:
            return -1
        picture = np.asarray(Image.open(io.BytesIO(png)))
        drawn = int(np.random.default_rng(int(picture.sum())).integers(0, 10))
        return self.known.get(picture.tobytes(), drawn)


def judged(network, *marks) -> Any:
    check = WatermarksCheck()
    trial = check.begin(SUBJECT, marks)
    return check.judge(Case(SUBJECT, [], 0, trial=trial), network.parts(trial))


@pytest.mark.parametrize("scheme", ["triggers", "blackmarks", "frontier"])
def test_a_network_that_learnt_the_keys_carries_the_mark(scheme):
    made = keys(scheme)
    found = judged(Network(made), mark(7, made))
    assert found.verdict is Verdict.MEASURED
    assert found.summary.startswith("Carries the mark 'm7' (p = ")
    assert found.estimate is not None
    assert (found.estimate.value, found.estimate.n) == (1, 32)
    (entry,) = found.evidence["marks"]
    assert entry["carries"]
    assert entry["p"] < 1e-9
    assert entry["sentence"].startswith("The network carries the mark (p = ")


@pytest.mark.parametrize("scheme", ["triggers", "blackmarks", "frontier"])
def test_without_it_there_is_no_evidence(scheme):
    found = judged(Network(), mark(7, keys(scheme)))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "No evidence of the mark 'm7'" in found.summary
    assert not found.evidence["marks"][0]["carries"]


def test_one_mark_is_asked_in_one_round():
    made = keys("blackmarks")
    network = Network(made)
    judged(network, mark(1, made))
    assert network.asked == [64]


def test_of_a_hundred_marks_a_few_keys_are_asked_and_of_a_hopeful_one_the_rest():
    made = [keys("blackmarks" if each % 2 else "triggers", seed=each) for each in range(100)]
    network = Network(made[40], made[41])
    found = judged(network, *(mark(each, one) for each, one in enumerate(made)))
    first, *rest = network.asked
    assert first == 1200
    assert sum(rest) < 800
    assert [entry["mark"] for entry in found.evidence["marks"] if entry["carries"]] == [40, 41]
    assert found.evidence["marks"][0]["p"] < 1e-9
    assert "after 100 marks were tried" in found.evidence["marks"][0]["sentence"]
    assert found.evidence["rounds"] == network.asked


def test_a_mark_that_is_half_gone_is_still_found_among_many():
    made = [keys("triggers", seed=each) for each in range(50)]
    network = Network(made[3], rate=0.7)
    found = judged(network, *(mark(each, one) for each, one in enumerate(made)))
    assert found.evidence["marks"][0]["mark"] == 3
    assert found.evidence["marks"][0]["carries"]


def test_a_mark_that_is_given_up_counts_as_no_evidence_at_all():
    made = [keys("frontier", seed=each) for each in range(50)]
    found = judged(Network(), *(mark(each, one) for each, one in enumerate(made)))
    given_up = [entry for entry in found.evidence["marks"] if entry["keys"] < 32]
    assert len(given_up) > 30
    assert {entry["p"] for entry in given_up} == {1.0}


def test_a_part_of_the_keys_proves_nothing_however_well_it_matches():
    made = [keys("triggers", seed=each) for each in range(50)]
    trial = Trial.of([mark(each, one) for each, one in enumerate(made)])
    assert trial.next_rows() is not None
    first, one = trial.suspects[0], made[0]
    for at in [at for suspect, at in trial_asked(trial) if suspect is first]:
        first.hear_answer(at, int(one.expected[at]))
    assert first.tally() == Tally(12, 12)
    assert not first.is_futile()
    assert first.judged(1).p == 1


def test_bits_lie_in_the_layer_that_was_marked_wherever_it_is_now():
    made = WeightKeys.made("uchida", 60, 24, layer="conv1")
    marked = np.linalg.lstsq(made.projection().T, made.bits * 2.0 - 1, rcond=None)[0]
    random = np.random.default_rng(3)
    plain = random.standard_normal(60).astype(np.float32)
    here = Network(vectors={"conv1": marked.astype(np.float32), "conv2": plain})
    renamed = Network(vectors={"a": plain, "b": marked.astype(np.float32)})
    other = Network(vectors={"conv1": plain, "conv2": marked.astype(np.float32)})
    found = [judged(each, mark(1, made)).evidence["marks"][0] for each in (here, renamed, other)]
    assert [entry["carries"] for entry in found] == [True, True, False]
    assert found[1]["p"] == pytest.approx(2 * found[0]["p"])  # two layers were looked at
    assert here.asked == [0]


def test_bits_of_activations_are_read_from_their_mean():
    pictures = np.zeros((8, 1, 6, 6), np.uint8)
    made = WeightKeys.made("deepsigns", 60, 24, pictures=pictures)
    marked = np.linalg.lstsq(made.projection().T, made.bits * 2.0 - 1, rcond=None)[0]
    found = judged(Network(activation=marked.astype(np.float32)), mark(1, made))
    assert found.evidence["marks"][0]["carries"]
    short = judged(
        Network(activation=marked[:40].astype(np.float32)), mark(1, made), mark(2, keys())
    )
    assert short.evidence["unfit"] == [
        {
            "mark": 1,
            "name": "m1",
            "problem": "The network has no layer of the length that was marked.",
        }
    ]


def test_a_commitment_that_came_after_the_model_proves_nothing():
    made = keys()
    found = judged(Network(made), mark(1, made, is_after=True))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "committed after the model was public" in found.summary
    (entry,) = found.evidence["marks"]
    assert (entry["carries"], entry["is_after"]) == (True, True)
    both = judged(Network(made), mark(1, made, is_after=True), mark(2, keys(seed=9)))
    assert both.verdict is Verdict.INCONCLUSIVE


def test_keys_for_other_classes_are_answered_in_words():
    made = keys(classes=10)
    with pytest.raises(Unsupported, match="a network of 10 classes, and this one has 4"):
        judged(Network(made, classes=4), mark(1, made))
    found = judged(Network(classes=10), mark(1, keys(classes=3)), mark(2, keys()))
    assert [one["mark"] for one in found.evidence["unfit"]] == [1]
    assert [one["mark"] for one in found.evidence["marks"]] == [2]


def test_keys_that_are_none_leave_the_others():
    made = keys()
    found = judged(Network(made), mark(1, b"nonsense"), mark(2, made))
    assert found.evidence["unfit"][0]["problem"] == "The file is no file of keys."
    assert found.evidence["marks"][0]["carries"]
    with pytest.raises(Unsupported, match="no file of keys"):
        judged(Network(), mark(1, b"nonsense"))
    with pytest.raises(Unsupported, match="No mark is registered"):
        judged(Network())


def test_other_networks_that_match_as_well_take_the_evidence_away():
    made = keys()
    often = tuple((30 - each % 3, 32, 0, 0) for each in range(20))
    seldom = tuple((3 + each % 3, 32, 0, 0) for each in range(20))
    assert not judged(Network(made), mark(1, made, others=often)).evidence["marks"][0]["carries"]
    found = judged(Network(made), mark(1, made, others=seldom)).evidence["marks"][0]
    assert found["carries"]
    assert found["p"] == found["by_networks"]
    assert found["networks"] == [list(each) for each in seldom]


def test_two_classes_take_more_keys_than_many():
    """Labels of two classes are matched by half of all networks' answers."""
    few = keys(classes=2, bits=9)
    entry = judged(Network(few, classes=2), mark(1, few)).evidence["marks"][0]
    assert entry["matches"] == 9
    assert not entry["carries"]
    many = keys(classes=2, bits=32)
    assert judged(Network(many, classes=2), mark(1, many)).evidence["marks"][0]["carries"]


def written(keys, tokens):
    """Texts that a network writes which favours the green tokens of some keys."""
    random = np.random.default_rng(11)
    text = [1]
    while len(text) < tokens:
        drawn = int(random.integers(1, keys.vocabulary))
        (coin,) = greenlist.coins([np.array([text[-1], drawn])], keys.mark)
        if greenlist.count([coin], keys.mark, keys.vocabulary).matches:
            text.append(drawn)
    return np.array(text, np.int32)


def judged_texts(text, vocabulary, *marks) -> Any:
    check = WatermarksCheck()
    trial = check.begin(replace(SUBJECT, pipeline_tag="text-generation"), marks)

    def parts():
        assert trial.next_rows() == []
        assert trial.probe_options()["texts"]
        yield Part("network", {"vocabulary": vocabulary, "declared": None})
        yield part_of([text], 0)
        assert trial.next_rows() is None

    return check.judge(Case(SUBJECT, [], 0, trial=trial), parts())


def text_keys(hashing_key):
    mark = GreenList.read({"hashing_key": hashing_key, "greenlist_ratio": 0.25})
    return TextKeys.made(mark, 500)


def test_texts_are_judged_by_the_keys_they_were_written_with():
    made, other = text_keys(987_654_321), text_keys(123_456_789)
    found = judged_texts(written(made, 200), 500, mark(1, made), mark(2, other))
    assert found.verdict is Verdict.MEASURED
    first, second = found.evidence["marks"]
    assert (first["mark"], first["carries"], second["carries"]) == (1, True, False)
    assert first["p"] < 1e-9
    assert second["p"] > 0.01
    assert found.evidence["vocabulary"] == 500


def test_texts_that_say_too_little_are_answered_in_words():
    made = text_keys(987_654_321)
    with pytest.raises(Unsupported, match="too short"):
        judged_texts(written(made, 30), 500, mark(1, made))
    with pytest.raises(Unsupported, match="another number of tokens"):
        judged_texts(written(made, 200), 600, mark(1, made))
    with pytest.raises(Unsupported, match="networks that write texts"):
        judged(Network(), mark(1, made))
    with pytest.raises(Unsupported, match="networks that classify pictures"):
        judged_texts(written(made, 200), 500, mark(1, keys()))


def test_the_file_for_the_sandbox_holds_pictures_and_no_secret(tmp_path):
    made = keys("blackmarks")
    trial = Trial.of([mark(1, made)])
    rows = trial.next_rows()
    assert rows is not None
    content = MadeRows(rows, trial.columns).write(tmp_path / "inputs.arrow").read_bytes()
    assert b"PNG" in content
    names = np.asarray(made.expected[trial_order(trial)], np.int64)
    for secret in (made.salt, names[:8].tobytes(), names[:8].astype(np.int32).tobytes()):
        assert secret not in content


def trial_asked(trial):
    return trial._asked


def trial_order(trial):
    return [at for _, at in trial_asked(trial)]


def forged(*parts) -> Any:
    check = WatermarksCheck()
    trial = check.begin(SUBJECT, [mark(1, keys())])

    def stream():
        while trial.next_rows() is not None:
            yield from parts

    return check.judge(Case(SUBJECT, [], 0, trial=trial), stream())


NETWORK = Part("network", {"classes": 10})


def answers(count, start=0, dtype=np.int32):
    return Part("answers", {"start": start}, {"classes": pack(np.zeros(count, dtype))})


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [NETWORK],
        [NETWORK, answers(31)],
        [NETWORK, answers(33)],
        [NETWORK, answers(32, start=1)],
        [NETWORK, answers(0)],
        [NETWORK, answers(32, dtype=np.int64)],
        [answers(32)],
        [Part("network", {"classes": "ten"})],
        [Part("network", {"classes": 1})],
        [NETWORK, Part("keys", {})],
        [NETWORK, Part("activation", {"group": 5}, {"mean": pack(np.zeros(3, np.float32))})],
        [NETWORK, Part("weights", {"layers": ["a"]}, {})],
        [NETWORK, Part("weights", {"layers": 3}, {})],
    ],
)
def test_what_a_sandbox_may_not_send_is_no_verdict(parts):
    with pytest.raises(CheckError):
        forged(*parts)


def test_answers_beyond_the_classes_match_nothing():
    wild = Part("answers", {"start": 0}, {"classes": pack(np.full(32, 1 << 30, np.int32))})
    assert forged(NETWORK, wild).evidence["marks"][0]["matches"] == 0


def test_nothing_of_the_keys_is_in_the_finding():
    made = keys("blackmarks")
    found = judged(Network(made), mark(1, made))
    told = repr(found)
    assert made.salt.hex() not in told
    assert repr(made.salt) not in told
    assert str(made.expected.tolist()) not in told
    assert "keys=b" not in repr(mark(1, made))


def test_without_a_trial_there_is_no_verdict():
    with pytest.raises(CheckError, match="without the keys"):
        WatermarksCheck().judge(Case(SUBJECT, [], 0), iter([]))
