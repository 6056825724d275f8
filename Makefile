# Afterimage. `make` alone lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo development)
# Lists like these make a target old when one of its files changes, or a file comes or goes.
sources = $(shell find $(1) \( -name node_modules -o -name dist -o -name results \) -prune -o -type f -print 2>/dev/null)
RECORDER_FILES := $(call sources,recorder-js)
UI_FILES := $(call sources,ui)
GO_FILES := go.mod go.sum $(call sources,cmd replay feedback search internal migrations docs) $(filter %.go,$(RECORDER_FILES) $(UI_FILES))
PACKAGE_FILES := package.json package-lock.json .npmrc $(wildcard recorder-js/package.json ui/package.json e2e/package.json)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: bin/afterimage ## build bin/afterimage, one static binary with the recorder and the web app in it

.PHONY: web
web: recorder-js/dist/afterimage.js ui/dist/index.html ## build the recorder and the web app alone

.PHONY: run
run: build ## build, and serve with the demo shop on http://127.0.0.1:8080 (data in ./data)
	@exec bin/afterimage serve --demo

.PHONY: test
test: ## run all tests beside a private Postgres and S3 server; parts: scripts/test.sh go|web|e2e
	@scripts/test.sh

.PHONY: lint
lint: node_modules/.package-lock.json ## check style, types and arrows between packages
	@scripts/lint.sh

.PHONY: bench
bench: build ## measure code, sealing and playing (BENCH=name: code alone; RECORDINGS=files: on these)
	go test -run '^$$' -bench '$(or $(BENCH),.)' -benchmem ./...
ifndef BENCH
	bin/afterimage bench seal $(RECORDINGS)
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; set -x; \
	bin/afterimage bench play --keep "$$folder" $(RECORDINGS); \
	node e2e/bench-player.mjs "$$folder"
	@echo 'Figures to compare with are written down in docs/BENCHMARKS.md.'
endif

.PHONY: fuzz
fuzz: web ## run every fuzz test for FUZZTIME each (default 20s)
	@scripts/fuzz.sh

.PHONY: demo-sessions
demo-sessions: build ## record the sessions of the demo shop anew in a real browser
	npm run demo-sessions -w e2e

.PHONY: clean
clean: ## remove what was built; tools and node_modules stay
	rm -rf bin .cache/version
	find recorder-js/dist ui/dist -mindepth 1 -not -name .gitkeep -delete

# --- files -----------------------------------------------------------------

# npm writes this file last; it is missing or old where an install has to be done.
node_modules/.package-lock.json: $(PACKAGE_FILES)
	npm ci
	@touch $@

recorder-js/dist/afterimage.js: $(RECORDER_FILES) node_modules/.package-lock.json
	npm run build -w recorder-js
	@touch $@

ui/dist/index.html: $(UI_FILES) node_modules/.package-lock.json
	npm run build -w ui
	@touch $@

# Changes only when the version does.
.PHONY: always
.cache/version: always
	@mkdir -p .cache
	@echo '$(VERSION)' | cmp -s - $@ || echo '$(VERSION)' > $@

bin/afterimage: $(GO_FILES) recorder-js/dist/afterimage.js ui/dist/index.html .cache/version
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o $@ ./cmd/afterimage
	@touch $@
