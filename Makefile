# make demo          the product with believable data on http://127.0.0.1:8000
# make test          the whole suite, on SQLite and PostgreSQL
# make check         all that CI runs: lint, types, layers, dependencies, then the tests
# A machine needs Python 3.11 or newer and make; everything else goes into .venv.

BIN := .venv/bin
PORT := 8000
# a name that is new enough; PYTHON=... overrides
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
# uv does not read pip's configuration: pass on an index that was set up for pip, and where uv cannot get through
# (certificates of an office's own, say) let pip do it, more slowly
UV := index="$${UV_DEFAULT_INDEX:-$${PIP_INDEX_URL:-$$($(BIN)/python -m pip config get global.index-url 2>/dev/null)}}"; \
	$${index:+env UV_DEFAULT_INDEX="$$index"} $(BIN)/uv
install = $(UV) pip install --quiet --python $(BIN)/python $(1) || \
	{ echo "uv could not; trying pip"; $(BIN)/python -m pip install --quiet --disable-pip-version-check $(1); }
BUILT := pyproject.toml hatch_build.py frontend/package-lock.json frontend/icons.txt
CATALOGUES := $(wildcard cultivate/translations/*/LC_MESSAGES/*.po)
COMPILED := $(CATALOGUES:.po=.mo)

.PHONY: setup setup-dev demo test check lint types contract dependencies format browser look messages clean

setup: .venv/.setup $(COMPILED)
	@:

setup-dev: .venv/.setup-dev $(COMPILED)
	@:

.venv/bin/uv:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; name one with PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.5"

.venv/.setup: .venv/bin/uv requirements.lock $(BUILT)
	@echo "Installing what the product needs, and building its front end (the first time takes about a minute)"
	@$(call install,--require-hashes -r requirements.lock)
	@$(call install,--no-deps --editable .)
	@touch $@

.venv/.setup-dev: .venv/.setup requirements-dev.lock
	@echo "Installing what tests and checks need"
	@$(call install,--require-hashes -r requirements-dev.lock)
	@touch $@

%.mo: %.po | .venv/.setup
	$(BIN)/pybabel --quiet compile -i $< -o $@

demo: setup
	$(BIN)/cultivate demo --port $(PORT)

test: setup-dev
	$(BIN)/pytest -n 2 --dist worksteal $(PYTEST_ARGS)

# the tests come last, so that their closing line is the last that CI sees
check: lint types contract dependencies test

lint: setup-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/djlint --quiet --lint templates

types: setup-dev
	$(BIN)/mypy

contract: setup-dev
	$(BIN)/lint-imports --no-cache

dependencies: setup-dev
	$(BIN)/deptry .

format: setup-dev
	$(BIN)/ruff check --fix-only --quiet
	$(BIN)/ruff format

# Chromium and a Chinese font for the browser tests and pictures; Debian's packages, so it needs root
browser:
	@if command -v chromium >/dev/null && fc-list :lang=zh-cn | grep -q .; then \
		echo "Chromium and a Chinese font are here."; \
	elif [ "$$(id -u)" != 0 ]; then \
		echo "make browser installs the Debian packages chromium and fonts-noto-cjk: run it as root." >&2; exit 1; \
	else \
		apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fontconfig fonts-noto-cjk; \
	fi

# pictures of every page, as each role, in both languages and two widths, into look/
look: setup-dev browser
	$(BIN)/python -m tests.look

# collect messages from code and templates, bring the catalogues up to date, compile them
messages: setup
	$(BIN)/pybabel --quiet extract -F babel.cfg -k _l -k _n:1,2 -k N_ --no-location --sort-output --omit-header -o messages.pot .
	$(BIN)/pybabel --quiet update -i messages.pot -d cultivate/translations --no-fuzzy-matching --ignore-obsolete --no-wrap
	rm -f messages.pot
	$(BIN)/pybabel --quiet compile -d cultivate/translations

# newest versions that pyproject.toml allows, with hashes and without an index host's name
LOCK := pip compile --quiet --universal --upgrade --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate
.PHONY: lock
lock: .venv/bin/uv
	@$(UV) $(LOCK) pyproject.toml -o requirements.lock
	@$(UV) $(LOCK) --extra test --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

# the virtual environment and the data under instance/ stay
clean:
	rm -rf build dist look .pytest_cache .mypy_cache .ruff_cache .hypothesis cultivate/static/vendor $(COMPILED)
	rm -f .venv/.setup .venv/.setup-dev
	find cultivate jobs migrations tests -name __pycache__ -type d -exec rm -rf {} +
