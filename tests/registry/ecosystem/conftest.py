"""What tests of the ecosystem share."""

import pytest

from registry.ecosystem import measuring
from registry.ecosystem.measures import MEASURES
from tests import factories


@pytest.fixture
def take(db):
    """Take one measure now; return it with its rows by part and label."""

    def taken(id, day=None):
        return measuring.measure([id], day)[0]

    return taken


@pytest.fixture
def model(db):
    """Make a model with its head, and what the keywords say of it."""

    def made(name="", *, read=True, front_matter=None, text="Words.", files=(), **fields):
        repo = factories.repo(name, **fields)
        revision = factories.revision(
            repo,
            has_tree=read,
            config={"model_type": fields["model_type"]} if fields.get("model_type") else {},
        )
        if front_matter is not None:
            factories.card(revision, front_matter=front_matter, text=text)
        for path in files:
            factories.file(revision, path)
        return revision

    return made


def rows(of, part):
    """Return (numerator, denominator, unknown) of a part by label."""
    assert part in {one.id for one in MEASURES[of.measure].parts}, "the page would not show it"
    return {
        row["label"]: (row["numerator"], row["denominator"], row["unknown"])
        for row in of.breakdown
        if row["part"] == part
    }


def whole(of):
    """Return (numerator, denominator, unknown)."""
    return of.numerator, of.denominator, of.unknown
