-- +goose Up

-- Conventions of both engines: ids are TEXT and compare byte by byte, times are unix
-- milliseconds, JSON is opaque TEXT that SQL never looks into, an absent text is ''
-- and an absent time is 0. Each index names the query it is for.

CREATE TABLE projects (
    id             TEXT    NOT NULL PRIMARY KEY,
    name           TEXT    NOT NULL,
    public_key     TEXT    NOT NULL UNIQUE, -- ProjectByKey
    site_origins   TEXT    NOT NULL,        -- JSON array of strings
    retention_days INTEGER NOT NULL,
    created_at     INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
    id            TEXT    NOT NULL PRIMARY KEY,
    email         TEXT    NOT NULL,
    role          TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    created_at    INTEGER NOT NULL
) STRICT;
-- UserByEmail, and one person per address however it is capitalised.
CREATE UNIQUE INDEX users_email ON users (LOWER(email));

CREATE TABLE logins (
    token_hash TEXT    NOT NULL PRIMARY KEY,
    user_id    TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    one_time   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- DropLogins of a user, and DeleteUser.
CREATE INDEX logins_user ON logins (user_id);
-- DropLogins of those that ended.
CREATE INDEX logins_expires ON logins (expires_at);

CREATE TABLE tokens (
    id         TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL,
    project_id TEXT    NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    role       TEXT    NOT NULL,
    token_hash TEXT    NOT NULL UNIQUE, -- TokenByHash
    created_at INTEGER NOT NULL
) STRICT;
-- Tokens.
CREATE INDEX tokens_project ON tokens (project_id, created_at, id);

-- One row per claim. A session that never got a batch has batches = 0 and is not listed.
CREATE TABLE sessions (
    id              TEXT    NOT NULL PRIMARY KEY,
    project_id      TEXT    NOT NULL,
    secret_hash     BLOB    NOT NULL,
    wrapped_key     BLOB    NOT NULL,
    client          TEXT    NOT NULL, -- JSON of replay.Client
    claimed_at      INTEGER NOT NULL,
    clock_offset_ms INTEGER NOT NULL,
    state           TEXT    NOT NULL,
    batches         INTEGER NOT NULL DEFAULT 0,
    started_at      INTEGER NOT NULL DEFAULT 0,
    ended_at        INTEGER NOT NULL DEFAULT 0,
    received_at     INTEGER NOT NULL DEFAULT 0,
    active_ms       INTEGER NOT NULL DEFAULT 0,
    last_active_at  INTEGER NOT NULL DEFAULT 0, -- client clock
    user_id         TEXT    NOT NULL DEFAULT '',
    user_email      TEXT    NOT NULL DEFAULT '',
    user_traits     TEXT    NOT NULL DEFAULT '', -- JSON object as sent
    release         TEXT    NOT NULL DEFAULT '',
    referrer        TEXT    NOT NULL DEFAULT '',
    counts          TEXT    NOT NULL DEFAULT '{}', -- JSON of replay.Counts
    vitals          TEXT    NOT NULL DEFAULT '{}', -- JSON of replay.Vitals
    events          INTEGER NOT NULL DEFAULT 0,
    raw_bytes       INTEGER NOT NULL DEFAULT 0,
    pack_bytes      INTEGER NOT NULL DEFAULT 0, -- of its blocks that lie in packs
    sealed_key      TEXT    NOT NULL DEFAULT '',
    sealed_bytes    INTEGER NOT NULL DEFAULT 0,
    seal_count      INTEGER NOT NULL DEFAULT 0,
    revision        INTEGER NOT NULL DEFAULT 0, -- grows with every change; see outbox
    pages           TEXT    NOT NULL DEFAULT '[]' -- JSON array of replay.Page; last, for it can be long
) STRICT;
-- Sessions of one project; also Usage.
CREATE INDEX sessions_listed ON sessions (project_id, started_at, id) WHERE batches > 0;
-- Sessions of every project.
CREATE INDEX sessions_started ON sessions (started_at, id) WHERE batches > 0;
-- Sessions of one user.
CREATE INDEX sessions_user ON sessions (project_id, user_id, started_at, id) WHERE batches > 0 AND user_id <> '';
-- Expired.
CREATE INDEX sessions_received ON sessions (project_id, received_at, id) WHERE batches > 0;
-- Ended.
CREATE INDEX sessions_live ON sessions (received_at, id, started_at) WHERE state = 'live' AND batches > 0;
-- DropEmptyClaims.
CREATE INDEX sessions_empty ON sessions (claimed_at, id) WHERE batches = 0;

CREATE TABLE batches (
    session_id  TEXT    NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    tab_id      TEXT    NOT NULL,
    seq         INTEGER NOT NULL,
    hash        BLOB    NOT NULL,
    pack        TEXT    NOT NULL, -- '' once sealed
    byte_offset INTEGER NOT NULL,
    byte_length INTEGER NOT NULL,
    raw_bytes   INTEGER NOT NULL,
    events      INTEGER NOT NULL,
    first_at    INTEGER NOT NULL, -- client clock, as are the two below
    last_at     INTEGER NOT NULL,
    snapshot_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    moments     TEXT    NOT NULL, -- JSON array of replay.Moment
    PRIMARY KEY (session_id, tab_id, seq) -- Batch, Batches, Commit, CommitSeal
) STRICT;
-- EmptyPacks, and the bytes that CommitSeal leaves in packs.
CREATE INDEX batches_pack ON batches (pack) WHERE pack <> '';

CREATE TABLE packs (
    key        TEXT    NOT NULL PRIMARY KEY,
    closed     INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What is left of an erased session, for ever: its id is never used again.
CREATE TABLE tombstones (
    session_id      TEXT    NOT NULL PRIMARY KEY,
    project_id      TEXT    NOT NULL,
    erased_at       INTEGER NOT NULL,
    objects_gone_at INTEGER NOT NULL DEFAULT 0,
    revision        INTEGER NOT NULL -- goes on from the session's
) STRICT, WITHOUT ROWID;
-- PendingErasures.
CREATE INDEX tombstones_pending ON tombstones (erased_at, session_id) WHERE objects_gone_at = 0;

-- Sessions whose search document is out of date, one row each. revision is the
-- session's at its last change; leased_revision is what the holder of the lease saw.
CREATE TABLE outbox (
    session_id      TEXT    NOT NULL PRIMARY KEY,
    project_id      TEXT    NOT NULL,
    revision        INTEGER NOT NULL,
    changed_at      INTEGER NOT NULL, -- of the oldest change that waits
    latest_at       INTEGER NOT NULL, -- of the newest
    attempts        INTEGER NOT NULL DEFAULT 0,
    due_at          INTEGER NOT NULL DEFAULT 0,
    leased_until    INTEGER NOT NULL DEFAULT 0,
    leased_revision INTEGER NOT NULL DEFAULT 0,
    error           TEXT    NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
-- Lease, OutboxState.
CREATE INDEX outbox_waiting ON outbox (changed_at, session_id);

CREATE TABLE responses (
    project_id  TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    session_id  TEXT    NOT NULL, -- '' if not linked, or no longer
    tab_id      TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    kind        TEXT    NOT NULL,
    survey      TEXT    NOT NULL,
    score       INTEGER,
    text        TEXT    NOT NULL,
    text_folded TEXT    NOT NULL, -- NFC, lower case; what Filter.Text is looked for in
    category    TEXT    NOT NULL,
    url         TEXT    NOT NULL,
    user_id     TEXT    NOT NULL,
    status      TEXT    NOT NULL,
    complaint   INTEGER NOT NULL, -- Response.Complaint
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (project_id, id) -- Response, Triage
) STRICT;
-- Responses.
CREATE INDEX responses_listed ON responses (project_id, at, id);
-- Responses that are complaints.
CREATE INDEX responses_complaints ON responses (project_id, at, id) WHERE complaint = TRUE;
-- OfSession, and the cutting of links in Erase.
CREATE INDEX responses_session ON responses (session_id, at, id) WHERE session_id <> '';
