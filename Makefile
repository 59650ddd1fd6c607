# make run    start everything on this machine, in the foreground (Ctrl-C stops it)
# make test   lint, types, import rules and all tests
# make faults every fault under load, for half an hour: whatever was accepted ends, once
# Both make a virtual environment in .venv first; nothing else on the machine is touched.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test lint unit faults setup clean

run: setup
	@$(BIN)/kritiq run

test: lint
	$(BIN)/pytest

lint: setup
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: setup
	$(BIN)/pytest tests/unit

faults: setup
	$(BIN)/kritiq bench faults --minutes 30

setup: .venv/.done

.venv/.done: pyproject.toml client/pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo "Kritiq needs Python 3.11; set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt torch -e '.[api,model,onnx,run,dev]' -e './client[cli]'
	@touch $@

clean:
	rm -rf .venv .data build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache
