# README names the two commands that matter: `make demo` and `make test`. Everything goes into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help demo tui test coverage quick lint format bench acceptance shots screenshots pageshots lock clean

help: ## Show what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/run.stamp ## Show the main job, offline, on real recorded data
	@$(BIN)/python examples/demo.py

tui: $(VENV)/run.stamp ## Open the terminal app on the demo project, offline
	@$(BIN)/python examples/tui.py

test: $(VENV)/dev.stamp ## Run all that CI runs: lint, types, import contracts, tests
	@$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -q -n auto --dist loadfile

coverage: $(VENV)/dev.stamp ## Run the tests with branch coverage, against the floor in pyproject.toml (twice the time)
	$(BIN)/python -m pytest -q -n auto --dist loadfile --cov --cov-report=term

# The rooms below the command line and the screens: collecting the other tests takes longer than running these.
QUICK := model gomod sumdb documents policy checks engine sources reports net

quick: $(VENV)/dev.stamp ## Run the fast part of the tests: the rooms below the command line, in under a minute
	$(BIN)/ruff check .
	HYPOTHESIS_PROFILE=quick $(BIN)/python -m pytest -q -n 2 --dist loadfile -m "not slow" -x $(QUICK:%=tests/%)

lint: $(VENV)/dev.stamp ## Check style, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check -q .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(VENV)/dev.stamp ## Put the source into its form
	$(BIN)/ruff check --fix -q .
	$(BIN)/ruff format -q .

bench: $(VENV)/run.stamp ## Measure CPU, requests and ratios against peers (needs Go and the network for most)
	@$(BIN)/python -m benchmarks.run $(ARGS)

acceptance: $(VENV)/dev.stamp ## Show, one by one, what was promised
	@$(BIN)/python -m benchmarks.acceptance $(ARGS)

shots: $(VENV)/run.stamp ## Make all pictures anew, of commands and of the terminal app
	@$(BIN)/python screenshots/make.py

screenshots: shots

pageshots: $(VENV)/run.stamp ## Make the pictures of the report as a page anew (needs chromium)
	@$(BIN)/python screenshots/pages.py

lock: $(VENV)/dev.stamp ## Make the locks anew (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --upgrade pyproject.toml requirements/build.in -o requirements/run.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --upgrade pyproject.toml requirements/build.in requirements/dev.in -c requirements/run.txt -o requirements/dev.txt

clean: ## Remove what was made here
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage* build dist

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements/run.txt pyproject.toml | $(BIN)/python
	@echo "setting up .venv (once) …"
	@$(PIP) install --require-hashes --no-deps -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/run.stamp
	@echo "setting up the tools for the tests (once) …"
	@$(PIP) install --require-hashes --no-deps -r requirements/dev.txt
	@touch $@
