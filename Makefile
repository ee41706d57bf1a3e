# Offrecord: `make demo` shows what it does, `make test` proves it; `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEMO := demo
EVAL ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench bench-detect bench-hearing sample models lock clean ffmpeg tesseract

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

setup: $(READY) ffmpeg tesseract ## virtual environment from the lock file, ffmpeg and tesseract

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: make setup PYTHON=python3.12"; exit 4; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement requirements.lock
	$(BIN)/pip check --quiet 2>/dev/null || $(BIN)/pip check
	$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $(READY)

ffmpeg:
	@if command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null; then :; \
	elif command -v apt-get >/dev/null; then \
	    as_root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	    $$as_root apt-get update -qq && $$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq ffmpeg; \
	elif command -v dnf >/dev/null; then echo "ffmpeg is missing: sudo dnf install ffmpeg-free"; exit 4; \
	elif command -v brew >/dev/null; then echo "ffmpeg is missing: brew install ffmpeg"; exit 4; \
	else echo "ffmpeg is missing: install ffmpeg and ffprobe, then try again"; exit 4; fi

# Without it everything works but pictures, which are left out where nothing could read them.
tesseract:
	@command -v tesseract >/dev/null || { command -v apt-get >/dev/null && \
	    as_root=$$([ "$$(id -u)" = 0 ] || echo sudo) && \
	    $$as_root apt-get update -qq && $$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq tesseract-ocr; } \
	    || echo "tesseract is missing: pictures are left out until it is installed (dnf or brew install tesseract)"

demo: setup ## take in sample_media/, redact it, export the requests
	@rm -rf $(DEMO)
	@$(BIN)/offrecord init $(DEMO)
	@cp sample_media/terms.toml $(DEMO)/terms.toml
	@$(BIN)/offrecord consent import sample_media/consent.csv --form sample_media/consent-form.toml --workspace $(DEMO)
	@$(BIN)/offrecord consent import sample_media/withdrawals.csv --form sample_media/withdrawal-form.toml --workspace $(DEMO)
	@OFFRECORD_RUN__SETTLE_S=0 $(BIN)/offrecord run sample_media/sessions --workspace $(DEMO); \
	    code=$$?; [ $$code = 0 ] || [ $$code = 3 ] || exit $$code
	@echo; echo "What waits for a reviewer:"
	@$(BIN)/offrecord review list --workspace $(DEMO)

test: setup ## the whole test suite
	$(BIN)/pytest -n auto --dist loadfile

check: setup ## format, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: setup ## print the figures that the README claims
	$(BIN)/python -m tests.benchmarks

bench-detect: setup ## measure detection on a folder of marked sets: make bench-detect EVAL=FOLDER
	@[ -n "$(EVAL)" ] || { echo "Say which folder of sets: make bench-detect EVAL=FOLDER"; exit 2; }
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks.detection $(EVAL)

bench-hearing: setup ## word errors, seconds that leak and seconds too many (minutes): make bench-hearing [EVAL=FOLDER]
	$(BIN)/python -m tests.benchmarks.recognition $(EVAL)
	$(BIN)/python -m tests.benchmarks hearing

sample: setup ## make sample_media/ again (needs flite and espeak-ng)
	$(BIN)/python sample_media/make.py

models: setup ## train the bundled models again (needs what models/*/requirements-train.txt lists)
	$(BIN)/python models/g2p/train.py
	$(BIN)/python models/names/train.py

lock: ## pin the requirements again, with digests and without addresses (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --custom-compile-command "make lock" --output-file requirements.lock

clean: ## remove what was made here, but not the environment
	rm -rf $(DEMO) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
