# Huiying. Needs Python 3.11 or newer and make, nothing else.
#   make run    the whole system on this machine, at http://127.0.0.1:8000
#   make test   the test suite
#   make check  format, lint, types, import floors, migrations, translations, API schema

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
PYTEST_ARGS ?=
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
RUN_STAMP := .venv/run.stamp
DEV_STAMP := .venv/dev.stamp

.DEFAULT_GOAL := help
.PHONY: help run test check format bench messages lock clean

help:
	@sed -n '2,4s/^# *//p' Makefile

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Huiying needs Python 3.11 or newer; try: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -m venv .venv

$(RUN_STAMP): requirements.lock | .venv/bin/python
	@echo "Installing the packages of $< into .venv ..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r $<
	@touch $@

# The development lock holds everything the other one does, at the same versions.
$(DEV_STAMP): requirements-dev.lock | .venv/bin/python
	@echo "Installing the packages of $< into .venv ..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r $<
	@touch $@ $(RUN_STAMP)

run: $(RUN_STAMP)
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) seed
	@exec $(MANAGE) serve --host $(HOST) --port $(PORT)

test: $(DEV_STAMP)
	$(BIN)/python -m pytest $(PYTEST_ARGS)

check: $(DEV_STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(MANAGE) check --fail-level WARNING
	$(MANAGE) makemigrations --check --dry-run
	$(BIN)/python -m tests.translations
	$(MANAGE) spectacular --validate --fail-on-warn --file /dev/null

format: $(DEV_STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(DEV_STAMP)
	$(BIN)/python -m bench

# FILL may name JSON files ({"English text": "译文"}) that fill the gaps.
messages: $(DEV_STAMP)
	$(BIN)/python -m tests.translations --write $(if $(FILL),--fill $(FILL))

# Needs uv. Both locks hold hashes for every platform and name no registry.
UV ?= uv
LOCK := $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate
lock:
	$(LOCK) --output-file requirements.lock pyproject.toml
	$(LOCK) --output-file requirements-dev.lock --extra dev --constraint requirements.lock pyproject.toml

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
