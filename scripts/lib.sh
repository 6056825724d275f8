# What the scripts share: messages, required tools, and the servers that tests use.
# Sourced by bash scripts that have set -euo pipefail; it changes to the repository's root.
# shellcheck shell=bash

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
ROOT=$PWD
TOOLS=$ROOT/.tools/bin
mkdir -p "$TOOLS" .cache

VERSITYGW_VERSION=v1.8.0 # an S3 server that installs as a Go module
NODE_VERSION_MIN=20.19.0 # Vite's

note() { printf '\033[1m== %s\033[0m\n' "$*" >&2; }

die() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}

# need_tool NAME WHERE-FROM: ends the script unless the tool is there.
need_tool() {
	command -v "$1" >/dev/null || die "$1 is missing. Install it from $2 and put it on the PATH."
}

need_go() { need_tool go 'https://go.dev/dl/ (the version in go.mod)'; }

need_node() {
	need_tool node "https://nodejs.org/ (version $NODE_VERSION_MIN or later)"
	need_tool npm 'https://nodejs.org/ (it comes with Node.js)'
	local have
	have=$(node --version)
	if [[ $(printf '%s\n' "$NODE_VERSION_MIN" "${have#v}" | sort -V | head -n 1) != "$NODE_VERSION_MIN" ]]; then
		die "Node.js $have is too old: $NODE_VERSION_MIN or later is needed. Install it from https://nodejs.org/."
	fi
}

# need_packages PACKAGE…: installs Debian packages, or says what to install.
need_packages() {
	local -a as_root=()
	if ! command -v apt-get >/dev/null; then
		die "missing: $*. This system has no apt-get; install what these Debian packages hold in its own way."
	fi
	if [[ $EUID -ne 0 ]]; then
		if ! sudo -n true 2>/dev/null; then
			die "missing: $*. Install with: sudo apt-get install --no-install-recommends $*"
		fi
		as_root=(sudo -n)
	fi
	note "installing $*"
	# The lists may be missing or too old: then once more with new ones.
	if ! apt_install "$@" && ! { "${as_root[@]}" apt-get update -q && apt_install "$@"; } then
		die "could not install: $*. Install with: sudo apt-get update && sudo apt-get install --no-install-recommends $*"
	fi
}

apt_install() {
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >&2
}

# postgres_bin prints the folder of the newest Postgres server's programs, or nothing.
postgres_bin() {
	local initdb
	initdb=$(find /usr/lib/postgresql/*/bin/initdb /usr/local/pgsql/bin/initdb 2>/dev/null | sort -V | tail -n 1)
	[[ -n $initdb ]] || initdb=$(command -v initdb || true)
	[[ -z $initdb ]] || dirname "$initdb"
}

need_postgres() {
	[[ -n $(postgres_bin) ]] || need_packages postgresql
	[[ -n $(postgres_bin) ]] || die 'found no initdb, also after installing postgresql. Put the programs of a Postgres server on the PATH.'
}

# need_chromium sets CHROMIUM to the browser, unless it is set.
need_chromium() {
	local name
	for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome-stable google-chrome; do
		if [[ -n $name ]] && command -v "$name" >/dev/null; then
			CHROMIUM=$(command -v "$name")
			export CHROMIUM
			return
		fi
	done
	[[ -z ${CHROMIUM:-} ]] || die "CHROMIUM=$CHROMIUM is no program"
	need_packages chromium
	CHROMIUM=$(command -v chromium) || die 'installing chromium gave no program of that name. Set CHROMIUM to a Chromium or Chrome.'
	export CHROMIUM
}

# need_race: the race detector needs a C compiler, though the program itself does not.
need_race() {
	command -v gcc >/dev/null || need_packages gcc libc6-dev
}

# go_tool NAME PACKAGE VERSION: installs a Go program into .tools/bin, once per version.
go_tool() {
	local stamp=.cache/tool-$1-$3
	[[ -x $TOOLS/$1 && -e $stamp ]] && return
	note "building $1 $3 (once)"
	GOBIN=$TOOLS CGO_ENABLED=0 go install -ldflags='-s -w' "$2@$3"
	touch "$stamp"
}

need_versitygw() { go_tool versitygw github.com/versity/versitygw/cmd/versitygw "$VERSITYGW_VERSION"; }

# --- servers ---------------------------------------------------------------

SERVERS=()  # process ids of what was started
SERVERS_DIR= # where they keep their files

# stop_servers ends what start_* has started, and removes its files. For a trap on EXIT.
stop_servers() {
	local pid
	for pid in "${SERVERS[@]}"; do
		kill -INT "$pid" 2>/dev/null || true # Postgres: end sessions, stop now
	done
	for pid in "${SERVERS[@]}"; do
		for _ in {1..100}; do
			kill -0 "$pid" 2>/dev/null || break
			sleep 0.1
		done
		kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	SERVERS=()
	[[ -z $SERVERS_DIR ]] || rm -rf "$SERVERS_DIR"
	SERVERS_DIR=
}

servers_dir() {
	[[ -z $SERVERS_DIR ]] || return 0
	SERVERS_DIR=$(mktemp -d "${TMPDIR:-/tmp}/afterimage-test.XXXXXX")
	chmod 755 "$SERVERS_DIR" # Postgres runs as another user where we are root
}

# free_port prints a port of 127.0.0.1 that nobody listens on.
free_port() {
	local port
	for _ in {1..100}; do
		port=$((20000 + RANDOM % 12000)) # below the range that systems give to outgoing connections
		if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
			echo "$port"
			return
		fi
	done
	die 'found no free port of 127.0.0.1'
}

# wait_until PID LOG COMMAND…: until the command succeeds; fails if the process ends first.
wait_until() {
	local pid=$1 log=$2
	shift 2
	for _ in {1..300}; do
		if "$@" >/dev/null 2>&1; then
			return
		fi
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.1
	done
	cat "$log" >&2
	return 1
}

# start_postgres starts a private server and exports AFTERIMAGE_TEST_POSTGRES_URL. It does
# not sync to disk: that makes tests faster, and they do not cut its power.
start_postgres() {
	local bin dir port pid
	local -a as=()
	servers_dir
	bin=$(postgres_bin)
	dir=$SERVERS_DIR/postgres
	install -d -m 700 "$dir"
	if [[ $EUID -eq 0 ]]; then # Postgres refuses to run as root
		local user=postgres
		id "$user" >/dev/null 2>&1 || user=nobody
		chown "$user" "$dir"
		as=(setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups)
	fi
	(cd "$dir" && "${as[@]}" "$bin/initdb" -D "$dir/data" -U afterimage -A trust -E UTF8 --locale=C --no-sync >"$SERVERS_DIR/initdb.log" 2>&1) ||
		{ cat "$SERVERS_DIR/initdb.log" >&2; die "initdb failed"; }
	for _ in 1 2 3; do # somebody may take the port first
		port=$(free_port)
		(cd "$dir" && exec "${as[@]}" "$bin/postgres" -D "$dir/data" -p "$port" -k "$dir" -c listen_addresses=127.0.0.1 \
			-c max_connections=200 -c fsync=off -c synchronous_commit=off -c full_page_writes=off) >"$SERVERS_DIR/postgres.log" 2>&1 &
		pid=$!
		SERVERS+=("$pid")
		if wait_until "$pid" "$SERVERS_DIR/postgres.log" "$bin/pg_isready" -q -h 127.0.0.1 -p "$port"; then
			export AFTERIMAGE_TEST_POSTGRES_URL="postgres://afterimage@127.0.0.1:$port/postgres?sslmode=disable"
			return
		fi
	done
	die 'Postgres did not start'
}

# start_s3 starts a private object store and exports AFTERIMAGE_TEST_S3_URL and credentials for it.
start_s3() {
	local dir port pid
	servers_dir
	dir=$SERVERS_DIR/s3
	mkdir -p "$dir/data" "$dir/meta"
	export AWS_ACCESS_KEY_ID=afterimage-test AWS_SECRET_ACCESS_KEY=afterimage-test-secret
	for _ in 1 2 3; do
		port=$(free_port)
		# The sidecar holds what would else need extended attributes, which many temporary folders have not.
		ROOT_ACCESS_KEY=$AWS_ACCESS_KEY_ID ROOT_SECRET_KEY=$AWS_SECRET_ACCESS_KEY \
			"$TOOLS/versitygw" --port "127.0.0.1:$port" --quiet --keep-alive posix --sidecar "$dir/meta" "$dir/data" >"$SERVERS_DIR/s3.log" 2>&1 &
		pid=$!
		SERVERS+=("$pid")
		if wait_until "$pid" "$SERVERS_DIR/s3.log" bash -c "exec 3<>/dev/tcp/127.0.0.1/$port"; then
			export AFTERIMAGE_TEST_S3_URL="s3://afterimage-test?endpoint=127.0.0.1:$port&region=us-east-1&insecure=true"
			return
		fi
	done
	die 'versitygw did not start'
}
