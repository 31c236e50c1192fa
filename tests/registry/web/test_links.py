"""Addresses that are made by the hundred say what the slower ways to make them say."""

import pytest
from django.urls import reverse, set_script_prefix

from registry.search import Question
from registry.search.tally import Choice
from registry.web.search import facet_links
from registry.web.templatetags.assay import repo_url
from tests import factories

ASKED = (
    "", "q=a+b&sort=likes", "task=t%261", "q=%C3%BC&licence=mit&task=x&task=a+b", "language=%3D",
)  # fmt: skip
VALUES = ("t&1", "a b", "x", "ü/ö", "=")


@pytest.mark.parametrize("asked", ASKED)
def test_each_choice_leads_to_the_question_with_or_without_it(asked):
    question = Question.read(asked)
    for key in ("task", "language"):
        (links,) = facet_links(question, {key: [Choice(key, value, 1) for value in VALUES]})
        found = {link.word: link.query for link in links.links}
        assert found == {value: question.toggled(key, value).query() for value in found}
        assert set(VALUES) <= set(found)


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", ["/", "/below/"])
@pytest.mark.parametrize("name", ["a/net", "net", "ünï/nét-1.0", "a_b/c"])
def test_the_address_of_a_repo_is_the_one_that_is_routed(name, prefix):
    set_script_prefix(prefix)
    try:
        address = repo_url(factories.repo(name))
        assert address == reverse("web:repo-show", args=[name])
        assert address.startswith(prefix)
    finally:
        set_script_prefix("/")
