"""The package: its names, and what importing it costs."""

import subprocess
import sys

import pytest

from analysis import attacks


def test_all_names_are_there():
    for name in attacks.__all__:
        assert getattr(attacks, name).__name__ == name
    with pytest.raises(AttributeError, match="nothing"):
        attacks.nothing  # noqa: B018


def test_importing_it_loads_no_torch():
    program = "import sys, analysis.attacks; print('torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
