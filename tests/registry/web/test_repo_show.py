"""A model's page."""

import re

import pytest

from registry.models import Claim, Repo, Run
from registry.web.parts.claims import PAGE_SIZE
from registry.web.parts.overview import FIRST_CLAIMS
from tests import factories

pytestmark = pytest.mark.django_db


def row_of(page, words):
    """Return the text of the claims table from these words on."""
    return page.text.partition("Checked ")[2].partition(words)[2]


def test_it_works(read):
    revision = factories.revision(factories.repo("alice/net"))
    finding = factories.finding(factories.claim(revision))
    page = read("/models/alice/net")
    row = row_of(page, "Accuracy")
    for words in ("91.7 %", "91.73 %", "+0.03 points", "91.18–92.26 %", "10,000", "Confirmed"):
        assert words in row
    assert "1 of 1 measured" in page.text
    assert f"/runs/{finding.run_id}" in page.links()
    figure = next(attrs for tag, attrs in page.elements if attrs.get("role") == "img")
    assert figure["aria-label"] == (
        "Claimed 91.70 %, measured 91.73 %, 95 % interval 91.18–92.26 %."
    )
    assert f"revision='{revision.sha}'" in page.text
    assert f"/models/alice/net/@{revision.sha}" in page.links()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": Run.Status.QUEUED}, ("Waits for a worker.", "Queued")),
        (
            {"status": Run.Status.RUNNING, "progress": 6_400, "total": 10_000},
            ("Measuring, 6,400 of 10,000", "Running"),
        ),
        (
            {"status": Run.Status.UNSUPPORTED, "code": "split", "reason": "There is no split x."},
            ("There is no split x.", "the missing piece: split", "Not measurable"),
        ),
        (
            {"status": Run.Status.DEAD, "code": "memory", "reason": "It used too much."},
            ("It used too much.", "what ended it: memory", "Could not be checked"),
        ),
        (None, ("Nobody has asked", "Not evaluated")),
    ],
)
def test_states_that_are_no_verdict(read, fields, words):
    claim = factories.claim(factories.revision(factories.repo("alice/net")))
    if fields:
        factories.run(claim, **fields)
    row = row_of(read("/models/alice/net"), "Accuracy")
    for word in words:
        assert word in row
    for verdict in ("Confirmed", "Overstated", "Understated"):
        assert verdict not in row


def test_a_finding_stands_while_the_claim_is_measured_again(read):
    claim = factories.claim(factories.revision(factories.repo("alice/net")))
    factories.finding(claim)
    again = factories.run(claim)
    page = read("/models/alice/net")
    assert "Confirmed measured again: queued" in row_of(page, "Accuracy")
    assert f"/runs/{again.pk}" in page.links()


def test_a_replay_that_died_does_not_hide_the_run_that_it_repeats(read):
    claim = factories.claim(factories.revision(factories.repo("alice/net")))
    first = factories.run(claim, status=Run.Status.UNSUPPORTED, reason="There is no split x.")
    factories.run(claim, status=Run.Status.DEAD, options={"replay_of": first.pk}, reason="Gone.")
    assert "There is no split x." in row_of(read("/models/alice/net"), "Accuracy")


def test_a_finding_of_an_older_version_is_stale(read):
    claim = factories.claim(factories.revision(factories.repo("alice/net")))
    run = factories.run(claim, status=Run.Status.DONE, check_version=factories.CLAIM.version - 1)
    factories.finding(run)
    assert "Confirmed stale" in row_of(read("/models/alice/net"), "Accuracy")


def test_error_and_accuracy_are_shown_as_the_same_claim(read):
    revision = factories.revision(factories.repo("alice/net"))
    claim = factories.claim(
        revision, metric="error_rate", metric_name="Error", value_text="8.27", value=8.27
    )
    factories.finding(claim)
    row = row_of(read("/models/alice/net"), "Error")
    assert "91.73 % as “8.27”" in row


def test_claims_that_could_not_be_read_say_why(read):
    revision = factories.revision(factories.repo("alice/net"))
    factories.claim(revision, value=None, value_text="see paper", problem="That is no number.")
    page = read("/models/alice/net")
    assert "1 claim could not be read" in page.text
    assert "That is no number." in page.text
    assert "claims nothing that could be read" in page.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": Repo.State.GONE}, "The hub no longer has this model."),
        ({"is_disabled": True}, "The hub has disabled this model."),
        ({"gate": Repo.Gate.MANUAL}, "people whom the owner admits"),
        ({"gate": Repo.Gate.AUTO}, "people who accept its terms"),
        ({"problem": "The card is 9 MB long."}, "The card is 9 MB long."),
    ],
)
def test_what_is_the_matter_is_said(read, fields, words):
    repo = factories.repo("alice/net", **fields)
    factories.revision(repo)
    assert words in read("/models/alice/net").text
    assert words in read(f"/models/-/{repo.pk}").text


def test_a_record_without_a_revision_has_a_page(read):
    factories.repo("erin/record", head_sha="", hub_modified_at=None)
    assert "Only its record is mirrored." in read("/models/erin/record").text


def test_words_out_of_gated_files_are_not_shown(read):
    repo = factories.repo("meta/net", gate=Repo.Gate.AUTO)
    revision = factories.revision(repo)
    factories.card(revision, text="A network behind the gate")
    claim = factories.claim(revision, raw="behind the gate")
    factories.claim(revision, raw="behind the gate", problem="Unreadable.")
    run = factories.finding(claim).run
    for address in ("/models/meta/net", "/models/meta/net/-/claims", f"/runs/{run.pk}"):
        assert "behind the gate" not in read(address).text
    text = read("/models/meta/net/-/card").text
    assert "The card is behind the gate" in text
    assert "A network" not in text


def test_a_private_repo_is_nowhere(read):
    repo = factories.repo("alice/secret", is_private=True)
    revision = factories.revision(repo)
    run = factories.finding(factories.claim(revision)).run
    child = factories.revision(factories.repo("bob/child"))
    factories.edge(child, repo)
    factories.edge(revision, factories.repo("bob/parent"))
    for address in (
        "/models/alice/secret",
        f"/models/-/{repo.pk}",
        f"/models/alice/secret/@{revision.sha}",
        f"/runs/{run.pk}",
    ):
        assert "secret" not in read(address, status=404).text.replace(address, "")
    assert "alice/secret" not in read("/models/bob/child").text
    assert "alice/secret" not in read("/models/bob/parent").text
    assert "alice/secret" not in read("/runs").text


def test_a_commit_has_a_permanent_address(read, client):
    repo = factories.repo("alice/net")
    head = factories.revision(repo)
    old = factories.revision(repo, sha=factories.sha())
    factories.claim(old, metric_name="Old accuracy")
    page = read(f"/models/alice/net/@{old.sha}")
    assert "This is not the newest commit." in page.text
    assert "Old accuracy" in page.text
    assert "Old accuracy" not in read("/models/alice/net").text
    assert "This is not the newest" not in read(f"/models/alice/net/@{head.sha}").text
    answer = client.get(f"/models/alice/net/@{old.sha[:9]}")
    assert answer["Location"] == f"/models/alice/net/@{old.sha}"
    read(f"/models/alice/net/@{'0' * 40}", status=404)
    read(f"/models/bob/net/@{old.sha}", status=404)


def test_a_name_that_two_repos_had_leads_to_both(read):
    gone = factories.repo(
        "alice/net", state=Repo.State.GONE, synced_at=factories.NOON.replace(year=2030)
    )
    here = factories.repo("alice/net")
    factories.revision(here)
    page = read("/models/alice/net")
    assert here.head_sha in page.text
    assert "Another model had this name" in page.text
    assert f"/models/-/{gone.pk}" in page.links()
    other = factories.repo("alice/net", hub=factories.hub("https://other.example"))
    assert (
        "https://other.example"
        in read("/models/alice/net").text + read(f"/models/-/{other.pk}").text
    )


def test_more_claims_than_fit_have_pages(read):
    revision = factories.revision(factories.repo("alice/net"))
    Claim.objects.bulk_create(
        Claim(revision=revision, key=str(n), source="table", metric=f"metric-{n}.", value_text="1")
        for n in range(4 * PAGE_SIZE)
    )
    first = read("/models/alice/net")
    assert f"All {4 * PAGE_SIZE} claims" in first.text
    assert f"metric-{FIRST_CLAIMS - 1}." in first.text
    assert f"metric-{FIRST_CLAIMS}." not in first.text
    assert f"{4 * PAGE_SIZE} are not evaluated" in first.text
    page, seen = read("/models/alice/net/-/claims"), set()
    following = []
    for _ in range(4):
        seen |= set(re.findall(r"metric-\d+\.", page.text))
        following = [attrs["href"] for _, attrs in page.elements if attrs.get("rel") == "next"]
        page = read(f"/models/alice/net/-/claims{following[0]}") if following else page
    assert len(seen) == 4 * PAGE_SIZE
    assert not following
    last = revision.claims.order_by("-pk")[0]
    assert f"metric-{4 * PAGE_SIZE - 1}." in read(f"/models/alice/net/-/claims?at={last.pk}").text
    assert (
        "another search"
        in read(
            f"/models/-/{factories.revision().repo_id}/claims{first_cursor(read)}", status=400
        ).text
    )


def first_cursor(read):
    """Return the query of the second page of the claims of alice/net."""
    page = read("/models/alice/net/-/claims")
    return next(attrs["href"] for _, attrs in page.elements if attrs.get("rel") == "next")


def test_the_verdict_card_says_what_holds_and_what_is_not_known(read):
    revision = factories.revision(factories.repo("alice/net"))
    assert "It claims nothing that could be read" in read("/models/alice/net").text
    for verdict in ("confirmed", "understated", "overstated", "inconclusive"):
        factories.finding(factories.claim(revision), verdict=verdict)
    factories.run(factories.claim(revision), status=Run.Status.DEAD)
    factories.run(factories.claim(revision))
    factories.claim(revision)
    factories.finding(
        factories.run(revision, check_id="backdoors", status=Run.Status.DONE), verdict="warn"
    )
    text = read("/models/alice/net").text
    for words in (
        "4 of 7 claims are measured.",
        *("2 hold", "1 does not hold", "1 could not be settled", "1 could not be checked"),
        *("1 is under way", "1 is not evaluated", "1 warn", "Newest measurement 20 Nov 2026"),
    ):
        assert words in text


def test_a_model_is_one_step_from_its_hub_its_use_and_a_comparison(read):
    repo = factories.repo("alice/net")
    revision = factories.revision(repo)
    sha = revision.sha
    links = read("/models/alice/net").links()
    for link in (
        f"https://hub.example/alice/net/tree/{sha}",
        "/models/alice/net/-/use",
        "/compare?m=alice/net",
    ):
        assert link in links
    Repo.objects.update(head_sha="e" * 40)
    assert f"/compare?m=alice/net@{sha}" in read(f"/models/alice/net/@{sha}").links()
    Repo.objects.update(state=Repo.State.GONE)
    gone = read(f"/models/-/{repo.pk}").links()
    assert [link for link in gone if "hub.example" in link or "/compare" in link] == []


def test_a_check_that_failed_stands_first(read):
    revision = factories.revision(factories.repo("alice/net"))
    for check, verdict in (("a", "measured"), ("b", "warn"), ("c", "fail"), ("d", "pass")):
        run = factories.run(revision, check_id=check, status=Run.Status.DONE)
        factories.finding(run, verdict=verdict, summary=f"said by {check}")
    text = read("/models/alice/net").text
    assert re.findall(r"said by (\w)", text) == ["c", "b", "a", "d"]


def test_a_metric_without_a_name_is_called_what_people_call_it(read):
    revision = factories.revision(factories.repo("alice/net"))
    for metric, name in (("f1", ""), ("mcc", ""), ("joy", ""), ("accuracy", "Top-1")):
        factories.claim(revision, metric=metric, metric_name=name)
    text = read("/models/alice/net").text
    for words in ("F1 CIFAR-10", "Matthews correlation CIFAR-10", "joy CIFAR-10", "Top-1 CIFAR-10"):
        assert words in text


def test_what_nobody_measured_looks_like_nothing_good(read):
    factories.claim(factories.revision(factories.repo("alice/net")))
    page = read("/models/alice/net")
    assert "Not evaluated None of its 1 claim has been measured" in page.text
    tones = {
        attrs["class"] for tag, attrs in page.elements if "tone-" in (attrs.get("class") or "")
    }
    assert not [tone for tone in tones if "good" in tone or "better" in tone]


def test_twenty_claims_take_as_many_queries_as_one(queries_of):
    def more(revision):
        factories.finding(factories.claim(revision))
        factories.run(factories.claim(revision))
        factories.file(revision, f"{factories.sha()}.bin")
        factories.edge(revision, factories.repo())
        factories.edge(factories.revision(), revision.repo)

    revision = factories.revision(factories.repo("alice/net"))
    more(revision)
    one = queries_of("/models/alice/net")
    for _ in range(19):
        more(revision)
    assert queries_of("/models/alice/net") == one <= 13  # two look at older commits


def test_a_model_that_is_not_mirrored_is_not_found(read):
    assert "No model of this name is mirrored here." in read("/models/no/such", status=404).text
    read("/models/-/999999", status=404)
    read("/models/-/" + "9" * 30, status=404)


def test_a_verdict_goes_stale_when_the_head_moves(read):
    repo = factories.repo("alice/net")
    first = factories.revision(repo, sha=factories.sha())
    finding = factories.finding(factories.claim(first))
    factories.claim(factories.revision(repo))
    page = read("/models/alice/net")
    row = row_of(page, "Accuracy")
    assert "Not evaluated" in row
    assert "Stale:" in row
    assert finding.summary in row
    assert first.sha[:12] in row


def test_claims_that_were_changed_or_taken_back_stay_to_be_seen(read):
    repo = factories.repo("alice/net")
    first = factories.revision(repo, sha=factories.sha())
    factories.finding(factories.claim(first, value_text="95.0", value=95.0))
    factories.claim(first, dataset="beans", dataset_name="Beans")
    head = factories.revision(repo)
    factories.claim(head)
    page = read("/models/alice/net")
    assert "2 earlier claims that no longer stand" in page.text
    was = page.text.partition("Claimed 95 % at ")[2]
    assert was.startswith(first.sha[:12])
    assert "changed to 91.7 % by" in was[:60]
    assert "taken back" in page.text
    assert f"/models/alice/net/@{first.sha}" in page.links()


def test_a_claim_that_nobody_asked_for_says_what_is_missing(read):
    factories.claim(factories.revision(factories.repo("alice/net")), dataset="")
    row = row_of(read("/models/alice/net"), "Accuracy")
    assert "does not say on which dataset" in row
