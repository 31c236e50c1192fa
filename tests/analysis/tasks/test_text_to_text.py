"""Summaries and translations: the probe against a plain loop, the reader over forged parts."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers

from analysis.contract import Case, CheckError, Columns, Feature, Part, Unsupported
from analysis.loading.generation import load_generator
from analysis.metrics import state
from analysis.tasks import replies
from analysis.tasks.summarization import Summarization
from analysis.tasks.text2text_generation import Text2TextGeneration
from analysis.tasks.translation import Translation, load_translator
from tests import text_networks
from tests.analysis import samples

TASK = Translation()
STATED = state(samples.claim(task="translation", metric="bleu", value_text="20.0", value=20.0))
TEXT, TEXTS, LABEL = (Feature(kind) for kind in ("text", "texts", "label"))
ENGLISH_GERMAN = {"languages": ["en", "de"], "direction_from": "the dataset's config"}


@pytest.fixture(scope="module")
def t5(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = text_networks.write_t5(tmp_path_factory.mktemp("networks") / "t5", steps=80)
    change(folder, "generation_config.json", max_length=7)
    return folder


def change(folder: Path, name: str, **changes: Any) -> None:
    """Change a JSON file of a repo."""
    path = folder / name
    text_networks.write_json(path, {**json.loads(path.read_text()), **changes})


def texts_of(parts: Any, targets: list[Any]) -> Any:
    given = iter(parts)
    case = Case(samples.subject(), targets, len(targets))
    reader = TASK.reader(STATED, case, replies.read_network(given))
    return [reader.read(part) for part in given], reader


def plain_loop(folder: Path, texts: list[str], **settings: Any) -> list[str]:
    """Write to one text after the other, without padding."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    network = transformers.AutoModelForSeq2SeqLM.from_pretrained(folder).eval()
    found = []
    for text in texts:
        with torch.no_grad():
            ids = network.generate(**tokenizer(text, return_tensors="pt"), **settings)
        found.append(tokenizer.decode(ids[0], skip_special_tokens=True))
    return found


def test_texts_are_those_of_a_plain_loop(tmp_path: Path, t5: Path):
    texts = text_networks.german_lessons(140, seed=3)
    job = text_networks.text_job(tmp_path, t5, {"translation.en": texts}, options=ENGLISH_GERMAN)
    found, reader = texts_of(TASK.probe(job), ["x"] * 140)
    given = [text for answers in found for text in answers.given]
    assert len(given) == 140
    assert given[120:] == plain_loop(t5, texts[120:], max_length=7)  # from both windows
    assert {len(text.split()) for text in given} > {1, 2}
    assert reader.evidence["num_beams"] == 1
    assert "the dataset's config" in reader.assumptions[0]


def test_without_a_word_about_length_it_is_that_of_the_examples(tmp_path: Path):
    folder = text_networks.write_t5(tmp_path / "t5")
    job = text_networks.text_job(tmp_path, folder, {"document": ["the cat"]})
    assert load_generator(job).max_new_tokens == 128


def test_beams_are_those_that_the_files_ask_for(tmp_path: Path):
    folder = text_networks.write_t5(tmp_path / "t5", steps=10)
    how = {"num_beams": 3, "max_length": 9, "length_penalty": 0.5, "no_repeat_ngram_size": 1}
    change(folder, "generation_config.json", **how, do_sample=True, temperature=9.0)
    texts = text_networks.german_lessons(8, seed=3)
    job = text_networks.text_job(tmp_path, folder, {"document": texts})
    (answers,), reader = texts_of(Summarization().probe(job), ["x"] * 8)
    assert answers.given == plain_loop(folder, texts, **how, do_sample=False)
    assert answers.given != plain_loop(folder, texts, num_beams=1, max_length=9, do_sample=False)
    assert (reader.evidence["num_beams"], reader.evidence["max_new_tokens"]) == (3, 8)


def test_a_network_that_never_ends_is_ended(tmp_path: Path):
    folder = text_networks.write_t5(tmp_path / "t5")
    job = text_networks.text_job(tmp_path, folder, {"document": ["the cat", "the"]})
    change(folder, "generation_config.json", max_length=10**6, eos_token_id=None)
    assert load_generator(job).max_new_tokens == 512
    change(folder, "generation_config.json", max_length=21)
    generator = load_generator(job)
    rows = generator.network.encode(["the cat", "the"])
    network: Any = generator.network.loaded.network
    with torch.no_grad():
        ids = network.generate(**generator.network.pad(rows), generation_config=generator.settings)
    assert ids.shape == (2, 21)  # with the token that the decoder starts with


def test_the_prefix_is_the_one_of_the_task(tmp_path: Path):
    folder = text_networks.write_t5(tmp_path / "t5")
    params = {
        "summarization": {"prefix": "in house "},
        "translation_en_to_de": {"prefix": "on tree "},
        "translation_en_to_fr": {"prefix": "under park "},
    }
    change(folder, "config.json", task_specific_params=params)
    change(folder, "generation_config.json", max_length=9)
    texts = text_networks.german_lessons(4)
    job = text_networks.text_job(
        tmp_path, folder, {"translation.en": texts}, options=ENGLISH_GERMAN
    )
    for task, prefix in ((TASK, "on tree "), (Text2TextGeneration(), "on tree ")):
        (answers,), reader = texts_of(task.probe(job), ["x"] * 4)
        assert reader.evidence["prefix"] == prefix
        assert answers.given == plain_loop(folder, [prefix + text for text in texts], max_length=9)
    plain = text_networks.text_job(tmp_path, folder, {"document": texts})
    for writer in (Summarization(), Text2TextGeneration()):
        assert next(iter(writer.probe(plain))).values["prefix"] == "in house "


def test_networks_of_several_languages_are_told_which(tmp_path: Path):
    folder = text_networks.write_t5(tmp_path / "t5")
    size = text_networks.write_words_tokenizer(folder, more=[">>deu<<", ">>fra<<"])
    network = transformers.T5ForConditionalGeneration.from_pretrained(folder)
    network.resize_token_embeddings(size)
    network.save_pretrained(folder)
    job = text_networks.text_job(tmp_path, folder, {"en": ["the cat"]}, options=ENGLISH_GERMAN)
    assert next(iter(TASK.probe(job))).values["prefix"] == ">>deu<< "
    other = text_networks.text_job(
        tmp_path, folder, {"en": ["the cat"]}, options={"languages": ["en", "ro"]}
    )
    with pytest.raises(Unsupported, match="does not translate into 'ro'"):
        list(TASK.probe(other))


@pytest.mark.parametrize(
    ("kind", "codes"),
    [("NllbTokenizer", ("eng_Latn", "deu_Latn")), ("MBart50Tokenizer", ("en_XX", "de_DE"))],
)
def test_tokenizers_of_many_languages_are_told_both(
    tmp_path: Path, kind: str, codes: tuple[str, str]
):
    folder = text_networks.write_t5(tmp_path / "t5")
    words = ["<s>", "<pad>", "</s>", "<unk>", "\u2581", "\u2581the", "\u2581cat"]
    make = getattr(transformers, kind)
    if kind == "NllbTokenizer":
        tokenizer = make(vocab={word: place for place, word in enumerate(words)}, merges=[])
    else:
        tokenizer = make(vocab=[(word, -1.0) for word in words])
    tokenizer.save_pretrained(folder)
    network = transformers.T5ForConditionalGeneration.from_pretrained(folder)
    network.resize_token_embeddings(len(tokenizer))
    network.save_pretrained(folder)
    change(folder, "generation_config.json", max_length=9)
    job = text_networks.text_job(tmp_path, folder, {"en": ["the cat"]}, options=ENGLISH_GERMAN)
    generator, _ = load_translator(job)
    places = tokenizer.convert_tokens_to_ids(list(codes))
    assert generator.network.encode(["the cat"])[0]["input_ids"][0] == places[0]
    assert generator.settings.forced_bos_token_id == places[1]
    (answers,), _ = texts_of(TASK.probe(job), ["x"])
    assert answers.given[0] is not None
    other = text_networks.text_job(
        tmp_path, folder, {"en": ["the cat"]}, options={"languages": ["en", "xx"]}
    )
    with pytest.raises(Unsupported, match="no language 'xx'"):
        load_translator(other)


def test_a_missing_text_has_no_answer(tmp_path: Path, t5: Path):
    job = text_networks.text_job(tmp_path, t5, {"document": [None, "the cat", ""]})
    (answers,), reader = texts_of(Summarization().probe(job), ["x"] * 3)
    assert answers.given[0] is None
    assert all(isinstance(text, str) for text in answers.given[1:])
    assert reader.evidence["failed_samples"] == 1


def test_a_network_that_answers_no_numbers_has_no_verdict(tmp_path: Path):
    folder = text_networks.write_t5(tmp_path / "t5")
    change(folder, "generation_config.json", max_length=9)
    text_networks.spoil(folder, "decoder.block.0.layer.0.SelfAttention.q.weight")
    text_networks.spoil(folder, "decoder.block.0.layer.0.SelfAttention.k.weight")
    job = text_networks.text_job(tmp_path, folder, {"document": ["the cat", "dog"]})
    with pytest.raises(CheckError, match="no answer to any"):
        texts_of(Summarization().probe(job), ["x"] * 2)


@pytest.mark.parametrize(
    "settings", [{"num_beams": 1000}, {"num_beams": "3"}, {"max_length": -1}, {"max_length": 1e9}]
)
def test_absurd_settings_are_refused(tmp_path: Path, settings: dict[str, Any]):
    folder = text_networks.write_t5(tmp_path / "t5")
    change(folder, "generation_config.json", **settings)
    job = text_networks.text_job(tmp_path, folder, {"document": ["the cat"]})
    with pytest.raises(Unsupported, match="asks for"):
        list(Summarization().probe(job))


# -- columns -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("features", "source", "target"),
    [
        ({"document": TEXT, "summary": TEXT, "id": TEXT}, "document", "summary"),
        ({"article": TEXT, "highlights": TEXT, "id": TEXT}, "article", "highlights"),
        ({"text": TEXT, "summary": TEXT, "title": TEXT}, "text", "summary"),
        ({"article": TEXT, "abstract": TEXT, "section_names": TEXT}, "article", "abstract"),
        ({"input": TEXT, "output": TEXT}, "input", "output"),
    ],
)
def test_columns_are_chosen(features: dict[str, Feature], source: str, target: str):
    for task in (Summarization(), Text2TextGeneration()):
        assert task.columns(features) == Columns((source,), target)
        assert Text2TextGeneration().columns_for(samples.subject(), features) == Columns(
            (source,), target
        )


@pytest.mark.parametrize("task", [Summarization(), Translation(), Text2TextGeneration()])
@pytest.mark.parametrize(
    "features",
    [
        {},
        {"document": TEXT},
        {"document": TEXT, "summary": LABEL},
        {"first": TEXT, "second": TEXT},
        {"translation.en": TEXT, "translation.de": TEXT},
    ],
)
def test_columns_that_do_not_fit_are_unsupported(task: Any, features: dict[str, Feature]):
    with pytest.raises(Unsupported) as caught:
        task.columns(features)
    assert caught.value.missing == "dataset"


def test_a_translation_takes_the_columns_of_its_languages():
    features = {"id": TEXT, "translation.de": TEXT, "translation.en": TEXT}
    subject = samples.subject(samples.claim(task="translation", config="de-en"))
    for task in (Translation(), Text2TextGeneration()):
        found = task.columns_for(subject, features)
        assert (found.inputs, found.target) == (("translation.de",), "translation.en")
        assert found.options == {
            "languages": ["de", "en"],
            "direction_from": "the dataset's config",
        }


# -- reading -----------------------------------------------------------------------------------

NETWORK = Part("network", {"num_beams": 4})


def given(texts: Any, start: int = 0) -> Part:
    return Part("predictions", {"start": start, "texts": texts})


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([given(["a", "b"])], "did not say which network"),
        ([NETWORK, given(["a", 3])], "no list of texts"),
        ([NETWORK, given("ab")], "no list of texts"),
        ([NETWORK, given(["a"] * 3)], "more samples than the 2"),
        ([NETWORK, given([])], "more samples"),
        ([NETWORK, given(["a"], 1)], "out of order"),
        ([NETWORK, given([None, None])], "no answer to any"),
        ([NETWORK, Part("predictions", {"start": 0})], "no list of texts"),
    ],
)
def test_forged_parts_never_give_an_answer(parts: list[Part], message: str):
    with pytest.raises(CheckError, match=message) as caught:
        texts_of(parts, ["a", "b"])
    assert not isinstance(caught.value, Unsupported)


def test_a_split_without_right_texts_is_unsupported():
    with pytest.raises(Unsupported) as caught:
        texts_of([NETWORK, given(["a", "b"])], ["a", None])
    assert caught.value.missing == "split"
