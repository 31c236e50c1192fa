"""Answers: pages, counts, facets, and what was perhaps meant."""

from collections import Counter
from itertools import product

import pytest
from django.db import OperationalError, connection

from registry import keysets
from registry.models import Label, LabelPair, Listing, Repo
from registry.search import Question, Search, plans, tally
from registry.search import find as finding
from registry.search.question import ORDERS
from tests import factories

pytestmark = pytest.mark.django_db


def many(number=60):
    """Make repos whose tasks, licences and languages meet in all ways; return their columns."""
    hub, made = factories.hub(), []
    tasks, licences = ("t1", "t2", "t3"), ("mit", "gpl")
    tongues: tuple[list[str], ...] = ([], ["en"], ["en", "de"])
    mixed = list(product(tasks, licences, tongues))
    for n in range(number):
        task, licence, languages = mixed[n * n % len(mixed)]
        made.append(
            Repo(
                hub=hub, hub_key=str(n), name=f"o{n % 7}/net-{n % 5}-{n}", pipeline_tag=task,
                licence=licence, languages=languages, downloads=n % 4, likes=n % 3,
                synced_at=factories.NOON, trending=n % 2, parameters=n * 10**8,
            )
        )  # fmt: skip
    Repo.objects.bulk_create(made)
    factories.listed()
    return made


def truth(repos, **chosen):
    """Count values of each facet by hand, without the facet's own filter."""
    columns = {"task": "pipeline_tag", "licence": "licence", "language": "languages"}

    def values(repo, facet):
        value = getattr(repo, columns[facet])
        return value if isinstance(value, list) else [value]

    counted = {}
    for facet in columns:
        others = {key: wanted for key, wanted in chosen.items() if key != facet}
        fitting = [
            repo
            for repo in repos
            if all(set(values(repo, key)) & set(wanted) for key, wanted in others.items())
        ]
        counted[facet] = Counter(value for repo in fitting for value in values(repo, facet))
    return counted


CHOSEN = [
    {},
    {"task": ["t1"]},
    {"task": ["t1", "t2"]},
    {"language": ["en"]},
    {"task": ["t1"], "licence": ["mit"]},
    {"task": ["t1", "t3"], "licence": ["mit"], "language": ["de"]},
]


@pytest.mark.parametrize("way", ["live", "pairs", "sample"])
@pytest.mark.parametrize("chosen", CHOSEN)
def test_facets_are_counted_right_in_every_way(monkeypatch, way, chosen):
    for module in (tally, finding):
        monkeypatch.setattr(module, "LIVE", 0 if way == "sample" else 1_000)
        monkeypatch.setattr(module, "COMMON", 0 if way == "pairs" else 10**9)
    repos = many()
    search = Search(Question.read(chosen))
    search.page()
    count, facets = search.counted()
    wanted = truth(repos, **chosen)
    for facet, counted in wanted.items():
        found = {choice.value: choice.n for choice in facets[facet]}
        assert found == {value: n for value, n in counted.items() if n}, facet
    assert count.n == sum(1 for _ in search.asked.of(Listing.objects.all()))
    assert not count.is_capped


@pytest.mark.parametrize("sort", sorted(ORDERS))
@pytest.mark.parametrize("plan", ["few", "walk", "gather"])
def test_pages_meet_every_row_once_in_both_directions(monkeypatch, sort, plan):
    many()
    monkeypatch.setattr(Search, "_walks", lambda *_: plan == "walk")
    monkeypatch.setattr(finding, "LIVE", 1_000 if plan == "few" else 0)
    question = Question.read(f"task=t1&task=t2&q=net&sort={sort}")
    wanted = list(question.listings().values_list("pk", flat=True))
    seen, cursor, back = [], "", ""
    while True:
        page = Search(question, page_size=7).page(cursor)
        seen.append([row.pk for row in page.rows])
        cursor, back = page.next, page.previous
        if not cursor:
            break
    met = [pk for rows in seen for pk in rows]
    assert sorted(met) == sorted(wanted)
    for rows in reversed(seen[:-1]):
        page = Search(question, page_size=7).page(back)
        assert [row.pk for row in page.rows] == rows
        back = page.previous
    assert not back


def test_a_cursor_belongs_to_its_question():
    many()
    cursor = Search(Question.read("task=t1"), page_size=3).page().next
    for other in ("task=t2", "task=t1&sort=likes", ""):
        with pytest.raises(keysets.BadCursor, match="another search"):
            Search(Question.read(other), page_size=3).page(cursor)


def test_a_walk_that_goes_too_far_is_given_up_for_gathering(monkeypatch):
    many()
    likes = [repo.pk for repo in Listing.objects.order_by("-likes_key", "-repo_id")]
    wanted = [
        pk
        for pk in likes
        if pk in set(Question.read("task=t1").listings().values_list("pk", flat=True))
    ]
    monkeypatch.setattr(finding, "LIVE", 0)
    monkeypatch.setattr(Search, "_walks", lambda *_: True)
    given_up = []
    real = Search._gathered

    def gathered(*given):
        given_up.append(1)
        return real(*given)

    monkeypatch.setattr(Search, "_gathered", gathered)
    for first, most, times in ((2_000, 2_000, 0), (12, 2_000, 0), (3, 3, 1)):
        monkeypatch.setattr(finding, "_FIRST_WALKED", first)
        monkeypatch.setattr(finding, "_MOST_WALKED", most)
        found = Search(Question.read("task=t1&sort=likes"), page_size=10).page()
        assert [row.pk for row in found.rows] == wanted[:10]
        assert len(given_up) == times


def test_limits_end_with_their_block():
    with pytest.raises(OperationalError, match="timeout"), plans.running(within_ms=20):
        connection.cursor().execute("SELECT pg_sleep(2)")
    with plans.running(within_ms=99):
        pass
    with connection.cursor() as cursor:
        for name, value in (("statement_timeout", "0"), ("enable_seqscan", "on")):
            cursor.execute(f"SHOW {name}")
            assert cursor.fetchone() == (value,)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=BERT", ["a/bert-base", "b/roberta-v2-bert"]),
        ("q=bert+rober", ["b/roberta-v2-bert"]),
        ("q=rober+bert", []),  # only the last word may be begun
        ("q=ert-b", []),
        ("q=cifar", ["c/resnet20-cifar10"]),
        ("q=cifar10", ["c/resnet20-cifar10"]),
        ("q=résnet", ["c/resnet20-cifar10"]),
        ("q=c+speech", ["c/resnet20-cifar10"]),
        ("q=%F0%9F%92%A5", []),
        ("task=none-such", []),
        ("task=fill-mask&author=a", ["a/bert-base"]),
        ("task=fill-mask&task=x&licence=mit", ["a/bert-base"]),
    ],
)
def test_words_and_labels(find, query, found):
    factories.repo("a/bert-base", pipeline_tag="fill-mask", downloads=9, licence="mit")
    factories.repo("b/roberta-v2-bert", downloads=8)
    factories.repo("c/resnet20-cifar10", downloads=7, tags=["robust-speech"])
    assert find(query) == found


def test_a_part_of_a_word_finds_what_contains_it(find):
    for number in range(3):
        factories.repo(f"a/roberta-{number}", downloads=number)
    factories.repo("a/other")
    assert find("q=berta") == ["a/roberta-2", "a/roberta-1", "a/roberta-0"]
    search = Search(Question.read("q=berta"), page_size=2)
    page = search.page()
    assert "roberta" in search.containing
    assert search.counted()[0].n == 3
    following = Search(Question.read("q=berta"), page_size=2).page(page.next)
    assert [row.folded for row in following.rows] == ["a/roberta-0"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("wisper", "whisper"), ("debreta", "deberta"), ("roberat", "roberta"),
        ("mistrl 7b", "mistral 7b"), ("wav2vce2", "wav2vec2"), ("whisper", None), ("xy", None),
    ],
)  # fmt: skip
def test_did_you_mean(typed, meant):
    for word in ("whisper", "deberta", "roberta", "mistral", "wav2vec2"):
        factories.repo(f"a/{word}-7b")
    factories.listed()
    found = Search(Question.read({"q": typed})).meant()
    assert (found.text if found else None) == meant


def test_the_best_match_comes_first(find):
    factories.repo("z/bert", downloads=1)
    factories.repo("a/bert-large", downloads=2)
    factories.repo("b/my-bert", downloads=10**6)
    assert find("q=bert&sort=relevance") == ["z/bert", "a/bert-large", "b/my-bert"]
    assert find("q=a/bert-large&sort=relevance") == ["a/bert-large"]


def test_what_is_not_known_is_counted_to_a_bound(monkeypatch):
    many()
    monkeypatch.setattr(finding, "COUNTED", 10)
    monkeypatch.setattr(finding, "LIVE", 0)
    count = Search(Question.read("task=t1&licence=mit&q=net")).count()
    assert count.n <= 10
    capped = Search(Question.read("q=net")).count()
    assert (capped.n, capped.is_capped, str(capped)) == (10, True, "10+")


def test_counts_of_labels_and_pairs_are_of_all_rows():
    repos = many()
    wanted = Counter(repo.pipeline_tag for repo in repos)
    assert dict(Label.objects.filter(facet="task").values_list("value", "n")) == wanted
    task, licence = Label.objects.get(value="t1"), Label.objects.get(value="mit")
    both = sum(1 for repo in repos if (repo.pipeline_tag, repo.licence) == ("t1", "mit"))
    assert LabelPair.objects.get(given=task.pk, other=licence.pk).n == both
