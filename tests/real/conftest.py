"""What the tests on real material share."""

import pytest

from tests.real import prepared


@pytest.fixture(scope="session")
def splits(tmp_path_factory: pytest.TempPathFactory) -> dict[str, prepared.Split]:
    """The splits of the real test material, written as a worker writes them."""
    return prepared.write_splits(tmp_path_factory.mktemp("splits"))
