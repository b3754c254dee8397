PYTHON ?= python3
PIP := .venv/bin/python -m pip install -q -c constraints.txt
PYTEST = .venv/bin/python -m pytest --durations=25 --durations-min=1 $(COUNTING)
COUNTING :=
SITES := 2
WHOLE_SITES := tests/faults tests/test_far_worker.py tests/test_supervisor.py
# Where the database decides: what is written, in which order, and what is read out of it. Pages only show that.
ON_POSTGRESQL := $(patsubst %,tests/leaderboard/test_%.py,backups boards house machine pages queue quota references \
    removed_papers run_life standings views_of_a_board)

.PHONY: install runtime run test quick coverage lint hooks constraints dependencies bench clean

install: .venv/.dev

# Two stamps: a site needs no test packages.
runtime: .venv/.runtime

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.runtime: requirements-local.txt requirements-site.txt pyproject.toml constraints.txt | .venv/bin/python
	$(PIP) -r requirements.txt
	$(PIP) --no-deps --no-build-isolation -e .
	touch $@

.venv/.dev: requirements-dev.txt .venv/.runtime
	$(PIP) -r requirements.txt -r requirements-dev.txt
	touch $@

run: runtime
	@.venv/bin/python -m leaderboard

# `alone`: tests that mind a neighbour's load (whole sites, limits on time). The others share two cores. Of those, what
# keeps the machine busy or looks for leftovers on it has it for itself; whole sites wait more than they work: two at once.
test: install lint
	$(PYTEST) -n 2 -m "not alone"
	$(PYTEST) -m alone $(addprefix --ignore=,tests/browser $(WHOLE_SITES))
	$(MAKE) -j $(SITES) browser sites COUNTING="$(COUNTING)"
	.venv/bin/python -m tests.postgres -n 2 $(ON_POSTGRESQL) -m "not alone"

.PHONY: browser sites
browser: install
	$(PYTEST) -m alone tests/browser

sites: install
	$(PYTEST) -m alone $(WHOLE_SITES)

# What to run between two commits: all that is neither long nor needs the machine for itself.
quick: install
	$(PYTEST) -n 2 -m "not alone and not slow"

# The same tests, with the lines counted that they run in their own process. What runs in others (the sandbox,
# workers, the supervisor's children) is left out.
coverage: COUNTING := --cov --cov-append --cov-report=
coverage: SITES := 1
coverage: uncounted test
	.venv/bin/coverage report

.PHONY: uncounted
uncounted: install
	.venv/bin/coverage erase

lint: install
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/djlint --quiet leaderboard/templates
	.venv/bin/oxlint leaderboard/static runners/workbench/pages

hooks: install
	.venv/bin/pre-commit install

# Every version that the pins pull in, for each platform and each Python from 3.11 on. Keeps the versions that still fit;
# `make constraints UPGRADE=--upgrade` takes the newest. CUDA's packages are left to torch: only one of its builds has them.
constraints: .venv/bin/python
	.venv/bin/python -m pip install -q $$(grep ^uv== requirements-dev.txt)
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --no-annotate --no-header $(UPGRADE) \
	    requirements.txt requirements-dev.txt -o constraints.txt
	sed -i -E '/^nvidia-ml-py/!{/^(nvidia|cuda|triton)\b/d}; s/^(torch==[0-9.]+)\+[a-z0-9]+/\1/' constraints.txt

dependencies: install
	.venv/bin/python -m tests.dependencies

bench: install
	.venv/bin/python -m tests.benchmarks $(QUICK)

clean:
	rm -rf .venv
