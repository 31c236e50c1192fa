"""Rows for the pages where models meet: comparisons, datasets, authors, files."""

from urllib.parse import quote

from registry.ecosystem import datasets
from registry.models import Claim, Repo
from tests import factories

SHARED = "alice/resnet20-cifar10"


def hang() -> None:
    """Make models that claim the same as the one in all states, and some that claim else."""
    wide = factories.repo("nora/wide-net", downloads=9_120, licence="mit")
    revision = factories.revision(wide, parameters=36_500_000)
    close = factories.claim(revision, value_text="91.9", value=91.9)
    factories.finding(close, value=0.9191, low=0.9136, high=0.9243)
    validation = factories.claim(revision, value_text="92.3", value=92.3, split="validation")
    factories.finding(validation, value=0.9231, low=0.9177, high=0.9282)
    factories.claim(revision, dataset="cifar100", dataset_name="CIFAR-100", split="test")
    narrow = factories.repo("nora/narrow-net", downloads=12, pipeline_tag="")
    factories.claim(factories.revision(narrow), value_text="62.1", value=62.1, split="holdout")
    datasets.recount()


def attack() -> str:
    """Return the name of the dataset that is an attack."""
    return Claim.objects.filter(dataset__startswith="<script>").values_list("dataset", flat=True)[0]


def addresses() -> dict[str, str]:
    """Return the address of each page, and of its states."""
    attacked = Repo.objects.get(name__startswith="mallory/").name
    both = f"m={SHARED}&m=nora/wide-net"
    return {
        "compare-show": f"/compare?{both}&m=nora/narrow-net&m=nobody/nothing",
        "compare-show-differences": f"/compare?{both}&only=differences",
        "compare-show-many": f"/compare?{both}&m=a/a&m=a/b&m=a/c&m=a/d&m=a/e",
        "compare-show-attacked": f"/compare?m={attacked.replace('<', '%3C')}&m={SHARED}",
        "compare-show-empty": "/compare",
        "author-show": "/authors/alice",
        "author-show-attacked": f"/authors/{quote(attack())}",
        "hash-find": "/hash",
        "hash-show": f"/hash/{'5b' * 32}",
        "hash-show-none": f"/hash/{'00' * 32}",
        "check-show": "/checks/claim",
        "check-show-formulas": "/checks/backdoors",
        "check-show-other": "/checks/brightness",
        "check-version": "/checks/claim/v1",
        "status-show": "/status",
        "dataset-list": "/datasets",
        "dataset-list-empty": "/datasets?q=nothing-like-it",
        "dataset-show": "/datasets/uoft-cs/cifar10?metric=accuracy&config=plain_text&split=test",
        "dataset-show-none": "/datasets/uoft-cs/cifar10?metric=bleu",
        "dataset-show-unmeasured": "/datasets/uoft-cs/cifar100",
        "dataset-named": "/datasets/-/named?name=" + quote(attack(), safe=""),
    }
