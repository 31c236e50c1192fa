"""The parts of a model's page: addresses, tabs, files, lineage and use."""

import pytest

from registry.models import File, Repo, Run
from registry.web.formats import by_name
from registry.web.parts import PARTS
from registry.web.parts.files import PAGE_SIZE
from tests import factories

pytestmark = pytest.mark.django_db
WORDS = [part for part in PARTS if part]


def tabs_of(page):
    """Return the addresses of the tab bar."""
    start = next(
        place
        for place, (_, attrs) in enumerate(page.elements)
        if attrs.get("aria-label") == "Parts of this model"
    )
    shown = sum(part.under is None for part in PARTS.values())
    return [attrs for tag, attrs in page.elements[start:] if tag == "a"][:shown]


def test_every_part_has_three_kinds_of_addresses(read):
    repo = factories.repo("alice/net")
    revision = factories.revision(repo)
    kinds = ["/models/alice/net/-/{}", f"/models/-/{repo.pk}/{{}}"]
    kinds.append(f"/models/alice/net/@{revision.sha}/-/{{}}")
    for kind in kinds:
        for part in WORDS:
            page = read(kind.format(part))
            current = [tab for tab in tabs_of(page) if tab.get("aria-current")]
            assert len(current) == 1
            stays = [tab["href"] for tab in tabs_of(page) if "/history" not in tab["href"]]
            assert all(address.startswith(kind.partition("/{")[0][:-2]) for address in stays)
    assert tabs_of(read("/models/alice/net"))[0]["aria-current"] == "page"


def test_a_shortened_commit_leads_to_the_same_part(client):
    revision = factories.revision(factories.repo("alice/net"))
    answer = client.get(f"/models/alice/net/@{revision.sha[:9]}/-/files")
    assert answer["Location"] == f"/models/alice/net/@{revision.sha}/-/files"


def test_what_is_no_part_or_no_model_is_not_found(read, client):
    repo = factories.repo("alice/net")
    revision = factories.revision(repo)
    for address in (
        "/models/alice/net/-/nothing",
        f"/models/-/{repo.pk}/nothing",
        f"/models/alice/net/@{revision.sha}/-/nothing",
        "/models/no/such/-/files",
        "/models/-/999999/files",
        f"/models/{'x' * 10_000}/-/files",
    ):
        read(address, status=404)
    factories.repo("alice/secret", is_private=True)
    for part in WORDS:
        read(f"/models/alice/secret/-/{part}", status=404)


def test_parts_of_a_record_and_of_a_model_that_is_gone(read):
    factories.repo("erin/record", head_sha="", hub_modified_at=None)
    gone = factories.repo("dave/gone", state=Repo.State.GONE)
    factories.file(factories.revision(gone))
    for part in ("", *WORDS):
        assert (
            "Only its record is mirrored."
            in read(f"/models/erin/record/-/{part}".rstrip("-/")).text
        )
        page = read(f"/models/-/{gone.pk}/{part}".rstrip("/"))
        assert "The hub no longer has this model." in page.text
        assert all(f"/models/-/{gone.pk}" in tab["href"] for tab in tabs_of(page))


def test_names_that_turn_round_or_are_long_stay_what_they_are(read):
    for name in ("\u202egnp.exe/\u05d0\u05d1", "n" * 300, "a b/<script>"):
        repo = factories.repo(name, author=None)
        factories.file(factories.revision(repo), "\u202e" + "p" * 990)
        for part in WORDS:
            page = read(f"/models/-/{repo.pk}/{part}")
            assert "\u202e" not in page.text
            assert not [tag for tag, attrs in page.elements if tag == "script" and not attrs]


def test_files_are_listed_with_size_and_digest(read):
    revision = factories.revision(factories.repo("alice/net"))
    factories.file(revision, "model.safetensors", size=1_094_321, sha256="5b" * 32)
    factories.file(revision, "README.md", size=0, sha256="")
    page = read("/models/alice/net/-/files")
    assert "model.safetensors 1.04 MiB safetensors in LFS 5b5b5b5b5b5b…" in page.text
    assert "not given by the hub" in page.text
    copies = [attrs for tag, attrs in page.elements if attrs.get("data-text")]
    assert [attrs["data-text"] for attrs in copies] == ["5b" * 32]
    assert "1,094,321 bytes" in {attrs.get("title") for _, attrs in page.elements}
    text = read("/models/alice/net").text
    assert "1.04 MiB in 2 files" in text


def test_a_file_that_nobody_examined_never_looks_clean(read):
    revision = factories.revision(factories.repo("alice/net"))
    factories.file(revision, "pytorch_model.bin", security={"status": "safe"})
    page = read("/models/alice/net/-/files")
    for words in (
        "No file of this commit was examined.",
        "PyTorch, 1 file. A PyTorch checkpoint",
        "which can run any code when loaded",
        "Not examined",
        "the hub’s scanners: “ safe ”",
    ):
        assert words in page.text
    assert not [attrs for _, attrs in page.elements if "good" in (attrs.get("class") or "")]


def test_findings_on_files_stand_beside_them(read):
    revision = factories.revision(factories.repo("alice/net"))
    factories.file(revision, "bad.pkl")
    factories.file(revision, "other.pkl")
    run = factories.run(revision, check_id="files", queue="files", status=Run.Status.DONE)
    said = {"path": "bad.pkl", "verdict": "fail", "sentence": "It calls os.system."}
    strange = [{"path": 3, "verdict": "pass"}, "x", {"path": "other.pkl", "verdict": "great"}]
    evidence = factories.evidence(measure={"files": [said, *strange]})
    factories.finding(run, verdict="fail", evidence=evidence)
    text = read("/models/alice/net/-/files").text
    assert f"Fail run {run.pk} It calls os.system." in text
    assert "Not examined" in text.partition("other.pkl")[2]


def test_many_files_come_in_pages_with_as_many_queries(read, queries_of):
    revision = factories.revision(factories.repo("alice/net"))
    factories.file(revision, "0.bin")
    one = queries_of("/models/alice/net/-/files")
    File.objects.bulk_create(
        File(revision=revision, path=f"{number:04}.bin") for number in range(PAGE_SIZE + 20)
    )
    assert queries_of("/models/alice/net/-/files") == one <= 5
    page = read("/models/alice/net/-/files")
    following = next(attrs["href"] for _, attrs in page.elements if attrs.get("rel") == "next")
    assert "0119.bin" in read(f"/models/alice/net/-/files{following}").text
    assert "no cursor" not in page.text
    assert "Start again" in read("/models/alice/net/-/files?cursor=forged", status=400).text


def test_formats_are_told_by_names():
    for path in (
        "a/B.PKL",
        "x.pth",
        "pytorch_model-00001-of-00002.bin",
        "m.h5",
        "run.py",
        "a.tar.gz",
    ):
        assert by_name(path).warning, path
    for path in ("model.safetensors", "config.json", "README.md", "LICENSE", "", ".gitattributes"):
        assert not by_name(path).warning, path


def test_ways_to_use_it_name_the_commit_and_quote_the_name(read):
    revision = factories.revision(factories.repo("alice/net"))
    text = read("/models/alice/net/-/use").text
    assert text.count(revision.sha) >= 4
    assert "assay show -- alice/net" in text
    odd = factories.repo("-x';import os", author=None)
    factories.revision(odd)
    assert """assay show -- '-x'"'"';import os'""" in read(f"/models/-/{odd.pk}/use").text


def test_robust_accuracy_stands_beside_clean_accuracy(read, queries_of):
    revision = factories.revision(factories.repo("alice/net"))
    assert "Its robustness was not measured" in read("/models/alice/net/-/robustness").text

    def attacked(**options):
        row = {"eps": 8 / 255, "value": 0.154, "low": 0.13, "high": 0.18}
        clean = {"eps": 0.0, "value": 0.917, "low": 0.9, "high": 0.93}
        strange = [{"eps": "x"}, 3, {"eps": float(2), "value": None}]
        rows = [clean, row | {"broken_by": {"square": 7, "fab-t": 0}}, *strange]
        curve = {"x": "radius (Linf)", "series": [{"points": [[0, 0.9], [0.03, 0.1]]}]}
        run = factories.run(
            revision, check_id="adversarial", options=options, status=Run.Status.DONE
        )
        evidence = factories.evidence(measure={"radii": rows, "curves": [curve]})
        return factories.finding(run, verdict="measured", evidence=evidence)

    finding = attacked(n=200)
    page = read("/models/alice/net/-/robustness")
    for words in (
        *("Clean accuracy 91.7 %", "0 (clean) 91.7 % 90.0–93.0 %"),
        *("8/255 15.4 % 13.0–18.0 % square 7", "To the right: radius (Linf)."),
    ):
        assert words in page.text
    assert f"/runs/{finding.run_id}" in page.links()
    one = queries_of("/models/alice/net/-/robustness")
    for number in range(19):
        attacked(n=number + 1)
    assert queries_of("/models/alice/net/-/robustness") == one <= 4
    assert "6 more with other options" in read("/models/alice/net/-/robustness").text
