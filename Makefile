# Everything sets itself up: python3 (3.11 or newer, with venv), make, git and a network are enough.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help demo test check bench setup setup-dev messages lock wheel clean

help: ## show what there is
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

demo: setup ## set up and serve the demo company (PORT=8000)
	@$(BIN)/tiji demo --port $(PORT)

test: setup-dev ## run every test on SQLite and PostgreSQL (ARGS="tests/kernel -k cash")
	@$(PYTHON) tools/system.py test
	@$(BIN)/python tools/test.py $(ARGS)

check: setup-dev ## style, types, import rules, migrations, translations, deployment settings
	@$(PYTHON) tools/system.py check
	@$(BIN)/python tools/check.py $(ARGS)

bench: setup-dev ## run the benchmarks at small sizes
	@$(BIN)/python tools/bench.py $(ARGS)

setup: ## packages, front-end files and translations for `make demo`
	@$(PYTHON) tools/setup.py

setup-dev: ## and those for tests and checks
	@$(PYTHON) tools/setup.py --dev

messages: setup-dev ## bring the translation files up to date with the texts
	@$(PYTHON) tools/system.py check
	@$(BIN)/python tools/messages.py --update $(ARGS)

lock: setup-dev ## rewrite the pinned requirement files (ARGS=--upgrade)
	@$(BIN)/python tools/lock.py $(ARGS)

wheel: setup ## build the wheel into dist/
	@$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

clean: ## remove what was made, keep var/ with its data
	rm -rf .venv .cache build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	rm -rf src/tiji/ui/static/vendor src/tiji/apps/customers/data/vendor
	find src -name '*.mo' -delete
