"""What tests of search share."""

import pytest

from registry.search import Question, Search
from tests import factories


@pytest.fixture
def find():
    """Ask a query string of listings that are up to date; return names in order."""

    def ask(query, cursor=""):
        factories.listed()
        found = Search(Question.read(query), page_size=100).page(cursor)
        return [row.repo.name for row in found.rows]

    return ask
