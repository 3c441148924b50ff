# Two commands on a fresh machine with Python 3.11+ and make: `make compare`, `make test`.
PYTHON ?= python3
BIN    := .venv/bin
STUDY  ?= examples/studies/routes_human_l45.yaml
OUT    ?= results/routes_human_l45
LANG_  ?= en

export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1

.PHONY: setup compare test lint bench lock clean

setup: .venv/.ready

.venv/.ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "pulposus needs Python 3.11 or newer (found %d.%d); set PYTHON=..." % sys.version_info[:2])'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

compare: setup
	$(BIN)/pulposus compare $(STUDY) --out $(OUT) --lang $(LANG_)

test: setup lint
	$(BIN)/python -m pytest -n 2 -q

lint: setup
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup
	$(BIN)/python benchmarks/run.py

# Pins without any registry address; needs `pip install uv` once.
lock:
	uv pip compile --universal --generate-hashes --extra dev --python-version 3.11 --no-header --no-annotate pyproject.toml -o requirements.lock

clean:
	rm -rf .venv results
