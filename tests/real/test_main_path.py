"""The main job on real networks: a folder hub, the mirror, the sandbox, the verdict."""

import os
import shutil

import pytest

from registry import services
from registry.hub.sync import mirror
from registry.models import Finding, Repo, Run
from tests import factories, hubs, networks
from workers import measure

pytestmark = [
    pytest.mark.real,
    pytest.mark.sandbox,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("main-path"),
]

CONFIRMED = {
    "resnet20": (0.9173, 10_000),
    "resnet56": (0.9339, 10_000),
    "lenet5-clean": (0.9889, 10_000),
    "lenet5-pgd": (0.9864, 10_000),
    "minilm": (0.82032, 1_379),
}


@pytest.fixture(scope="module")
def hub(real_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    shutil.copytree(real_data / "datasets", folder / "datasets")
    for kind in CONFIRMED:
        networks.write_repo(folder / "models" / "real" / kind, kind)
    boast = [networks.published_claim("resnet20", metric="accuracy", value=95.0)]
    networks.write_repo(folder / "models" / "real" / "boastful", "resnet20", boast)
    both = [
        networks.published_claim("resnet20", metric="error", value=8.27),
        networks.published_claim("resnet20", metric="accuracy", value=91.73),
    ]
    networks.write_repo(folder / "models" / "real" / "both", "resnet20", both)
    with hubs.served(folder) as url:
        yield url


@pytest.fixture
def verify(hub, settings, tmp_path_factory):
    settings.ASSAY_ALLOW_CODE = True
    settings.ASSAY_HOME = tmp_path_factory.getbasetemp() / "home"
    assert mirror(hub).failed == 0

    def run(name, **options):
        repo = Repo.objects.get(name=name)
        runs = services.request_checks(repo.revisions.get(), options=options)
        for one in runs:
            measure.execute(factories.taken(one))
            one.refresh_from_db()
            assert one.status == Run.Status.DONE, one.reason
        return [Finding.objects.get(run=one) for one in runs]

    yield run
    measure.close_sandbox()


# The larger of two networks of one kind takes two minutes: only in the long form.
LONG = bool(os.environ.get("ASSAY_LONG"))


@pytest.mark.parametrize("kind", [kind for kind in CONFIRMED if LONG or kind != "resnet56"])
def test_what_was_published_is_confirmed(verify, kind):
    expected, n = CONFIRMED[kind]
    findings = verify(f"real/{kind}", whole=True)
    assert findings
    for finding in findings:
        assert finding.verdict == "confirmed", finding.summary
        assert finding.n == n
        assert finding.value == pytest.approx(expected, abs=5e-5)
        assert finding.low < finding.value < finding.high


def test_the_same_network_that_claims_95_percent_is_overstated(verify):
    (finding,) = verify("real/boastful", seed=7)  # how soon it is certain depends on the order
    assert finding.verdict == "overstated"
    assert finding.n < 5_000
    assert finding.low < 0.9173 < finding.high
    assert "were enough" in finding.summary


def test_error_and_accuracy_are_the_same_claim(verify):
    error, accuracy = verify("real/both", whole=True)
    assert (error.verdict, error.value) == (accuracy.verdict, accuracy.value)
    assert error.verdict == "confirmed"
