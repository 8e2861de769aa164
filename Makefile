# Everything runs in .venv; no target needs an activated environment. Python
# 3.11 to 3.13, see requirements/.
#
#   make install   create or update .venv
#   make test      run the tests
#   make quick     run those of the arithmetic, within a minute
#   make lint      ruff and mypy
#   make demo      see tools/demo.py
#   make docs      build the documentation site, build/site/index.html
#   make bench     run all benchmarks of tools/benchmarks
#   make clean     remove what the other targets made, .venv included
#
# PYTHON=...       interpreter that creates .venv
# PYTEST_ARGS=...  replaces the arguments given to pytest
# BENCH_ARGS=...   arguments of tools/benchmarks/all.py, such as --quick

PYTHON ?= $(shell for p in python3.11 python3.13 python3.12 python3; do \
	$$p -c '' 2>/dev/null && echo $$p && break; done)
PYTEST_ARGS ?= -n 2 --dist loadfile

QUICK := tests/test_architecture.py tests/test_structures tests/test_codecs \
	tests/test_models/test_losses tests/test_datasets/test_transforms \
	tests/test_tracking

BIN := .venv/bin
LOCK := requirements/dev.lock.txt
NODEPS := requirements/dev.nodeps.txt
PIP := $(BIN)/python -m pip --disable-pip-version-check

# An editable install copies these into the installed package, for mim.
SNAPSHOT := $(shell find configs tools higherhrnet_plugin/.mim \
	-name __pycache__ -prune -o -print)

.PHONY: install test quick lint demo docs bench clean

install: .venv/.package-stamp

.venv/.dependencies-stamp: $(LOCK) $(NODEPS)
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) install --quiet --requirement $(LOCK)
	$(PIP) install --quiet --no-deps --requirement $(NODEPS)
	touch $@

.venv/.package-stamp: .venv/.dependencies-stamp pyproject.toml \
		higherhrnet_plugin/version.py $(SNAPSHOT)
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	touch $@

test: install
	$(BIN)/python -m pytest $(PYTEST_ARGS)

quick: install
	$(BIN)/python -m pytest $(PYTEST_ARGS) -m 'not slow' $(QUICK)

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

demo: install
	$(BIN)/higherhrnet demo
	@echo 'Before commands of your own: . .venv/bin/activate'

.venv/.docs-stamp: .venv/.dependencies-stamp requirements/docs.lock.txt
	$(PIP) install --quiet --requirement requirements/docs.lock.txt
	touch $@

docs: install .venv/.docs-stamp
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet
	@echo 'Built build/site/index.html'

bench: install
	$(BIN)/python tools/benchmarks/all.py $(BENCH_ARGS)

clean:
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
