#!/usr/bin/env bash
# Runs the tests: all, or the parts that are named.
#   scripts/test.sh [go] [web] [e2e]
#     go   gofmt, go vet and go test -race, beside a private Postgres and S3 server
#     web  type checks and unit tests of the recorder and the web app
#     e2e  the whole in a real browser
# It installs what is missing (Debian packages where it may, an S3 server into .tools/) and stops
# what it has started, however it ends.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

wants() { [[ " $PARTS " == *" $1 "* ]]; }

PARTS=${*:-go web e2e}
for part in $PARTS; do
	[[ $part =~ ^(go|web|e2e)$ ]] || die "unknown part \"$part\". usage: scripts/test.sh [go] [web] [e2e]"
done

VERSITYGW_BUILD= # process id of the build in the background
cleanup() {
	if [[ -n $VERSITYGW_BUILD ]]; then
		kill -- "-$VERSITYGW_BUILD" 2>/dev/null || true
		wait "$VERSITYGW_BUILD" 2>/dev/null || true
	fi
	stop_servers
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

prepare() {
	need_go
	need_node
	need_tool make 'your system (Debian: apt-get install make)'
	need_chromium
	if wants go; then
		need_race
		need_postgres
	fi
	# It takes minutes the first time, and nothing else needs it yet. A group of its own, to be ended as one.
	set -m
	need_versitygw &
	VERSITYGW_BUILD=$!
	set +m
	note 'building the recorder and the web app'
	make -s web
	if wants e2e; then
		note 'building bin/afterimage'
		make -s build
		export AFTERIMAGE_BIN=$ROOT/bin/afterimage
	fi
}

start_servers() {
	wait "$VERSITYGW_BUILD" || die 'could not build versitygw, the S3 server of the tests'
	VERSITYGW_BUILD=
	note 'starting Postgres and an S3 server'
	need_postgres
	start_postgres
	start_s3
}

# check NAME COMMAND…: runs one check; what fails is named at the end, after all others have run.
FAILED=()
check() {
	note "$1"
	"${@:2}" || FAILED+=("$1")
}

formatted() {
	local unformatted
	unformatted=$(find . \( -name node_modules -o -name .tools \) -prune -o -name '*.go' -print0 | xargs -0 gofmt -l)
	[[ -z $unformatted ]] || { printf 'not formatted, run gofmt -w on:\n%s\n' "$unformatted" >&2; return 1; }
}

# The search engines are tested twice: with races looked for on a tenth of the sessions, and on all of them.
search_tests() { CGO_ENABLED=0 go test -timeout 10m -json ./search/... | go run ./scripts/testreport; }
go_tests() { CGO_ENABLED=1 go test -race -timeout 15m -json ./... | go run ./scripts/testreport; }

prepare
start_servers
if wants go; then
	check gofmt formatted
	check 'go vet' go vet ./...
	check 'go test -race' go_tests
	check 'the search engines at full size' search_tests
fi
if wants web; then
	check 'type checks' npm run typecheck --silent --workspaces --if-present
	check 'unit tests of the web parts' npm test --silent --workspaces --if-present
fi
if wants e2e; then
	check 'end-to-end tests' npm run e2e --silent -w e2e
fi
((${#FAILED[@]} == 0)) || die "failed: $(printf '%s; ' "${FAILED[@]}")"
note "passed: $PARTS"
