"""Words of rows and of queries."""

import pytest

from registry.search import words


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("org/Qwen2.5-7B", {"org", "qwen2", "qwen", "2", "5", "7b", "7", "b"}),
        ("a/Qwen-2", {"a", "qwen", "2", "qwen2"}),
        ("Ünï/BERT_base", {"uni", "bert", "base"}),
        ("ﬁne/Straße", {"fine", "strasse"}),
        ("...", set()),
        ("x/" + "y" * 100, {"x", "y" * 60}),
    ],
)
def test_a_name_is_found_by(name, found):
    assert set(words.of_row(name)) == found


def test_tags_count_unless_a_label_says_the_same():
    tags = ["pytorch", "transformers", "license:mit", "en", "robust-speech"]
    assert words.of_row("a/b", tags, ("transformers", "en")) == sorted(
        ["a", "b", "pytorch", "robust", "speech"]
    )


def test_a_row_has_a_bounded_number_of_words():
    assert len(words.of_row("a/b", [f"tag-{n}x" for n in range(2_000)])) <= words.MOST_OF_ROW


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Whisper emo", "'whisper' & 'emo':*"),
        ("bert bert", "'bert':*"),
        ("qwen 7b", "'qwen' & '7b'"),  # too short for a beginning
        ("o'neil); DROP", "'o' & 'neil' & 'drop':*"),
        ("& | ! :*", ""),
        ("", ""),
    ],
)
def test_a_query_is_all_of_its_words_the_last_one_begun(text, query):
    assert words.condition(words.of_query(text)) == query


def test_every_row_is_found_by_its_own_name():
    for name in ("alice/ResNet20-cifar10", "gpt2", "Ünï/x_y.z", "facebook/wav2vec2-large-xlsr-53"):
        assert set(words.of_query(name)) <= set(words.of_row(name))
