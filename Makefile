# Offrecord: `make demo` shows what it does, `make test` proves it; `make help` lists the rest.
# The first Python here that is new enough; another one: make setup PYTHON=python3.12
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
    $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
DEMO := demo
EVAL ?=
# Per cent of the lines that some test runs, without the benches: 97.4 and 98.8 on the whole suite, 2026-11-29.
PACKAGE_FLOOR := 96
TESTS_FLOOR := 98
# Tests wait for as long as they compute (kills, servers, a browser): two more than there are cores keep these busy.
TESTERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 2)
# Containers often forbid Python to keep byte code. Each process of a test would then compile all that it imports anew:
# 2.4 s of processor time in place of 1.2 for a night, 17 in place of 7 to collect the tests. So it is kept, but in build/.
ifdef PYTHONDONTWRITEBYTECODE
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(CURDIR)/build/bytecode
endif
PREPARE = @$(or $(PYTHON),false) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
    || { echo "Python 3.11 or later is needed: make setup PYTHON=python3.12"; exit 4; }; $(PYTHON) .ci/prepare.py

.DEFAULT_GOAL := help
.PHONY: help setup browser demo test coverage check bench bench-detect bench-tag bench-hearing bench-voices bench-faces bench-secrecy check-exports sample models screenshots lock clean

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

setup: ## virtual environment from the lock file, ffmpeg and tesseract, the recognition model
	$(PREPARE) environment ffmpeg tesseract models

browser: ## what the tests of the review app, of PostgreSQL and of object storage need beside
	$(PREPARE) browser provider postgresql object_storage

demo: setup ## take in sample_media/, redact it, export the requests
	@$(BIN)/python sample_media/demo.py $(DEMO)

test: setup browser ## the whole test suite
	$(BIN)/pytest -n $(TESTERS) --dist loadfile --no-loadscope-reorder

coverage: setup browser ## the whole test suite, and how many lines no test runs (a quarter slower than test)
	$(BIN)/pytest -n $(TESTERS) --dist loadfile --no-loadscope-reorder --cov --cov-report=
	$(BIN)/coverage report --include "tests/*" --omit "tests/benchmarks/*,tests/web/screenshots.py" --skip-covered --show-missing --fail-under=$(TESTS_FLOOR)
	$(BIN)/coverage report --include "pipeline/*" --skip-covered --show-missing --fail-under=$(PACKAGE_FLOOR)

check: setup ## format, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: setup ## print the figures of docs/figures.md; EVAL=FOLDER for real speech too
	$(BIN)/python -m tests.benchmarks

bench-detect: setup ## measure detection on a folder of marked sets: make bench-detect EVAL=FOLDER
	@[ -n "$(EVAL)" ] || { echo "Say which folder of sets: make bench-detect EVAL=FOLDER"; exit 2; }
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks.detection $(EVAL)

bench-tag: setup ## measure tagging and grouping on a folder of marked sets: make bench-tag EVAL=FOLDER
	@[ -n "$(EVAL)" ] || { echo "Say which folder of sets: make bench-tag EVAL=FOLDER"; exit 2; }
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks.tagging $(EVAL)
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks requests

bench-hearing: setup ## word errors, seconds that leak and seconds too many (minutes): make bench-hearing [EVAL=FOLDER]
	$(BIN)/python -m tests.benchmarks.recognition $(EVAL)
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks hearing

check-exports: setup ## open every export with LibreOffice, pandas and csvclean, as far as they are installed
	$(BIN)/python -m tests.export.open_with

bench-voices: setup ## how voices of mixed sound are told apart (minutes): make bench-voices [EVAL=FOLDER]
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks.voices $(EVAL)

bench-faces: setup ## how well faces are found and covered (minutes; needs scikit-image): make bench-faces [EVAL=FOLDER of portraits]
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks.faces $(EVAL)

bench-secrecy: setup ## what is said to be secret, found and invented (minutes): make bench-secrecy [EVAL=FOLDER of marked sets]
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks.secrecy $(EVAL)

sample: setup ## make sample_media/ again (needs flite and espeak-ng)
	$(BIN)/python sample_media/make.py

models: setup ## train the bundled models again (needs what models/*/requirements-train.txt lists)
	$(BIN)/python models/g2p/train.py
	$(BIN)/python models/names/train.py
	$(BIN)/python models/requests/train.py
	$(BIN)/python models/objections/train.py
	$(BIN)/python models/secrets/train.py

screenshots: setup browser ## take the pictures of the pages in docs/ again
	$(BIN)/python -m tests.web.screenshots docs/screenshots

lock: ## pin the requirements again, with digests and without addresses (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --custom-compile-command "make lock" --output-file requirements.lock
	uv pip compile tests/swift/requirements.in --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --custom-compile-command "make lock" --output-file tests/swift/requirements.lock

clean: ## remove what was made here, but not the environment
	rm -rf $(DEMO) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .coverage.*
