"""`python -m assay_cli` is `assay`."""

from assay_cli.main import run

run()
