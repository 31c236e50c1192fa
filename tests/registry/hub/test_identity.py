"""Which repo is which: ids, names, lineage, and what is not there any more."""

import pytest

from registry.hub.sync import mirror, mirror_one
from registry.models import Edge, Repo
from tests.registry.hub import stub_hub
from tests.registry.hub.passes import CARD, counts, dump, reasons

pytestmark = pytest.mark.django_db


def test_the_same_name_with_another_id_is_another_repo(hub, go):
    hub.add("a/net", key="1" * 24)
    go()
    old = Repo.objects.get()
    hub.add("a/net", key="2" * 24, files={"README.md": b"by a stranger"})
    sync = go()
    assert counts(sync) == (1, 0, 0, 0)
    old.refresh_from_db()
    new = Repo.objects.listed().get()
    assert (old.state, old.name, old.hub_key) == ("replaced", "a/net", "1" * 24)
    assert (new.hub_key, new.name) == ("2" * 24, "a/net")
    assert old.revisions.count() == 1


def test_a_rename_keeps_the_repo(hub, go):
    hub.add("a/net", key="1" * 24)
    go()
    old = Repo.objects.get()
    hub.repos.clear()
    hub.add("b/better", key="1" * 24)
    asked = len(hub.asked)
    assert counts(go()) == (0, 1, 0, 0)
    renamed = Repo.objects.get()
    assert (renamed.pk, renamed.name, str(renamed.author)) == (old.pk, "b/better", "b")
    assert len(hub.asked) == asked + 1  # the same commit: nothing to read anew


def test_names_that_pass_round_in_a_ring(hub, go):
    for number in range(3):
        hub.add(f"a/n{number}", key=str(number) * 24)
    go()
    hub.repos.clear()
    for number in range(3):
        hub.add(f"a/n{(number + 1) % 3}", key=str(number) * 24)
    assert counts(go()) == (0, 3, 0, 0)
    named = dict(Repo.objects.listed().values_list("hub_key", "name"))
    assert named == {str(n) * 24: f"a/n{(n + 1) % 3}" for n in range(3)}


def test_repos_without_an_id_are_kept_by_name_until_they_get_one(hub, go):
    hub.add("a/net", key="")
    go()
    old = Repo.objects.get()
    assert old.hub_key == "name:a/net"
    hub.add("a/net", key="7" * 24)
    assert counts(go())[0] == 0
    assert Repo.objects.get().hub_key == "7" * 24
    assert Repo.objects.get().pk == old.pk


def test_an_id_with_another_commit_is_not_taken_for_the_repo_of_that_name(hub, go):
    hub.add("a/net", key="")
    go()
    hub.add("a/net", key="7" * 24, files={"README.md": b"by a stranger"})
    assert counts(go()) == (1, 0, 0, 0)
    states = dict(Repo.objects.values_list("hub_key", "state"))
    assert states == {"name:a/net": "replaced", "7" * 24: "present"}


def test_a_listing_that_leaves_out_ids_asks_where_something_changed(hub, go):
    stored = hub.add("a/net", key="1" * 24)
    go()
    hub.listed = lambda records: [{k: v for k, v in r.items() if k != "_id"} for r in records]
    assert counts(go()) == (0, 0, 1, 0)
    stored.files = {"README.md": b"new"}
    asked = hub.calls("/revision/")
    go()
    assert hub.calls("/revision/") == asked + 1  # the commit may be a stranger's: the detail tells
    assert (Repo.objects.get().hub_key, Repo.objects.get().head_sha) == ("1" * 24, stored.sha)


def test_a_complete_listing_marks_the_absent_as_gone(hub, go):
    hub.add("a/stays")
    hub.add("a/leaves")
    go()
    leaving = hub.repos.pop("a/leaves")
    go()
    assert Repo.objects.get(name="a/leaves").state == "gone"
    assert Repo.objects.get(name="a/stays").state == "present"
    hub.repos["a/leaves"] = leaving
    assert counts(go()) == (0, 1, 1, 0)
    assert Repo.objects.get(name="a/leaves").state == "present"


def test_a_cut_listing_marks_nothing_as_gone(hub, go):
    hub.page = 1
    hub.add("a/one")
    hub.add("a/two")
    go()
    hub.spoil("cursor=1", stub_hub.status(500))
    assert go().status == "stopped"
    assert go(limit=1, fresh=True).status == "done"
    hub.heal()
    del hub.repos["a/two"]
    assert go(limit=9).status == "done"
    assert go(names=["a/one"]).status == "done"
    assert Repo.objects.listed().count() == 2


def test_what_was_mirrored_by_name_during_a_pass_is_not_gone_after_it(hub, go):
    hub.page = 1
    hub.add("a/old")
    hub.add("a/older")
    new = stub_hub.Stored("a/new", "9" * 24, {"README.md": b"x"})

    def meanwhile(handler):
        handler.right()
        hub.repos["a/new"] = new

    hub.spoil("cursor=1", meanwhile, times=1)
    go(on_progress=lambda _: "a/new" in hub.repos and mirror_one(hub.url, "a/new"))
    assert Repo.objects.listed().count() == 3


def test_parents_are_linked_whenever_they_come(hub, go):
    hub.add("a/child", files={"README.md": CARD})
    go()
    assert Edge.objects.get().parent is None
    hub.add("a/base")
    go()
    assert Edge.objects.get().parent == Repo.objects.get(name="a/base")
    before = dump()
    go()
    assert dump() == before


def test_a_parent_that_is_mirrored_by_name_is_linked(hub, go):
    hub.add("a/child", files={"README.md": CARD})
    go()
    hub.add("a/base")
    go(names=["a/base"])
    assert Edge.objects.get().parent == Repo.objects.get(name="a/base")


def test_two_repos_with_one_id_are_named_and_stored_once(hub, go):
    hub.add("a/one", key="1" * 24)
    hub.add("a/two", key="1" * 24)
    sync = go()
    assert counts(sync) == (1, 0, 0, 1)
    assert "one id for two repos" in reasons(sync)[0][2]
    assert Repo.objects.get().name == "a/one"
    before = dump()
    assert counts(go()) == (0, 0, 1, 1)
    assert dump() == before


def test_two_repos_with_one_name_are_named_and_stored_once(hub, go):
    hub.add("a/one")
    hub.listed = lambda records: [*records, records[0] | {"_id": "9" * 24}]
    sync = go()
    assert counts(sync) == (1, 0, 0, 1)
    assert "the name a/one for two repos" in reasons(sync)[0][2]


def test_the_same_also_across_pages(hub, go):
    hub.page = 1
    hub.add("a/one", key="1" * 24)
    hub.add("a/two", key="1" * 24)
    hub.add("a/three", key="3" * 24)
    assert counts(go()) == (2, 0, 0, 1)


def test_a_record_that_comes_twice_counts_once(hub, go):
    hub.add("a/one")
    hub.listed = lambda records: [*records, *records]
    sync = go()
    assert (counts(sync), sync.seen) == ((1, 0, 0, 0), 1)


def test_two_hubs_do_not_touch_each_other(hub, go, waits):
    other = stub_hub.StubHub()
    try:
        hub.add("a/net", key="1" * 24)
        other.add("a/net", key="1" * 24)
        go()
        mirror(other.url)
        hub.repos.clear()
        go()
    finally:
        other.close()
    assert sorted(Repo.objects.values_list("state", flat=True)) == ["gone", "present"]
