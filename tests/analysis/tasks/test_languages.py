"""The direction of a translation, as claims, repos and datasets write it."""

from typing import Any

import pytest

from analysis.contract import Feature, Subject, Unsupported
from analysis.tasks import languages
from tests.analysis import samples

TEXT = Feature("text")


def columns(*names: str) -> dict[str, Feature]:
    return dict.fromkeys(names, TEXT)


WMT = columns("translation.de", "translation.en")
FLORES = columns("sentence_deu", "sentence_eng", "sentence_afr", "URL")


def subject(repo: str = "org/net", **claim: Any) -> Subject:
    return Subject(repo, "0" * 40, claim=samples.claim(**{"config": "", "dataset": "x/y", **claim}))


@pytest.mark.parametrize(
    ("asked", "features", "source", "target", "said_by"),
    [
        (subject(config="de-en"), WMT, "translation.de", "translation.en", "the dataset's config"),
        (
            subject("x/opus-mt-en-de", config="de-en"), WMT,
            "translation.en", "translation.de", "the name of the repo",
        ),
        (
            subject("x/t5-small-finetuned-en-to-de", args={"dataset": "de-en"}), WMT,
            "translation.en", "translation.de", "the name of the repo",
        ),
        (
            subject("x/opus-mt-en-de", args={"source_lang": "de", "target_lang": "eng"}), WMT,
            "translation.de", "translation.en", "",
        ),
        (
            subject("x/opus-mt-gmw-gmw", args={"dataset": "eng deu devtest"}), FLORES,
            "sentence_eng", "sentence_deu", "the dataset's config",
        ),
        (subject(dataset_name="tatoeba deu-eng"), WMT, "translation.de", "translation.en",
         "the dataset's name"),
        (subject(config="en_XX-de_DE"), columns("en", "de"), "en", "de", "the dataset's config"),
    ],
)  # fmt: skip
def test_directions_are_found(
    asked: Subject, features: dict[str, Feature], source: str, target: str, said_by: str
):
    found = languages.find_direction(asked, features)
    assert (found.source, found.target, found.said_by) == (source, target, said_by)


@pytest.mark.parametrize(
    ("asked", "features"),
    [
        (subject(), WMT),
        (subject(config="fr-en"), WMT),
        (subject(config="de-de"), WMT),
        (subject(config="de-en"), columns("translation.de")),
        (subject(config="de-en"), columns("text", "label")),
        (Subject("x/opus-mt-en-de", "0" * 40), WMT),
        (subject(config="de-en"), {}),
    ],
)
def test_unclear_directions_are_unsupported(asked: Subject, features: dict[str, Feature]):
    with pytest.raises(Unsupported) as caught:
        languages.find_direction(asked, features)
    assert caught.value.missing == "dataset"


@pytest.mark.parametrize(
    ("code", "short"),
    [("deu", "de"), ("de_DE", "de"), ("deu_Latn", "de"), ("__de__", "de"), (">>deu<<", "de"),
     ("EN", "en"), ("xyz", "xyz"), ("", "")],
)  # fmt: skip
def test_codes_become_short(code: str, short: str):
    assert languages.language(code) == short


def test_no_two_languages_share_a_code():
    codes = [code for row in languages._ROWS for code in row[:2]]
    assert len(codes) == len(set(codes)) == 2 * len(languages.NAMES)
