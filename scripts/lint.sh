#!/usr/bin/env bash
# Checks style and types: golangci-lint (with gofmt and go vet), staticcheck, go mod tidy, shellcheck and tsc.
# All run, also where one has found something.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

GOLANGCI_VERSION=v2.15.0
STATICCHECK_VERSION=v0.8.2

need_go
need_node
command -v shellcheck >/dev/null || need_packages shellcheck
go_tool golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint "$GOLANGCI_VERSION"
go_tool staticcheck honnef.co/go/tools/cmd/staticcheck "$STATICCHECK_VERSION"

failed=()
check() {
	note "$1"
	shift
	"$@" || failed+=("$*")
}

check golangci-lint "$TOOLS/golangci-lint" run ./...
check staticcheck "$TOOLS/staticcheck" ./...
check 'go mod tidy' go mod tidy -diff
check shellcheck shellcheck -x -P scripts scripts/*.sh .ci/run
check tsc npm run typecheck --silent --workspaces --if-present

((${#failed[@]} == 0)) || die "$(printf 'these found something: %s; ' "${failed[@]}")"
note 'nothing found'
