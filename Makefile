# `make test` runs everything, as continuous integration does; `make help` lists the rest.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# The steps of a run share the machine's processors; side by side they would only disturb each other.
.NOTPARALLEL:

# Empty it for a quicker run: make unit RACE=
RACE ?= -race
# The packages that unit and bench look at.
PACKAGES ?= ./...
# For each fuzz target.
FUZZTIME ?= 60s
# Property tests draw from this seed, so that the same code gives the same result; 0 draws anew each time.
SEED ?= 1
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
# What writes the generated files anew. Its test, without -update, fails when one is stale.
GENERATE ?= go test ./cmd/hirebot -run 'TestGenerated|TestEverythingIsDrawn' -count=1 -update

# The version is given to the linker; git, which may distrust a directory of another owner, is not asked.
export GOFLAGS := $(GOFLAGS) -buildvcs=false

# Built once for each version of the linter and of Go, with the modules of tools/go.mod.
LINTER := .cache/bin/golangci-lint-$(shell go -C tools list -m -f '{{.Version}}' github.com/golangci/golangci-lint/v2)-$(shell go env GOVERSION)
export GOLANGCI_LINT_CACHE := $(CURDIR)/.cache/golangci-lint

.PHONY: help
help: ## Say what can be made
	@grep -hE '^[a-z-]+:.* ## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z-]+):.* ## /\1\t/' | expand -t 12

.PHONY: test
# Here a suite whose database or browser is missing fails instead of being skipped.
test: export HIREBOT_TEST_REQUIRE := 1
test: setup lint unit ## Everything: installs what is missing, then lint, unit, both databases, browser
	@echo "== test: lint and unit tests on SQLite and Postgres and in the browser ($(if $(RACE),with,without) the race detector) passed"

.PHONY: setup
setup: ## Install what the tests need and this machine lacks
	@echo "== setup"
	scripts/setup.sh

.PHONY: lint
lint: $(LINTER) ## Lint the code and check its formatting
	@echo "== lint"
	$(LINTER) run ./...

.PHONY: format
format: $(LINTER) ## Format the code
	$(LINTER) fmt ./...

$(LINTER): tools/go.mod tools/go.sum
	@echo "== building the linter, once: this takes some minutes"
	go -C tools build -o ../$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	@touch $@

.PHONY: unit
unit: ## Run all Go tests: unit, both databases, browser
	@echo "== unit, databases, browser"
	scripts/unit.sh $(SEED) $(RACE) $(PACKAGES)

# What explores at random stays out of `make test`, whose result depends on the code alone. What it has
# found stays in: the inputs under testdata/fuzz are run by `make unit`.
.PHONY: fuzz
fuzz: ## Look for new faults: property tests from a new seed, then each fuzz target for FUZZTIME
	@echo "== fuzz"
	scripts/unit.sh 0 $(PACKAGES)
	scripts/fuzz.sh $(FUZZTIME)

.PHONY: bench
bench: ## Run the benchmarks
	go test -run '^$$' -bench . -benchmem $(PACKAGES)

.PHONY: generate
generate: ## Write the generated files anew
	$(GENERATE)

.PHONY: build
build: ## Build a static binary, bin/hirebot
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/hirebot ./cmd/hirebot

.PHONY: demo run
demo run: ## Try the bot in the browser, with the sample company
	go run ./cmd/hirebot demo
