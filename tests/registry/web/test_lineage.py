"""The family of a model: what is read, how it is drawn, and what the list says."""

import itertools

import pytest

from registry.models import Edge
from registry.web import family, family_drawing
from registry.web.family import Family, Kin
from tests import factories, owners

pytestmark = pytest.mark.django_db


def kin(child, parent, level=1):
    """Return a declared edge between two models that are only named."""
    name = parent if level > 0 else child
    return Kin(f"n{child}", f"n{parent}", name, None, "finetune", "declared", level, 1)


def family_of(parents=(), children=(), left_out=(), *, is_cut=False):
    """Return the family of a model called own."""
    return Family("n" + "own", "own", list(parents), list(children), list(left_out), is_cut)


def test_lineage_names_parents_and_children(read):
    parent = factories.repo("alice/base")
    factories.revision(parent)
    child = factories.revision(factories.repo("bob/tuned"))
    factories.edge(child, parent)
    factories.edge(child, parent_name="nobody/unknown", relation=Edge.Relation.MERGE)
    page = read("/models/bob/tuned/-/lineage")
    assert "alice/base Finetune, declared" in page.text
    assert "nobody/unknown not mirrored Merge, declared" in page.text
    assert "/models/alice/base" in page.links()
    assert "Made from it bob/tuned Finetune, declared" in read("/models/alice/base/-/lineage").text
    factories.revision(factories.repo("carol/alone"))
    assert "No relative is known" in read("/models/carol/alone/-/lineage").text


def test_parents_are_followed_four_levels_and_children_one(read):
    repos = [factories.repo(f"org/level-{number}") for number in range(8)]
    for child, parent in itertools.pairwise(repos):
        factories.edge(factories.revision(child), parent)
    text = read("/models/org/level-2/-/lineage").text
    shown = [
        number for number in range(8) if f"level-{number}" in text.partition("Parents stand")[2]
    ]
    assert shown == [1, 3, 4, 5, 6]


def test_circles_and_edges_to_oneself_end(read):
    a, b = factories.repo("org/a"), factories.repo("org/b")
    first, second = factories.revision(a), factories.revision(b)
    factories.edge(first, a)
    factories.edge(first, b)
    factories.edge(second, a)
    factories.edge(second, b)
    page = read("/models/org/a/-/lineage")
    assert "named above already" in page.text
    paths = [
        attrs["d"] for tag, attrs in page.elements if tag == "path" and "declared" in str(attrs)
    ]
    assert len(paths) == 1 + 4  # the key, and each edge once


def test_private_models_are_neither_shown_nor_passed(read):
    secret = factories.repo("alice/secret", is_private=True)
    child = factories.revision(factories.repo("bob/child"))
    factories.edge(child, secret)
    factories.edge(factories.revision(secret), factories.repo("org/above"))
    factories.edge(factories.revision(factories.repo("carol/hidden", is_private=True)), child.repo)
    text = read("/models/bob/child/-/lineage").text
    for word in ("secret", "above", "hidden"):
        assert word not in text


def test_a_measured_edge_leads_to_its_evidence(read):
    home = factories.revision(factories.repo("alice/net"))
    mark = owners.mark(home=home.repo)
    owners.match(mark, home)
    copy = factories.revision(factories.repo("bob/copy"))
    found = owners.match(mark, copy)
    for address in ("/models/bob/copy/-/lineage", "/models/alice/net/-/lineage"):
        page = read(address)
        assert f"measured: evidence , run {found.run_id}" in page.text
        assert f"/runs/{found.run_id}" in page.links()


def test_twenty_relatives_take_as_many_queries_as_one(queries_of):
    revision = factories.revision(factories.repo("alice/net"))

    def more():
        factories.edge(revision, factories.repo())
        factories.edge(factories.revision(), revision.repo)

    more()
    one = queries_of("/models/alice/net/-/lineage")
    for _ in range(19):
        more()
    assert queries_of("/models/alice/net/-/lineage") == one <= 4


def test_a_child_with_many_commits_is_one_child():
    parent, child = factories.repo("alice/net"), factories.repo("bob/child")
    for _ in range(3):
        factories.edge(factories.revision(child, sha=factories.sha()), parent)
    assert len(family.of(factories.revision(parent)).children) == 1


def test_what_is_beyond_the_bounds_is_counted(monkeypatch):
    monkeypatch.setattr(family, "MOST_CHILDREN", 2)
    monkeypatch.setattr(family, "MOST_READ", 4)
    parent = factories.revision(factories.repo("alice/net"))
    for number in range(6):
        child = factories.revision(factories.repo(downloads=number))
        factories.edge(child, parent.repo, relation=Edge.Relation.QUANTIZED)
    found = family.of(parent)
    assert (len(found.children), found.left_out, found.is_cut) == (2, [("quantized", 3)], True)


def test_the_longest_way_decides_the_column():
    found = family_of([kin("own", "a"), kin("own", "b"), kin("a", "b", 2), kin("b", "c", 3)])
    boxes = {box.word: box.x for box in family_drawing.drawn(found).boxes}
    assert boxes["c"] < boxes["b"] < boxes["a"] < boxes["own"]


def test_sweeps_leave_no_crossing_that_need_not_be():
    parents = [kin("own", "x"), kin("own", "y"), kin("own", "z")]
    parents += [kin("x", "zz", 2), kin("y", "yy", 2), kin("z", "xx", 2)]
    rows = {box.word: box.y for box in family_drawing.drawn(family_of(parents)).boxes}
    near = sorted("xyz", key=lambda name: rows[name])
    far = sorted(("xx", "yy", "zz"), key=lambda name: rows[name])
    assert [{"x": "zz", "y": "yy", "z": "xx"}[name] for name in near] == far


def test_no_drawing_has_more_boxes_than_it_may():
    parents = [kin("own", f"p{number}") for number in range(300)]
    parents.append(kin("own", "own"))
    children = [kin(f"c{number}", "own", -1) for number in range(400)]
    drawing = family_drawing.drawn(
        family_of(parents, children, [("quantized", 1_204)], is_cut=True)
    )
    assert len(drawing.boxes) <= family_drawing.MOST_NODES
    assert "+ 1,204+ quantized" in [box.word for box in drawing.boxes]
    assert "+ 384+ finetune" in [box.word for box in drawing.boxes]
    longest = family_drawing.drawn(family_of([kin("own", "x" * 10_000)]))
    assert max(len(box.word) for box in longest.boxes) == family_drawing.LETTERS
