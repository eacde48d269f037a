# Everything a newcomer needs: `make demo` shows the main job, `make test` proves it.
# Set-up happens by itself, once; data and logs live under .kept/.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
FORCES ?=
MINUTES ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint requirements lock clean

help: ## List these targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: $(STAMP) ## Install everything (once, about a minute); nothing is started

demo: $(STAMP) ## Watch case changes of seven forces become messages (ONCE=1: once, with a summary)
	@$(BIN)/kept demo $(if $(ONCE),--once) $(if $(FORCES),--forces $(FORCES)) $(if $(MINUTES),--minutes $(MINUTES))

test: $(STAMP) ## Format, lint, types, import rules, dbt build, SQL lint and all tests
	@$(BIN)/python -m tests.gate

requirements: $(STAMP) ## Which requirements are shown by passing tests (after make test)
	@$(BIN)/python -m tests.print_requirements

lock: $(STAMP) ## Resolve the dependencies anew into requirements.lock
	@$(BIN)/uv pip compile --quiet --python-version 3.11 --universal --generate-hashes \
		--no-emit-index-url --no-emit-find-links --extra dev --upgrade pyproject.toml -o requirements.lock

clean: ## Stop what runs here and remove what set-up, demo and tests made
	@if [ -x $(BIN)/kept ]; then $(BIN)/kept down || true; fi
	rm -rf $(VENV) .kept dbt_project/target *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(STAMP): requirements.lock requirements-setup.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
		{ echo "Python 3.11 is needed; say where it is: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@echo "Installing the locked dependencies into $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-setup.lock
	@# uv is many times faster, but pip knows every way in which a machine may reach its index.
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock \
		|| $(BIN)/pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation --config-settings editable_mode=compat --editable .
	@$(BIN)/kept prepare
	@touch $(STAMP)
