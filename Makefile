# The first target that needs it makes a virtual environment in .venv; nothing else on the machine is touched.

PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run test waiting computing tables tests lint format unit coverage faults sbom audit vendor types setup clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup ## Start everything on this machine, in the foreground (Ctrl-C stops it)
	@$(BIN)/kritiq run

# Each of the hundreds of processes that tests start would compile all modules again, and none might keep what came of it.
unexport PYTHONDONTWRITEBYTECODE

# In the order in which they are found: what is quick comes last, and no long test is left alone at the end.
TWO := $(BIN)/pytest -n 2 --dist loadscope --no-loadscope-reorder
# Of real processes, which are waited for half of the time: for leases that end, alerts that are due, another Redis. Beside
# the others, which compute, and as many as take about as long.
WAITING := tests/integration tests/celery

test: setup ## Lint, types, import rules and all tests, side by side
	@$(MAKE) --no-print-directory --jobs=3 waiting computing lint

waiting: setup
	$(TWO) $(WAITING)

computing: setup
	$(TWO) $(WAITING:%=--ignore=%)

# Beside the environment, not in it: scikit-learn, and so transformers, import pandas where it is, which starts threads.
TABLES := pandas polars polars-runtime-32 datasets dill multiprocess xxhash duckdb
tables: setup ## The tests that read tables of pandas, polars, datasets and DuckDB, with these
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-compile --upgrade --target build/tables -c constraints.txt $(TABLES)
	PYTHONPATH=build/tables $(BIN)/pytest -q tests/unit/model/data/test_table.py tests/unit/archive/test_files.py tests/unit/archive/test_feedback_files.py

tests: setup ## All tests, two at a time
	$(TWO)

lint: setup ## Formatting, ruff, mypy, import rules, luacheck over the Redis scripts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/lint-imports --config client/pyproject.toml
	$(BIN)/python -m tests.lint_lua

format: setup ## Format the code and fix what ruff can fix
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

unit: setup ## Unit tests only
	$(BIN)/pytest tests/unit

coverage: setup ## Branch coverage of unit and integration tests, real processes included; fails below the floor
	@mkdir -p .coverage
	$(BIN)/pytest tests/unit tests/integration --cov --cov-report=term

faults: setup ## Every fault under load, for half an hour: whatever was accepted ends, once
	$(BIN)/kritiq bench faults --minutes 30

sbom: .venv/supply/.done ## Of what both images are made, as CycloneDX: build/sbom/*.cdx.json
	@mkdir -p build/sbom
	@for image in api worker; do \
	  $(BIN)/python -m deploy.supply.images $$image > build/sbom/$$image.txt && \
	  .venv/supply/bin/cyclonedx-py requirements build/sbom/$$image.txt --pyproject pyproject.toml --mc-type application \
	    --output-reproducible --of JSON -o build/sbom/kritiq-$$image.cdx.json || exit 1; \
	done
	@ls build/sbom/*.cdx.json

audit: setup ## Ask whether a package of constraints.txt is known to be vulnerable; says so where nobody can be asked
	@$(MAKE) --no-print-directory .venv/supply/.done > /dev/null 2>&1 || true
	@$(BIN)/python -m deploy.supply.audit .venv/supply/bin/pip-audit

.venv/supply/.done: deploy/supply/requirements.txt .venv/.done
	$(PYTHON) -m venv .venv/supply
	.venv/supply/bin/pip install --quiet --disable-pip-version-check -r deploy/supply/requirements.txt
	@touch $@

vendor: ## Copy the console's libraries from the packages that its lock file pins (needs npm)
	npm ci --prefix api/console --no-audit --no-fund
	node api/console/vendor.mjs

types: setup ## Write the TypeScript client's types from the API's document (needs npm)
	npm ci --prefix client-ts --no-audit --no-fund
	@mkdir -p build
	$(BIN)/python -m deploy.types_document > build/types.json
	node client-ts/generate.mjs build/types.json

setup: .venv/.done ## Make the virtual environment

.venv/.done: pyproject.toml client/pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo "Kritiq needs Python 3.11; set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --no-compile -c constraints.txt torch -e '.[api,model,onnx,run,dev]' -e './client[cli]'
	@# What pip would compile file by file, on all cores; like it, whatever some package has that is no Python 3 is passed over.
	@# A third of it is hardly ever imported, and is compiled when it is.
	@$(BIN)/python -W ignore -m compileall -qq -j 0 -x 'site-packages/(.*/tests?|moto|punkt|transformers/models)/' .venv/lib || true
	@touch $@

clean: ## Remove the virtual environment, the data of `make run`, and caches
	rm -rf .venv .data build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .coverage
