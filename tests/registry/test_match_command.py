"""`manage.py match`: what can be measured, and what the others lack."""

import json

import pytest
from django.core.management import call_command

from tests import factories

pytestmark = pytest.mark.django_db


def said(capsys, *options):
    call_command("match", *options)
    return capsys.readouterr().out


@pytest.fixture
def claims():
    head = factories.revision(factories.repo("alice/net"))
    factories.claim(head)
    factories.claim(head, split="", dataset="beans")
    factories.claim(head, dataset="")
    factories.claim(factories.revision(head.repo, sha=factories.sha()), dataset="")  # no head
    return head


def test_it_works(claims, capsys):
    assert said(capsys).splitlines() == [
        "3 claims",
        "2 have a task, a metric and a dataset that are known here",
        "1 lack nothing (33.3%)",
        "1 lack the split: no split is named",
        "1 lack the dataset: no dataset is named",
    ]


def test_as_json(claims, capsys):
    told = json.loads(said(capsys, "--json", "--most", "1"))
    assert (told["claims"], told["understood"], told["complete"]) == (3, 2, 1)
    assert told["reasons"] == [{"piece": "split", "reason": "no split is named", "claims": 1}]


def test_one_repo(claims, capsys):
    factories.claim(factories.revision())
    lines = said(capsys, "--repo", "alice/net").splitlines()
    assert len(lines) == 3
    assert lines[0].endswith("image-classification · uoft-cs/cifar10 · plain_text · test")
    first = json.loads(said(capsys, "--repo", "alice/net", "--json").splitlines()[1])
    assert first["dataset"] == "AI-Lab-Makerere/beans"
    assert "a validation and a test split" in first["missing"][0]


def test_an_empty_mirror_has_no_claims(capsys):
    assert said(capsys).splitlines()[0] == "0 claims"
