PYTHON ?= python3
STAMP := .venv/.installed

.PHONY: install run test lint bench clean

install: $(STAMP)

$(STAMP): requirements.txt requirements-dev.txt
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install -q -r requirements.txt -r requirements-dev.txt
	touch $(STAMP)

run: install
	@.venv/bin/python -m leaderboard

# Numbers only: nothing in these minds a neighbour. Real processes and limits on time are tested one after the other.
NUMBERS := tests/papers tests/test_conformance.py

test: install lint
	.venv/bin/python -m pytest -n 2 $(NUMBERS)
	.venv/bin/python -m pytest $(addprefix --ignore=,$(NUMBERS))
	.venv/bin/python -m tests.postgres tests/leaderboard

lint: install
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy

bench: install
	.venv/bin/python -m tests.benchmarks

clean:
	rm -rf .venv
