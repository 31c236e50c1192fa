"""What tests of the API share."""

import pytest
from rest_framework.test import APIClient

from tests import factories


class Client(APIClient):
    """Has the lists as fresh as the tables, as a moment after each change."""

    def get(self, path, *args, **kwargs):
        if "/repos" in path or "/facets" in path:
            factories.listed()
        return super().get(path, *args, **kwargs)


@pytest.fixture
def api():
    """A client without a token."""
    return Client()


@pytest.fixture
def alice():
    """A client with a token that may ask for runs."""
    _, secret = factories.token()
    return APIClient(headers={"authorization": f"Bearer {secret}"})
