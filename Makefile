# Two commands do everything: `make run` folds the seeds, `make test` proves it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
HOME_DIR ?= newsfold-home

export PREFECT_SERVER_ANALYTICS_ENABLED := false
export DO_NOT_TRACK := 1

# pip compiles in one process, a third of the time of setting up; tests of other packages never run here.
COMPILE := $(BIN)/python -m compileall -q -q -j 0 -x '/tests?/' $(VENV)/lib || true
INSTALL := $(BIN)/pip install --disable-pip-version-check --quiet --no-deps

# One process more than there are processors, since many tests wait for servers, and four at most; the tests of a module
# stay together.
WORKERS := $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1); [ $$n -lt 4 ] && echo $$((n + 1)) || echo 4)
PYTEST := $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadgroup --no-loadscope-reorder

.PHONY: run setup test check test-fast laws bench bench-full bench-fold bench-clean bench-formats bench-way fuzz mutants profile lock sbom audit soak clean help

help:           ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 14

run: $(VENV)/.run   ## set up and fold seeds/ into newsfold-home/
	$(BIN)/newsfold ingest seeds/inbox --home $(HOME_DIR)
	$(BIN)/newsfold stories --home $(HOME_DIR)
	@echo "read them in a browser: $(BIN)/newsfold web --home $(HOME_DIR)"

setup: $(VENV)/.dev   ## install everything, tools for development included

test: check     ## lint, types, import rules and all tests
	$(PYTEST)

test-fast: $(VENV)/.dev   ## the tests that take seconds
	$(PYTEST) -m "not slow"

laws: $(VENV)/.dev   ## try other examples for every law than `make test` does
	$(PYTEST) -m "hypothesis and not slow" --hypothesis-profile search

check: $(VENV)/.dev   ## lint, format, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fuzz: $(VENV)/.dev   ## throw broken input at every reader and at cleaning for a minute
	$(BIN)/python -m tests.fuzz --seconds 30
	$(BIN)/python -m tests.fuzz --seconds 30 --cleaning

mutants: $(VENV)/.dev   ## break the modules that decide most, one line at a time, and report what no test notices
	$(BIN)/python -m tests.mutation

# What newsfold is measured against and does not depend on, in a folder of its own.
RIVALS := .benchmarks/rivals
$(RIVALS)/.done: | $(VENV)/.dev
	$(BIN)/pip install --disable-pip-version-check --quiet --no-deps --target $(RIVALS) \
	  readability-lxml newspaper4k goose3 pyahocorasick jieba justext rensa gaoya datatrove news-please \
	  beautifulsoup4 brotli chardet cssselect filelock idna joblib lxml_html_clean nltk pillow pyyaml requests requests_file \
	  sgmllib3k soupsieve tldextract w3lib \
	  defusedxml humanize langdetect loguru python-dateutil six \
	  dill fsspec hf_xet httpcore2 httpx2 huggingface_hub multiprocess tokenizers truststore
	touch $@

bench-fold: $(VENV)/.dev $(RIVALS)/.done   ## measure folding beside its baselines
	$(BIN)/python -m benchmarks.fold_stories
	$(BIN)/python -m benchmarks.forms
	$(BIN)/python -m benchmarks.threads
	$(BIN)/python -m benchmarks.copies --rivals $(RIVALS) --texts 5000

bench-clean: $(VENV)/.dev $(RIVALS)/.done   ## measure cleaning beside its peers
	$(BIN)/python -m benchmarks.clean_pages --rivals $(RIVALS)
	$(BIN)/python -m benchmarks.clean_text --rivals $(RIVALS)

bench-formats: $(VENV)/.dev   ## measure what arrives of generated files of every format
	$(BIN)/python -m benchmarks.formats

bench-way: $(VENV)/.dev   ## measure the whole way, sharing among processes, and starting
	$(BIN)/python -m benchmarks.whole_way --articles 1000 5000
	$(BIN)/python -m benchmarks.whole_way --articles 500 --format html --name pages
	$(BIN)/python -m benchmarks.sharing --articles 4000
	$(BIN)/python -m benchmarks.starting --times 2
	$(BIN)/python -m benchmarks.queries
	$(BIN)/python -m benchmarks.pages

bench: bench-fold bench-clean bench-formats bench-way   ## every benchmark, the short version, and what became slower
	$(BIN)/python -m benchmarks.compare

profile: $(VENV)/.dev   ## where the time of the standard loads goes, by step and by function
	$(BIN)/python -m benchmarks.profile

bench-full: $(VENV)/.dev $(RIVALS)/.done   ## the long version: hours
	$(BIN)/python -m benchmarks.copies --rivals $(RIVALS) --texts 5000 25000 100000
	$(BIN)/python -m benchmarks.whole_way --articles 100000 1000000 --more 10000 10 --name long
	$(BIN)/python -m benchmarks.whole_way --articles 5000 --format html --name "many pages"
	$(BIN)/python -m benchmarks.sharing --pages 1500 --articles 12000 --real
	$(BIN)/python -m benchmarks.whole_way --megabytes 1024 4096 --name memory
	$(BIN)/python -m benchmarks.queries --articles 1000000
	$(BIN)/python -m benchmarks.pages --articles 1000000

# UPGRADE=--upgrade takes the newest of everything, UPGRADE="-P prefect" of one package: then `make test` is the judge.
UPGRADE ?=
lock:           ## make the requirements files again from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate -q $(UPGRADE) -o requirements.txt
	uv pip compile pyproject.toml --group build --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate -q $(UPGRADE) -c requirements.txt -o requirements-dev.txt
	echo pip | uv pip compile - --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate -q $(UPGRADE) -o requirements-pip.txt

sbom:           ## list every locked package as CycloneDX in sbom.json (needs uv)
	uvx -q --from cyclonedx-bom cyclonedx-py requirements requirements.txt -o sbom.json

audit:          ## look the locked packages up among known vulnerabilities (needs uv, and asks pypi.org)
	uvx -q pip-audit --disable-pip --require-hashes -r requirements.txt

soak: $(VENV)/.dev   ## run the schedule for two hours under a stream of news, with readers, kills and a full disk
	$(BIN)/python -m benchmarks.soak --minutes 120

clean:          ## remove what the targets made, the warehouse excepted
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The lock file is complete, so pip resolves nothing (--no-deps) and accepts nothing without its hash. The pip of Python
# 3.11 takes twice as long: it compares every file of an index with every tag of the platform.
$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("newsfold needs Python 3.11 or newer, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) --require-hashes -r requirements-pip.txt || echo "going on with the pip that came with Python"

$(VENV)/.run: requirements.txt pyproject.toml | $(VENV)/bin/python
	$(INSTALL) --no-compile --require-hashes -r requirements.txt
	$(COMPILE)
	$(INSTALL) --no-build-isolation -e .
	touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	$(INSTALL) --no-compile --require-hashes -r requirements-dev.txt
	$(COMPILE)
	touch $@
