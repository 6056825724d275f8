#!/usr/bin/env bash
# Runs every fuzz test of the module for FUZZTIME each (default 20s); FUZZ=regexp chooses some.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
need_go

found=0
for package in $(go list ./...); do
	for name in $(go test -list "${FUZZ:-^Fuzz}" "$package" | grep '^Fuzz' || true); do
		note "$package $name"
		go test -run '^$' -fuzz "^$name\$" -fuzztime "${FUZZTIME:-20s}" "$package"
		found=$((found + 1))
	done
done
note "fuzzed $found tests"
