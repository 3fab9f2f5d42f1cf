# Two commands matter: `make up` runs everything, `make test` checks everything. `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
STACK := node stack/main.ts
# Examples: make up DETACH=1; make logs S=ledger; make up MODE=native|docker; make up DEMO=1
S ?=
DETACH ?=
MODE ?=
DEMO ?=

.PHONY: help
help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | column -t -s $$'\t'

.PHONY: install
install: node-modules ## Install npm packages and build the components this machine lacks (cached)
	@$(STACK) install

.PHONY: up
up: node-modules ## Start everything and print the URLs; Ctrl-C stops it (DETACH=1 returns, MODE=docker|native decides, DEMO=1 loads a week of history)
	@$(STACK) up $(if $(DETACH),--detach) $(if $(DEMO),--demo) $(if $(MODE),--mode $(MODE))

.PHONY: down
down: node-modules ## Stop everything
	@$(STACK) down

.PHONY: status
status: node-modules ## State, process, restarts and URL of each service
	@$(STACK) status

.PHONY: logs
logs: node-modules ## Follow the logs of all services, or of S=<service>
	@$(STACK) logs $(S)

.PHONY: stop
stop: node-modules ## Stop one service, S=<service>, and keep it stopped: try an outage
	@$(STACK) stop $(S)

.PHONY: start
start: node-modules ## Start service S=<service> again
	@$(STACK) start $(S)

.PHONY: clean
clean: node-modules ## Stop everything and remove its data; keeps .env and the component cache
	@$(STACK) clean

.PHONY: test
test: install test-packages ## Everything a change must pass
	@node test/run.ts

.PHONY: check-dashboards
check-dashboards: install test-packages ## Draw every dashboard in a browser, both themes, two widths; on the running stack, else on one of its own with demo data
	@node grafana/viewer/check/main.ts

.PHONY: screenshots
screenshots: install test-packages ## Take the pictures of the documentation anew (docs/images), on the running stack, else on one of its own with demo data
	@node grafana/viewer/check/screenshots.ts

# make bench PEERS=1 SOAK=10 adds Phoenix and MLflow, and a soak of ten minutes; SETS="ingest overload" chooses; WRITE=1 keeps the tables
SETS ?= decode decode-memory ingest overload collector
PEERS ?=
SOAK ?=
WRITE ?=
.PHONY: bench
bench: install ## Measure the ledger against its limits (PEERS=1: against Phoenix and MLflow; SOAK=<minutes>; WRITE=1: into bench/RESULTS.md)
	@node bench/main.ts $(SETS) $(if $(SOAK),soak --minutes $(SOAK)) $(if $(PEERS),peers) $(if $(WRITE),--write)

# make drill ONLY=neo4j-stopped,redis-stopped
ONLY ?=
.PHONY: drill
drill: install test-packages ## Inject each fault into a stack of its own: exactly its alert is mailed, in time, and its end too (ONLY=names; 12 min)
	@node test/drill/main.ts $(if $(ONLY),--only $(ONLY))

# make chaos CYCLES=200 SEED=1; make chaos SEED=1 ONLY=17 runs its seventeenth cycle alone
CYCLES ?= 200
SEED ?= 1
ONLY ?=
.PHONY: chaos
chaos: install ## Kill and cut everything around the ledger, CYCLES times, and count every row (long)
	@node test/chaos/main.ts --cycles $(CYCLES) --seed $(SEED) $(if $(ONLY),--only $(ONLY))

.PHONY: mutants
mutants: install ## Build deliberate defects into the ledger and see each one caught (long)
	@node test/chaos/mutants/main.ts

.PHONY: fuzz
fuzz: install ## A million mutated requests through the decoder, beside protobufjs (long)
	@npm run --silent fuzz

.PHONY: postgres-versions
postgres-versions: install ## The database suites on PostgreSQL 15, 16 and 17 as well (long)
	@npm run --silent postgres-versions

.PHONY: compose-check
compose-check: install ## Run docker-compose.yml for real on an engine of its own (root only, minutes)
	@node stack/compose-check/main.ts

.PHONY: node-modules
node-modules:
	@node stack/npm-install.mjs .

# What tests use besides npm: a browser, Compose to check docker-compose.yml, Redis. Without root they skip what needs them.
TEST_PACKAGES := chromium docker-compose redis-server
.PHONY: test-packages
test-packages:
	@missing=; for package in $(TEST_PACKAGES); do command -v $$package >/dev/null || missing="$$missing $$package"; done; \
	[ -z "$$missing" ] || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; } || { echo "not installed:$$missing (tests that need it are skipped)"; exit 0; }; \
	[ -z "$$missing" ] || { echo "installing$$missing"; export DEBIAN_FRONTEND=noninteractive; \
	  { apt-get update -qq && apt-get install -y -qq --no-install-recommends $$missing; } >/dev/null 2>&1 \
	  || echo "could not install$$missing (tests that need it are skipped)"; }
