# Needs Python 3.11 or newer and make; everything else lands in .venv.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/

PIP_INSTALL := $(RUN)python -m pip install --quiet --no-input --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help .venv run demo test lint schema lock pages clean

help: ## What can be made
	@awk -F ':.*## ' '/^[.a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.venv: $(VENV)/.installed ## The virtual environment, exactly as requirements.lock says

# Cleared rather than upgraded: a package that left the lock must not stay importable.
# Built from the base interpreter, so that it also works from inside the environment it replaces.
# The lock is whole, so nothing is resolved: a resolver may look at a newer release first, and refuse it for want of a hash.
$(VENV)/.dependencies: requirements.lock
	@command -v $(PYTHON) >/dev/null || { \
	  echo "Chartroom needs Python 3.11 or newer, and '$(PYTHON)' is not there. Install python3, or say which: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Chartroom needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Say which to take: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$$($(PYTHON) --version 2>&1) came without venv; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing the locked packages into $(VENV) (once; a minute or so)"
	@base=$$($(PYTHON) -c 'import sys; print(getattr(sys, "_base_executable", "") or sys.executable)') && \
	  "$$base" -m venv --clear $(VENV)
	@$(PIP_INSTALL) --require-hashes --no-deps -r requirements.lock
	@touch $@

# Without isolation: the build backend is in the lock too, so nothing unlocked is ever fetched.
$(VENV)/.installed: $(VENV)/.dependencies pyproject.toml
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@$(RUN)python -m compileall -q app migrations  # else the first start does it, or each where nothing may be written
	@touch $@

run: .venv pages ## Chartroom at http://127.0.0.1:8000, data in .chartroom/
	@if [ -z "$${CHARTROOM_ALLOWED_PRIVATE_NETWORKS+set}" ]; then \
	  export CHARTROOM_ALLOWED_PRIVATE_NETWORKS=127.0.0.0/8,::1/128; \
	  echo "Registries on this machine are allowed (CHARTROOM_ALLOWED_PRIVATE_NETWORKS=$$CHARTROOM_ALLOWED_PRIVATE_NETWORKS); a server allows none by default."; \
	fi; \
	export CHARTROOM_DATA_DIR="$${CHARTROOM_DATA_DIR:-.chartroom}"; \
	exec $(RUN)chartroom serve --first-run

demo: .venv ## Chartroom beside a small registry of sample charts, for those who have none at hand
	@exec $(RUN)python -m demo

test: .venv ## Every test; what the machine lacks is said at the end
	@$(RUN)python -m pytest

lint: .venv ## Style, types and layers
	@$(RUN)ruff check .
	@$(RUN)ruff format --check .
	@$(RUN)mypy
	@$(RUN)lint-imports

schema: .venv ## schema.graphql, printed fresh
	@$(RUN)chartroom schema > .schema.graphql.new && mv .schema.graphql.new schema.graphql

# Pins stay where they can; `make lock LOCK_FLAGS=--upgrade` moves them all.
LOCK := uv pip compile pyproject.toml --quiet --universal --generate-hashes --python-version 3.11 $(LOCK_FLAGS)
lock: ## Both lock files from pyproject.toml (the only target that needs uv)
	@$(LOCK) --group dev -o requirements.lock
	@$(LOCK) --extra verify --constraint requirements.lock -o requirements.runtime.lock

# Skipped where nothing changed since the last build; Vite itself clears the folder first.
PAGES := app/pages_built/index.html
PAGE_SOURCES := $(shell find frontend-stub -path frontend-stub/node_modules -prune -o -type f -print 2>/dev/null)

pages: ## The frontend and the playground, where Node is there
	@if command -v npm >/dev/null; then $(MAKE) --silent --no-print-directory $(PAGES) || \
	  echo "The pages could not be built (npm says why above): Chartroom starts without them."; \
	else echo "Node is not there: Chartroom starts without its pages (docs/frontend.md)."; fi

$(PAGES): $(PAGE_SOURCES)
	@echo "Building the pages (once; a minute or so)"
	@cd frontend-stub && { test node_modules/.package-lock.json -nt package-lock.json || npm ci --silent; } \
	  && npm run --silent build

clean: ## Removes .venv and the tools' caches; data in .chartroom/ stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .schema.graphql.new
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
