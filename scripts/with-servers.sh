#!/usr/bin/env bash
# Runs a command beside the servers that tests use (a private Postgres and S3 server), for example
#   scripts/with-servers.sh go test ./internal/sqlstore/
# and stops them when it ends.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

(($#)) || die "usage: scripts/with-servers.sh COMMAND [ARGUMENT…]"
need_go
need_postgres
need_versitygw
trap stop_servers EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
start_postgres
start_s3
"$@"
