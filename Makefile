# Everything that a person or CI does with a checkout. `make setup` is part of each target.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# One more than there are cores: the tests that kill things mostly wait.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
PACKAGES := manage.py registry analysis workers benchmarks tests client

.PHONY: setup docs demo test test-long sweep check format bench lighthouse openapi client lock clean

setup: $(STAMP)

$(STAMP): requirements/dev.lock requirements/torch.txt requirements/demo.lock client/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Assay needs Python 3.11 or newer; set PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -r requirements/torch.txt
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements/dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements/demo.lock
	$(BIN)/python -m pip install -qq --no-deps --no-build-isolation --editable client
	sh docker/bubblewrap.sh
	touch $@

demo: setup ## everything at once, on models that are built here
	@$(BIN)/python manage.py demo

test: setup ## all tests, the slow suites in their short form
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

test-long: setup ## the same, with chaos and fuzz in their long form
	ASSAY_LONG=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

sweep: setup ## 10,000 claims a size of split, judged: the rate of wrong verdicts (minutes)
	ASSAY_LONG=1 $(BIN)/python -m pytest -n 0 -s tests/sweeps

check: setup ## format, lint, types, contracts, templates, migrations, client
	$(BIN)/ruff format --check $(PACKAGES)
	$(BIN)/ruff check $(PACKAGES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --check --lint templates
	$(BIN)/codespell $(PACKAGES) templates docs README.md CONTRIBUTING.md
	$(BIN)/python -W ignore manage.py makemigrations --check --dry-run
	$(BIN)/python client/generate.py --check

format: setup
	$(BIN)/ruff format $(PACKAGES)
	$(BIN)/ruff check --fix $(PACKAGES)
	$(BIN)/djlint --reformat --quiet templates

bench: setup ## the table of promises; BENCH="--quick P3" for a part of it
	$(BIN)/python -m benchmarks $(BENCH)

lighthouse: setup ## what Lighthouse says of four pages (npm, and the system's Chromium)
	$(BIN)/python -m benchmarks.lighthouse

docs: setup ## the documentation as files below site/, to open without a server
	$(BIN)/python manage.py docs --out site

openapi: setup ## the committed description of the API
	$(BIN)/python manage.py spectacular --format openapi-json --file docs/openapi.json

client: setup ## the Python client, written anew from the committed description
	$(BIN)/python client/generate.py

lock: setup ## compile the lock files again
	PATH="$(CURDIR)/$(BIN):$$PATH" requirements/compile.sh

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
