# Everything runs in .venv, made from hash locks; Python 3.11 or newer is all it needs.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
MAKEFLAGS += --no-print-directory

.PHONY: setup demo test lint types sync audit bench eval prove fuzz soak lock clean

setup: .venv/dev.stamp

# Output goes to stderr and stdin stays untouched: `echo "a question" | make demo` prints the answer.
.venv/demo.stamp: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Andon needs Python 3.11+; name one: make PYTHON=…")'
	@echo "Setting up .venv …" >&2
	@$(PYTHON) -m venv .venv </dev/null >&2
	@$(PIP) --require-hashes -r requirements.lock </dev/null >&2
	@$(PIP) --no-deps --no-build-isolation -e . </dev/null >&2
	@touch $@

.venv/dev.stamp: requirements-dev.lock .venv/demo.stamp
	@$(PIP) --require-hashes -r requirements-dev.lock </dev/null >&2
	@touch $@

demo: .venv/demo.stamp
	@$(BIN)/andon demo

# One process per core; what shares a plant or a database stays in one process. Where one dies, the
# run ends: pytest-xdist 3.8 would replace it, and by file it then waits for ever (its issue 1378).
test: setup
	@$(BIN)/python -m pytest -n auto --dist loadfile --max-worker-restart 0

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

types: setup
	@$(BIN)/mypy

sync: setup
	@$(BIN)/python -m bot sync

bench: setup
	@$(BIN)/python -m benchmarks

# Labelled questions through the model that .env configures, or the planner: docs/evaluation.md.
eval: setup
	@$(BIN)/python -m tests.evaluation --wrong

# Known holes in the locked packages. Needs pip-audit and the public advisories; says where not.
audit: setup
	@$(BIN)/python -m tests.audit

# The long proofs, and every property test with 2,000 examples where it does not set its own.
prove: setup
	@HYPOTHESIS_PROFILE=prove $(BIN)/python -m pytest -o faulthandler_timeout=0 \
		-m "prove or hypothesis"

# Whatever may come from outside, each edge in turn with ever new examples: docs/soak.md.
fuzz: MINUTES ?= 60
fuzz: setup
	@$(BIN)/python -m tests.fuzz $(MINUTES)

# The whole bot at a steady load on this machine, and what it holds; the figures go to docs/soak.md.
soak: MINUTES ?= 30
soak: RATE ?= 20
soak: setup
	@$(BIN)/python -m benchmarks.soak $(MINUTES) $(RATE)

# Only whoever changes a dependency needs uv; --universal covers every system and Python at once.
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-config --no-annotate --custom-compile-command "make lock" --group build \
	--extra pictures --extra slack --extra teams pyproject.toml
# Supabase's client, which the last one has, knows no newer websockets.
lock:
	$(LOCK) -o requirements.lock
	echo 'websockets<16' | $(LOCK) --extra model --extra memory -c requirements.lock -c /dev/stdin \
		-o requirements-model.lock
	$(LOCK) --extra postgres --extra mssql --extra supabase --extra files -c requirements-model.lock \
		-o requirements-databases.lock
	$(LOCK) --extra model --extra memory --extra supabase --group dev -c requirements-model.lock \
		-o requirements-dev.lock

clean:
	rm -rf .venv .andon .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache dist
