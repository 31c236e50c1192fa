"""Questions: what an address means, and what is refused."""

import pytest
from django.http import QueryDict

from registry.search import BadQuestion, Question
from tests import factories


@pytest.mark.parametrize(
    "query",
    [
        "",
        "q=a%26b",
        "task=a&task=b&sort=gap",
        "q=bert&library=timm&size=1b-3b&claims=yes&verdict=pass",
        "licence=a%2Fb+c",
    ],
)
def test_a_question_and_its_query_are_one(query):
    question = Question.read(query)
    assert question.query() == query
    assert Question.read(QueryDict(query)) == question
    assert Question.read(question.query()).digest() == question.digest()


def test_order_and_repetition_do_not_matter():
    one = Question.read("licence=mit&task=b&task=a&task=a")
    other = Question.read("task=a&task=b&licence=mit")
    assert one == other
    assert one.query() == "task=a&task=b&licence=mit"


def test_nonsense_is_left_out_or_refused():
    nonsense = "sort=x&size=huge&verdict=maybe&cursor=1&utm_source=x&task=" + "x" * 400
    assert Question.read(nonsense) == Question()
    for one in nonsense.split("&"):
        if one.partition("=")[0] in {"cursor", "utm_source"}:
            Question.read(one, strict=True)
        else:
            with pytest.raises(BadQuestion, match="Say"):
                Question.read(one, strict=True)
    with pytest.raises(BadQuestion, match="at most 20"):
        Question.read("&".join(f"task={n}" for n in range(21)), strict=True)


def test_it_says_itself_in_words():
    question = Question.read("q=bert&task=fill-mask&licence=mit&licence=gpl&sort=likes")
    assert question.sentence() == (
        "Models: with the words “bert”, task fill-mask, licence gpl or mit; most likes first."
    )
    assert Question().sentence() == "Models; most requests at the hub first."
    assert [chip.words for chip in question.chips()] == [
        "has “bert”", "task fill-mask", "licence gpl", "licence mit",
    ]  # fmt: skip
    assert question.chips()[2].query == "q=bert&task=fill-mask&licence=mit&sort=likes"


@pytest.mark.django_db
def test_repos_are_walked_by_number_whatever_the_sort():
    repos = [factories.repo(downloads=n, licence="mit" if n % 2 else "gpl") for n in range(9)]
    factories.listed()
    question = Question.read("licence=mit&sort=name")
    wanted = [repo.pk for repo in repos if repo.licence == "mit"]
    walked, after = [], 0
    while chunk := question.repo_ids(after=after, limit=3):
        assert len(chunk) <= 3
        walked += chunk
        after = chunk[-1]
    assert walked == wanted
    assert Question.read("licence=none-such").repo_ids() == []
