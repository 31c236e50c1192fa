"""Asking for a check of a revision, and what staff may do with a run."""

import pytest

from registry.models import Run
from registry.web.check_forms import CheckForm
from tests import factories
from tests.plugins import ENTRY, installed  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("installed")]


@pytest.fixture
def staff(client):
    client.force_login(factories.user("root", is_staff=True))
    return client


def address(revision, check="brightness"):
    return f"/revisions/{revision.pk}/checks/{check}"


def test_it_works(staff):
    revision = factories.revision()
    page = staff.get(f"/models/{revision.repo.name}").content.decode()
    assert f'action="{address(revision)}"' in page
    assert 'value="8/255"' in page  # the default, to be changed
    answer = staff.post(
        address(revision),
        {
            "dataset": "cifar10",
            "split": "test",
            "norm": "L2",
            "eps": "4/255",
            "levels": "0.25, 0.5",
            "n": "16",
            "is_dark": "on",
        },
    )
    run = Run.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/runs/{run.pk}")
    assert run.options == {"dataset": "cifar10", "norm": "L2", "eps": 4 / 255, "is_dark": True}
    assert (run.check_id, run.revision, run.requested_by) == ("brightness", revision, "root")


def test_what_is_wrong_is_said_at_its_field(staff):
    revision = factories.revision()
    answer = staff.post(address(revision), {"dataset": "", "eps": "7", "n": "many", "norm": "L9"})
    body = answer.content.decode()
    assert answer.status_code == 422
    for said in ("This is needed.", "Say at most 1.", "Say a whole number.", "L9 is not one of"):
        assert said in body, said
    assert not Run.objects.exists()


def test_fields_that_are_sent_empty_are_at_their_default(staff):
    revision = factories.revision()
    staff.post(address(revision), {"dataset": "d", "norm": "Linf"})
    assert Run.objects.get().options == {"dataset": "d"}


def test_a_check_of_claims_is_not_asked_for_so(staff):
    revision = factories.revision()
    assert staff.get(address(revision, "claim")).status_code == 404
    assert staff.get(address(revision, "nonsense")).status_code == 404
    assert staff.get("/revisions/999999/checks/brightness").status_code == 404


def test_strangers_and_users_ask_for_nothing(client):
    revision = factories.revision()
    run = factories.run(status=Run.Status.RUNNING)
    posts = (address(revision), f"/runs/{run.pk}/do/cancel")
    for place in posts:
        assert client.post(place, {"dataset": "d"})["Location"].startswith("/admin/login")
    assert "Log in" in client.get(address(revision)).content.decode()
    client.force_login(factories.user("bob"))
    for place in posts:
        assert client.post(place, {"dataset": "d"}).status_code == 403
    assert Run.objects.get() == run
    run.refresh_from_db()
    assert run.status == Run.Status.RUNNING
    body = client.get(f"/models/{revision.repo.name}").content.decode()
    assert "<form method=" not in body.partition("<main")[2]
    assert "Cancel the run" not in client.get(f"/runs/{run.pk}").content.decode()


def test_a_request_from_another_site_is_refused():
    from django.test import Client

    careful = Client(enforce_csrf_checks=True)
    careful.force_login(factories.user("root", is_staff=True))
    run = factories.run(status=Run.Status.RUNNING)
    assert careful.post(f"/runs/{run.pk}/do/cancel").status_code == 403


def test_a_run_is_cancelled_and_measured_again(staff, read):
    run = factories.run(status=Run.Status.RUNNING, note="Step 3 of 7.")
    page = staff.get(f"/runs/{run.pk}").content.decode()
    assert "Cancel the run" in page
    assert "Step 3 of 7." in page
    assert staff.post(f"/runs/{run.pk}/do/cancel")["Location"] == f"/runs/{run.pk}"
    page = read(f"/runs/{run.pk}").text
    assert "Cancelled by root." in page
    assert "asked for again, it goes on there" in page
    assert staff.post(f"/runs/{run.pk}/do/cancel", follow=True).status_code == 200
    assert "Measure again" in staff.get(f"/runs/{run.pk}").content.decode()
    staff.post(f"/runs/{run.pk}/do/again")
    run.refresh_from_db()
    assert run.status == Run.Status.QUEUED
    assert staff.post(f"/runs/{run.pk}/do/explode").status_code == 404
    assert staff.get(f"/runs/{run.pk}/do/cancel").status_code == 405


def test_a_run_that_is_done_is_measured_again_as_another_one(staff, client):
    run = factories.finding().run
    assert "Measure again" in staff.get(f"/runs/{run.pk}").content.decode()
    assert "Cancel the run" not in staff.get(f"/runs/{run.pk}").content.decode()
    answer = staff.post(f"/runs/{run.pk}/do/again")
    repeat = Run.objects.exclude(pk=run.pk).get()
    assert answer["Location"] == f"/runs/{repeat.pk}"
    assert (repeat.claim, repeat.requested_by) == (run.claim, "root")
    assert repeat.options == {"fresh": True, "replay_of": run.pk, "replay": 1}
    staff.post(f"/runs/{run.pk}/do/again")
    assert Run.objects.count() == 2  # the one under way is joined
    factories.finding(repeat)
    Run.objects.filter(pk=repeat.pk).update(status=Run.Status.DONE)
    staff.post(f"/runs/{run.pk}/do/again")
    assert Run.objects.order_by("-pk")[0].options["replay"] == 2
    run.refresh_from_db()
    assert run.status == Run.Status.DONE
    client.logout()
    assert "Measure again" not in client.get(f"/runs/{run.pk}").content.decode()


def measured(revision, verdict="measured", **options):
    run = factories.run(
        revision,
        check_id="brightness",
        check_version=1,
        options={"dataset": "d"} | options,
        status=Run.Status.DONE,
    )
    summary = f"The mean is {options.get('eps', 'usual')}."
    return factories.finding(run, verdict=verdict, summary=summary).run


def test_the_model_page_shows_each_check_with_what_it_was_asked(read):
    revision = factories.revision()
    first, second = measured(revision), measured(revision, eps=0.25)
    again = measured(revision, eps=0.25)
    factories.run(revision, check_id="brightness", options={"dataset": "d"})  # newer, no answer
    replayed = factories.run(revision, check_id="brightness", options={"replay_of": first.pk})
    text = read(f"/models/{revision.repo.name}")
    runs = [link for link in text.links() if link.startswith("/runs/")]
    assert runs == [f"/runs/{again.pk}", f"/runs/{first.pk}"]
    assert f"Measured The mean is 0.25. Run {again.pk}: dataset d, eps 0.25 , v1" in text.text
    assert f"/runs/{second.pk}" not in runs
    assert f"/runs/{replayed.pk}" not in runs
    assert "dataset d, eps 0.25" in read(f"/runs/{again.pk}").text


def test_twenty_answers_take_as_many_queries_as_one(queries_of):
    revision = factories.revision()
    measured(revision)
    one = queries_of(f"/models/{revision.repo.name}")
    for number in range(19):
        measured(revision, eps=number / 20)
    assert queries_of(f"/models/{revision.repo.name}") == one


def test_the_page_of_checks_lists_the_options(read):
    text = read("/checks").text
    assert "eps A share of the range. 8/255 number" in text
    assert "norm Norm Linf Linf, L2" in text
    assert "dataset An id of the hub. needed text" in text


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        ({"metric": "accuracy"}, "Measured 15.40 % 95 % interval 13.20–17.80 %"),
        ({"metric": "joy"}, "Measured 0.154 95 % interval 0.132 to 0.178"),
        ({"metric": ["accuracy"]}, "Measured 0.154 95 % interval 0.132 to 0.178"),
    ],
)
def test_a_number_that_nobody_claimed_is_in_the_scale_of_its_metric(read, measure, words):
    run = factories.run(factories.revision(), check_id="brightness", status=Run.Status.DONE)
    evidence = factories.evidence(measure=measure)
    numbers = {"value": 0.154, "low": 0.132, "high": 0.178}
    factories.finding(run, verdict="measured", evidence=evidence, **numbers)
    assert words in read(f"/runs/{run.pk}").text


def test_a_form_that_is_sent_as_it_stands_asks_for_the_defaults(staff):
    revision = factories.revision()
    form = CheckForm(ENTRY)
    sent = {name: field.initial for name, field in form.fields.items() if field.initial}
    staff.post(address(revision), sent | {"dataset": "d"})
    assert Run.objects.get().options == {"dataset": "d"}


def test_a_number_that_nobody_claimed_has_a_state_of_its_own(read):
    run = measured(factories.revision())
    page = read(f"/runs/{run.pk}")
    assert "Measured" in page.text
    assert any("tone-told" in (attrs.get("class") or "") for _, attrs in page.elements)
    assert run.revision.repo.name in read("/models?verdict=measured").text
