#!/usr/bin/env bash
# Writes .env, the secrets of docker-compose.yml, with fresh random values. It never changes one that is there.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

[[ ! -e .env ]] || die '.env is there already. Its MASTER_KEY opens all recordings: keep it, and delete the file only if there are none.'

# 32 random bytes in hex: letters and digits, which stand in URLs as they are.
secret() { od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n'; }

umask 077
cat >.env <<END
# Secrets of docker-compose.yml. Keep a copy somewhere safe: without MASTER_KEY no recording can be read.
MASTER_KEY=$(secret)
POSTGRES_PASSWORD=$(secret)
S3_SECRET_KEY=$(secret)
SEARCH_KEY=$(secret)

# How browsers reach the service, and where it listens.
#PUBLIC_URL=https://replay.example.com
#LISTEN=127.0.0.1:8080

# The old key, only while MASTER_KEY is changed: docker compose run --rm afterimage keys rotate --help
#PREVIOUS_MASTER_KEYS=
END
note 'wrote .env'
