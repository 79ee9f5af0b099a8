# make run: everything a fresh machine needs, then the chat page. make test: the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CATALOG ?= data/demo
SOURCES := app.py settings.py errors.py vocabulary catalog demo datasets encoders metrics composer retrieval guard \
  agent ui training evaluation docs
export OPENBLAS_NUM_THREADS ?= 2

.PHONY: run test lint format report numerics clean help

help:  ## what can be made
	@grep -hE '^[a-z-]+:.*##' Makefile | sed 's/:.*##/:/'

run: $(VENV)/run.stamp $(CATALOG)/info.json  ## set up and open the chat page
	$(BIN)/python app.py --catalog $(CATALOG)

test: $(VENV)/dev.stamp  ## run the tests; SLOW=1 adds the slow ones, COVERAGE=1 measures coverage and holds its floor
	$(BIN)/python -m pytest $(if $(SLOW),--slow) $(if $(COVERAGE),--cov --cov-report=term:skip-covered) $(ARGS)

lint: $(VENV)/dev.stamp  ## formatting, rules, types, spelling, dead code, complexity
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/codespell
	$(BIN)/vulture
	@worst=$$($(BIN)/radon cc --min D --show-complexity $(SOURCES)); \
	  [ -z "$$worst" ] || { echo "too complex (radon D or worse), split by meaning:"; echo "$$worst"; exit 1; }

format: $(VENV)/dev.stamp  ## format the code and apply safe fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

numerics: $(VENV)/dev.stamp  ## replay the recorded conversations under other numeric environments
	$(BIN)/python tests/numeric_environments.py $(ARGS)

report: $(VENV)/evaluation.stamp $(CATALOG)/info.json  ## run every benchmark
	$(BIN)/python -m evaluation report --catalog $(CATALOG)

$(CATALOG)/info.json: | $(VENV)/run.stamp
	$(BIN)/python -m catalog demo --out $(CATALOG)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed, $(PYTHON) is older: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --progress-bar on -r requirements.txt
	@touch $@

$(VENV)/evaluation.stamp: requirements-evaluation.txt $(VENV)/run.stamp
	$(BIN)/python -m pip install --progress-bar on -r requirements-evaluation.txt
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt requirements-milvus.txt requirements-evaluation.txt $(VENV)/run.stamp
	$(BIN)/python -m pip install --progress-bar on -r requirements-dev.txt
	@touch $@

clean:  ## remove the environment and the demo catalogue
	rm -rf $(VENV) data/demo
