# What a person types. Each command brings what it needs; the work itself is written in Python.
.PHONY: run stop setup test test-long bench check

UV := .uv/bin/uv
PYTHON := .venv/bin/python
PYTEST := $(PYTHON) -m pytest -n logical --maxprocesses 8 --dist worksteal --durations 20
export UV_PYTHON_DOWNLOADS := never
export UV_COMPILE_BYTECODE := 1
# A company's own certificates are in the system's store, where there is one.
export UV_SYSTEM_CERTS := $(if $(wildcard /etc/ssl/certs/ca-certificates.crt),true,false)

run: .venv/run.stamp
	@exec $(PYTHON) -m inventory_site.embedded run

stop:
	@if [ -x $(PYTHON) ]; then exec $(PYTHON) -m inventory_site.embedded stop; fi

setup: .venv/dev.stamp

test: .venv/dev.stamp
	@.ci/chromium
	@$(PYTEST)

# With the tests that take minutes, and 50 times the examples.
test-long: .venv/dev.stamp
	@.ci/chromium
	@$(PYTEST) -m "" --hypothesis-profile long

# ONLY=name measures one of the figures.
bench: .venv/dev.stamp
	@$(PYTHON) -m tests.bench $(ONLY)

check: .venv/dev.stamp
	@.ci/check

# --inexact: what another command of this file installed stays.
.venv/run.stamp: uv.lock pyproject.toml | $(UV)
	@echo "Installing the packages of uv.lock..."
	@$(UV) sync --quiet --frozen --inexact --no-dev
	@touch $@

.venv/dev.stamp: uv.lock pyproject.toml | $(UV)
	@echo "Installing the packages of uv.lock..."
	@$(UV) sync --quiet --frozen --inexact
	@touch .venv/run.stamp $@

$(UV):
	@.ci/uv
