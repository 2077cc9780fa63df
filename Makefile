# A fresh machine needs Python 3.10 to 3.13 and make; everything else goes into .venv.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed

.PHONY: install lint test test-all soak smoke bench docs picture reference run-all report clean

install: $(INSTALLED)

$(INSTALLED): pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

run-all: install
	$(BIN)/lossbench run-all

report: install
	$(BIN)/lossbench report

# The results that are published: the documentation names their figures, so `make docs` follows.
reference: install
	$(BIN)/lossbench run-all --out results/reference
	rm -f results/reference/*/history.csv  # git ignores it, so nothing may rest on it

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	PYTHONPATH=tests $(BIN)/python -m docs.generate --check

# What is generated in the READMEs, and the schema of the config.
docs: install
	PYTHONPATH=tests $(BIN)/python -m docs.generate

# The losses of each problem, and the report of the nine on the first page; that needs Chromium.
picture: install
	PYTHONPATH=tests $(BIN)/python -m docs.loss_pictures
	PYTHONPATH=tests $(BIN)/python -m docs.picture

test: install
	$(BIN)/python -m pytest

# What CI runs: with clusters, killed processes, damaged files, every loss, optimizer and layer.
test-all: install
	$(BIN)/python -m pytest -m 'not soak'

# What takes too long for every change: killed, fed nonsense and kept running for long.
soak: install
	$(BIN)/python -m pytest -m soak -rP

# What belongs into the CI of a project that uses lossbench: the nine, hardly trained.
smoke: install
	folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	$(BIN)/lossbench run-all --epochs 2 --repeats 1 --out "$$folder"

bench: install
	$(BIN)/python tests/bench/bench.py
	$(BIN)/python tests/bench/bench_cores.py

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	rm -rf build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
