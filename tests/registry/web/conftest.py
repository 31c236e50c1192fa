"""What tests of pages share."""

from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories


class Page(HTMLParser):
    """The elements and the words of a page."""

    def __init__(self, text):
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())

    def links(self):
        return [attrs["href"] for tag, attrs in self.elements if tag == "a"]


@pytest.fixture
def read(client):
    """Get an address and return what the page says."""

    def get(address, status=200):
        factories.listed()
        answer = client.get(address)
        assert answer.status_code == status, answer.content[:500]
        return Page(answer.content.decode())

    return get


@pytest.fixture
def queries_of(client):
    """Get an address and return the number of queries that it took."""

    def count(address):
        factories.listed()
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        return len(seen)

    return count
