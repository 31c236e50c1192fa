"""What tests of the API share."""

import pytest
from rest_framework.test import APIClient

from tests import factories


@pytest.fixture
def api():
    """A client without a token."""
    return APIClient()


@pytest.fixture
def alice():
    """A client with a token that may ask for runs."""
    _, secret = factories.token()
    return APIClient(headers={"authorization": f"Bearer {secret}"})
