# The commands of this project. All they need is git, make and Python 3.11 or newer; nothing asks for sudo.
.DEFAULT_GOAL := help
.PHONY: help setup demo down status summary fresh clean check test month bench lock
PYTHON ?= python3
BIN := .venv/bin

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/.ready ## one night from live sources to the warehouse; again = the next night
	@$(BIN)/python -m demo up

down: ## stop all that `make demo` started, and only that; data stays
	@$(call if_ready,$(BIN)/python -m demo down)

status: ## what of the trial runs now, and where
	@$(call if_ready,$(BIN)/python -m demo status)

summary: ## the figures of the last night once more
	@$(call if_ready,$(BIN)/python -m demo summary)

fresh: clean demo ## throw the trial away and begin again at night 1

clean: ## stop the trial and throw its data away
	@$(call if_ready,$(BIN)/python -m demo clean)

setup: .venv/.ready ## make the environment from requirements.lock, every file proven by its hash

check: .venv/.ready ## the fast part: lint, types, import arrows, pure tests
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/pytest -m "pure and not slow" --numprocesses logical --dist worksteal

test: check ## everything: real PostgreSQL, real sockets, real Airflow
	@$(BIN)/pytest -m "not pure or slow"

month: .venv/.ready ## thirty nights without Airflow, each held against what is known to be true (SEED=2 for another world)
	@$(BIN)/python -m demo month --seed $(or $(SEED),1)

bench: .venv/.ready ## what loading, fetching and a whole night cost, against their targets (an hour, on a quiet machine)
	@failed=; for part in xml formats peer zgw land night dags; do \
		$(BIN)/python -m bench $$part || failed="$$failed $$part"; \
	done; [ -z "$$failed" ] || { echo "off target or failed:$$failed"; exit 1; }

lock: .venv/.ready ## pin what pyproject.toml asks for anew
	@$(BIN)/uv pip compile pyproject.toml --extra demo --extra test --universal --python-version 3.11 \
		--generate-hashes --no-annotate --no-header --quiet --output-file requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --constraint requirements.lock --universal --python-version 3.11 \
		--generate-hashes --no-annotate --no-header --quiet --output-file deploy/requirements.lock
	@$(BIN)/uv pip compile bench/peer.in --universal --python-version 3.11 \
		--generate-hashes --no-annotate --no-header --quiet --output-file bench/peer.lock

# A command that has nothing to do where nothing was ever set up.
if_ready = if [ -e .venv/.ready ]; then $(1); else echo "nothing was set up here yet: make demo"; fi

.venv/.ready: requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || \
		{ echo "$(PYTHON) is not found: install Python 3.11 or newer, or say make PYTHON=/path/to/python3 ..."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed, $(PYTHON) is `$(PYTHON) -V 2>&1`: say make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "$(PYTHON) lacks venv: install python3-venv, or say make PYTHON=/path/to/another/python3 ..."; exit 1; }
	@echo "making the environment in .venv (the first time this takes a minute)"
	@$(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@awk '/^uv==/ {on = 1} on {print} on && !/\\$$/ {exit}' requirements.lock > .venv/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.txt
	@VIRTUAL_ENV="$(CURDIR)/.venv" $(BIN)/uv pip install --quiet --compile-bytecode --system-certs \
		--require-hashes -r requirements.lock 2> .venv/uv.log || \
		{ echo "uv cannot install here (see .venv/uv.log); pip goes on, more slowly"; \
		  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
