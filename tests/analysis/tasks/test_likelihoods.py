"""Language modelling: the probes against plain loops without padding, the reader over forgeries."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers

from analysis.arrays import pack
from analysis.contract import Case, CheckError, Feature, Part, Unsupported
from analysis.metrics import state
from analysis.tasks import replies
from analysis.tasks.fill_mask import FillMask, hide
from analysis.tasks.text_generation import TextGeneration, cut
from tests import text_networks
from tests.analysis import samples

CAUSAL, MASKED = TextGeneration(), FillMask()
STATED = state(
    samples.claim(task="text-generation", metric="perplexity", value_text="20.5", value=20.5)
)
TEXT, TEXTS, LABEL = (Feature(kind) for kind in ("text", "texts", "label"))


@pytest.fixture(scope="module")
def gpt2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return text_networks.write_gpt2(tmp_path_factory.mktemp("networks") / "gpt2")


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("networks") / "bert"
    return text_networks.write_bert(folder, "BertForMaskedLM")


def answers_of(parts: Any, targets: list[Any], task: Any = CAUSAL) -> Any:
    given = iter(parts)
    case = Case(samples.subject(), targets, len(targets))
    reader = task.reader(STATED, case, replies.read_network(given))
    return [reader.read(part) for part in given], reader


def strided(folder: Path, text: str, longest: int) -> tuple[float, int]:
    """Sum the loss over strided windows, as transformers' guide to perplexity does."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    network = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
    ids = [tokenizer.eos_token_id, *tokenizer(text, add_special_tokens=False)["input_ids"]]
    total, count, done = 0.0, 0, 0
    for begin in range(0, len(ids), longest // 2):
        end = min(begin + longest, len(ids))
        batch = torch.tensor([ids[begin:end]])
        labels = batch.clone()
        labels[:, : max(0, done - begin)] = -100
        asked = int((labels[:, 1:] != -100).sum())
        with torch.no_grad():
            if asked:
                total += float(network(batch, labels=labels).loss) * asked
        count, done = count + asked, end
        if end == len(ids):
            break
    return total, count


def texts_of_lengths() -> list[str]:
    words = " ".join(text_networks.sentences(60)).split()
    return [" ".join(words[:length]) for length in (1, 2, 7, 15, 16, 17, 31, 40, 100, 0, 24)]


def test_likelihoods_are_those_of_strided_windows(tmp_path: Path, gpt2: Path):
    texts = texts_of_lengths()
    (answers,), reader = answers_of(
        CAUSAL.probe(text_networks.text_job(tmp_path, gpt2, {"text": texts})), texts
    )
    expected = [strided(gpt2, text, 16) for text in texts]
    np.testing.assert_allclose(answers.nats, [nats for nats, _ in expected], rtol=1e-4)
    assert answers.tokens.tolist() == [count for _, count in expected]
    assert answers.tokens.tolist() == [len(text.split()) for text in texts]
    assert answers.utf8.tolist() == [len(text) for text in texts]
    assert answers.words.tolist() == [max(1, len(text.split())) for text in texts]
    assert (reader.evidence["window"], reader.evidence["stride"]) == (16, 8)
    assert "text of its own" in reader.assumptions[0]
    assert len(reader.assumptions) == 1


def test_without_a_first_token_the_first_is_not_counted(tmp_path: Path):
    folder = text_networks.write_gpt2(tmp_path / "net")
    path = folder / "tokenizer_config.json"
    text_networks.write_json(path, {"tokenizer_class": "TokenizersBackend", "unk_token": "<unk>"})
    job = text_networks.text_job(tmp_path, folder, {"text": ["the cat sits", "the"]})
    (answers,), reader = answers_of(CAUSAL.probe(job), ["the cat sits", "the"])
    assert answers.tokens.tolist() == [2, 0]
    assert "first token" in reader.assumptions[1]


@pytest.mark.parametrize("longest", [2, 3, 8, 16, 17])
@pytest.mark.parametrize("count", [0, 1, 2, 16, 17, 50])
def test_each_token_but_the_first_is_asked_for_once(count: int, longest: int):
    windows = list(cut(0, list(range(count)), longest))
    asked = [token for window in windows for token in window.ids[window.first :]]
    assert asked == list(range(1, count))
    assert all(len(window.ids) <= longest and window.first >= 1 for window in windows)
    context = [window.first for window in windows[1:]]
    assert all(first >= longest // 2 for first in context)


def plain_mask_loss(folder: Path, text: str, seed: int) -> tuple[float, int]:
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    network = transformers.AutoModelForMaskedLM.from_pretrained(folder).eval()
    ids = tokenizer(text, truncation=True)["input_ids"]
    special = tokenizer.get_special_tokens_mask(ids, already_has_special_tokens=True)
    seen, asked = hide(
        ids, special, seed=seed, mask=tokenizer.mask_token_id, vocabulary=len(tokenizer)
    )
    labels = torch.tensor([[ids[i] if i in asked else -100 for i in range(len(ids))]])
    with torch.no_grad():
        loss = network(torch.tensor([seen]), labels=labels).loss
    return (float(loss) * len(asked) if asked else 0.0), len(asked)


def test_hidden_tokens_have_the_loss_of_a_plain_loop(tmp_path: Path, bert: Path):
    texts = [*texts_of_lengths(), *text_networks.sentences(20)]
    job = text_networks.text_job(tmp_path, bert, {"text": texts})
    (answers,), reader = answers_of(MASKED.probe(job), texts, MASKED)
    expected = [plain_mask_loss(bert, text, job.seed) for text in texts]
    np.testing.assert_allclose(answers.nats, [nats for nats, _ in expected], rtol=1e-4)
    assert answers.tokens.tolist() == [count for _, count in expected]
    assert reader.evidence["mask"] == "15% by seed 7"
    assert reader.units > len(texts)  # one mask is a sample of all masks
    assert "the author hid others" in reader.assumptions[0]


def test_a_mask_hides_the_share_that_it_says():
    ids = list(range(100, 20_100))
    special = [1] * 100 + [0] * 19_900
    seen, asked = hide(ids, special, seed=3, mask=5, vocabulary=50)
    assert hide(ids, special, seed=3, mask=5, vocabulary=50) == (seen, asked)
    assert hide(ids, special, seed=4, mask=5, vocabulary=50)[1] != asked
    assert asked[0] >= 100
    assert len(asked) / 19_900 == pytest.approx(0.15, abs=0.01)
    hidden = sum(seen[place] == 5 for place in asked)
    kept = sum(seen[place] == ids[place] for place in asked)
    assert hidden / len(asked) == pytest.approx(0.8, abs=0.03)
    assert kept / len(asked) == pytest.approx(0.1, abs=0.02)
    others = set(range(len(ids))) - set(asked)
    assert all(seen[place] == ids[place] for place in others)


@pytest.mark.parametrize("task", [CAUSAL, MASKED])
def test_a_missing_text_has_no_likelihood(tmp_path: Path, gpt2: Path, bert: Path, task: Any):
    network = gpt2 if task is CAUSAL else bert
    job = text_networks.text_job(tmp_path, network, {"text": [None, "the cat sits"]})
    (answers,), reader = answers_of(task.probe(job), [None, "the cat sits"], task)
    assert np.isnan(answers.nats).tolist() == [True, False]
    assert reader.evidence["failed_samples"] == 1


def test_a_network_that_answers_no_numbers_has_no_verdict(tmp_path: Path):
    folder = text_networks.write_gpt2(tmp_path / "net")
    text_networks.spoil(folder, "transformer.ln_f.weight")
    text_networks.spoil(folder, "transformer.wte.weight")
    job = text_networks.text_job(tmp_path, folder, {"text": ["the cat", "dog"]})
    with pytest.raises(CheckError, match="no answer to any"):
        answers_of(CAUSAL.probe(job), ["the cat", "dog"])


def test_a_tokenizer_that_cannot_hide_is_unsupported(tmp_path: Path):
    folder = text_networks.write_bert(tmp_path / "net", "BertForMaskedLM")
    text_networks.write_words_tokenizer(folder)
    (folder / "vocab.txt").unlink()
    with pytest.raises(Unsupported) as caught:
        list(MASKED.probe(text_networks.text_job(tmp_path, folder, {"text": ["a"]})))
    assert caught.value.missing == "tokenizer"


def test_a_tokenizer_of_another_network_is_noticed(tmp_path: Path):
    folder = text_networks.write_gpt2(tmp_path / "net")
    text_networks.write_words_tokenizer(folder, more=[f"w{number}" for number in range(50)])
    job = text_networks.text_job(tmp_path, folder, {"text": ["the cat sits"]})
    with pytest.raises(CheckError):
        list(CAUSAL.probe(job))


@pytest.mark.parametrize("task", [CAUSAL, MASKED])
@pytest.mark.parametrize(
    ("features", "text"),
    [
        ({"text": TEXT}, "text"),
        ({"id": TEXT, "text": TEXT, "url": TEXT}, "text"),
        ({"poem": TEXT, "label": LABEL}, "poem"),
    ],
)
def test_columns_are_chosen(task: Any, features: dict[str, Feature], text: str):
    columns = task.columns(features)
    assert (columns.inputs, columns.target) == ((text,), text)


@pytest.mark.parametrize("task", [CAUSAL, MASKED])
@pytest.mark.parametrize("features", [{}, {"text": TEXTS}, {"a": TEXT, "b": TEXT}])
def test_columns_that_do_not_fit_are_unsupported(task: Any, features: dict[str, Feature]):
    with pytest.raises(Unsupported) as caught:
        task.columns(features)
    assert caught.value.missing == "dataset"


# -- reading -----------------------------------------------------------------------------------

NETWORK = Part("network", {"first_token_counts": True})


def given(nats: Any, tokens: Any, start: int = 0) -> Part:
    arrays = {
        "nats": pack(np.asarray(nats, np.float64)),
        "tokens": pack(np.asarray(tokens, np.int32)),
    }
    return Part("predictions", {"start": start}, arrays)


def test_words_and_bytes_are_counted_outside():
    (answers,), _ = answers_of([NETWORK, given([3.0, 2.0], [5, 1])], ["zwei Wörter", "x" * 200_000])
    assert answers.words.tolist() == [2, 1]
    assert answers.utf8.tolist() == [12, 100_000]


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([given([1, 1], [1, 1])], "did not say which network"),
        ([NETWORK, given([1, 1], [1])], "another number of likelihoods"),
        ([NETWORK, given([1, 1], [1, -1])], "lengths that no text has"),
        ([NETWORK, given([1, 1], [1, 10**6])], "lengths that no text has"),
        ([NETWORK, given([-1, 1], [1, 1])], "likelihoods that no text has"),
        ([NETWORK, given([1, 1], [1, 0])], "likelihoods that no text has"),
        ([NETWORK, given([[1, 1]], [1, 1])], "right form"),
        ([NETWORK, given([1] * 3, [1] * 3)], "more samples than the 2"),
        ([NETWORK, given([], [])], "more samples"),
        ([NETWORK, given([1], [1], 1)], "out of order"),
        ([NETWORK, given([np.nan, np.inf], [1, 1])], "no answer to any"),
        ([NETWORK, Part("predictions", {"start": 0})], "right form"),
    ],
)
def test_forged_parts_never_give_an_answer(parts: list[Part], message: str):
    with pytest.raises(CheckError, match=message) as caught:
        answers_of(parts, ["a", "b"])
    assert not isinstance(caught.value, Unsupported)
