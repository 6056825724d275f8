-- +goose Up

-- Conventions of both engines: ids are TEXT and compare byte by byte
-- (COLLATE "C"), times are unix
-- milliseconds, JSON is opaque TEXT that SQL never looks into, an absent text is ''
-- and an absent time is 0. Each index names the query it is for.

CREATE TABLE projects (
    id             TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name           TEXT COLLATE "C" NOT NULL,
    public_key     TEXT COLLATE "C" NOT NULL UNIQUE, -- ProjectByKey
    site_origins   TEXT COLLATE "C" NOT NULL,        -- JSON array of strings
    retention_days BIGINT           NOT NULL,
    created_at     BIGINT           NOT NULL
);

CREATE TABLE users (
    id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    email         TEXT COLLATE "C" NOT NULL,
    role          TEXT COLLATE "C" NOT NULL,
    password_hash TEXT COLLATE "C" NOT NULL,
    created_at    BIGINT           NOT NULL
);
-- UserByEmail, and one person per address however it is capitalised.
CREATE UNIQUE INDEX users_email ON users (LOWER(email));

CREATE TABLE logins (
    token_hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id    TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    one_time   BOOLEAN          NOT NULL,
    created_at BIGINT           NOT NULL,
    expires_at BIGINT           NOT NULL
);
-- DropLogins of a user, and DeleteUser.
CREATE INDEX logins_user ON logins (user_id);
-- DropLogins of those that ended.
CREATE INDEX logins_expires ON logins (expires_at);

CREATE TABLE tokens (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name       TEXT COLLATE "C" NOT NULL,
    project_id TEXT COLLATE "C" NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    role       TEXT COLLATE "C" NOT NULL,
    token_hash TEXT COLLATE "C" NOT NULL UNIQUE, -- TokenByHash
    created_at BIGINT           NOT NULL
);
-- Tokens.
CREATE INDEX tokens_project ON tokens (project_id, created_at, id);

-- One row per claim. A session that never got a batch has batches = 0 and is not listed.
CREATE TABLE sessions (
    id              TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    project_id      TEXT COLLATE "C" NOT NULL,
    secret_hash     BYTEA            NOT NULL,
    wrapped_key     BYTEA            NOT NULL,
    client          TEXT COLLATE "C" NOT NULL, -- JSON of replay.Client
    claimed_at      BIGINT           NOT NULL,
    clock_offset_ms BIGINT           NOT NULL,
    state           TEXT COLLATE "C" NOT NULL,
    batches         BIGINT           NOT NULL DEFAULT 0,
    started_at      BIGINT           NOT NULL DEFAULT 0,
    ended_at        BIGINT           NOT NULL DEFAULT 0,
    received_at     BIGINT           NOT NULL DEFAULT 0,
    active_ms       BIGINT           NOT NULL DEFAULT 0,
    last_active_at  BIGINT           NOT NULL DEFAULT 0, -- client clock
    user_id         TEXT COLLATE "C" NOT NULL DEFAULT '',
    user_email      TEXT COLLATE "C" NOT NULL DEFAULT '',
    user_traits     TEXT COLLATE "C" NOT NULL DEFAULT '', -- JSON object as sent
    release         TEXT COLLATE "C" NOT NULL DEFAULT '',
    referrer        TEXT COLLATE "C" NOT NULL DEFAULT '',
    counts          TEXT COLLATE "C" NOT NULL DEFAULT '{}', -- JSON of replay.Counts
    vitals          TEXT COLLATE "C" NOT NULL DEFAULT '{}', -- JSON of replay.Vitals
    events          BIGINT           NOT NULL DEFAULT 0,
    raw_bytes       BIGINT           NOT NULL DEFAULT 0,
    pack_bytes      BIGINT           NOT NULL DEFAULT 0, -- of its blocks that lie in packs
    sealed_key      TEXT COLLATE "C" NOT NULL DEFAULT '',
    sealed_bytes    BIGINT           NOT NULL DEFAULT 0,
    seal_count      BIGINT           NOT NULL DEFAULT 0,
    revision        BIGINT           NOT NULL DEFAULT 0, -- grows with every change; see outbox
    pages           TEXT COLLATE "C" NOT NULL DEFAULT '[]' -- JSON array of replay.Page; last, for it can be long
);
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
    session_id  TEXT COLLATE "C" NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    tab_id      TEXT COLLATE "C" NOT NULL,
    seq         BIGINT           NOT NULL,
    hash        BYTEA            NOT NULL,
    pack        TEXT COLLATE "C" NOT NULL, -- '' once sealed
    byte_offset BIGINT           NOT NULL,
    byte_length BIGINT           NOT NULL,
    raw_bytes   BIGINT           NOT NULL,
    events      BIGINT           NOT NULL,
    first_at    BIGINT           NOT NULL, -- client clock, as are the two below
    last_at     BIGINT           NOT NULL,
    snapshot_at BIGINT           NOT NULL,
    received_at BIGINT           NOT NULL,
    moments     TEXT COLLATE "C" NOT NULL, -- JSON array of replay.Moment
    PRIMARY KEY (session_id, tab_id, seq) -- Batch, Batches, Commit, CommitSeal
);
-- EmptyPacks, and the bytes that CommitSeal leaves in packs.
CREATE INDEX batches_pack ON batches (pack) WHERE pack <> '';

CREATE TABLE packs (
    key        TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    closed     BOOLEAN          NOT NULL,
    created_at BIGINT           NOT NULL
);

-- What is left of an erased session, for ever: its id is never used again.
CREATE TABLE tombstones (
    session_id      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    project_id      TEXT COLLATE "C" NOT NULL,
    erased_at       BIGINT           NOT NULL,
    objects_gone_at BIGINT           NOT NULL DEFAULT 0,
    revision        BIGINT           NOT NULL -- goes on from the session's
);
-- PendingErasures.
CREATE INDEX tombstones_pending ON tombstones (erased_at, session_id) WHERE objects_gone_at = 0;

-- Sessions whose search document is out of date, one row each. revision is the
-- session's at its last change; leased_revision is what the holder of the lease saw.
CREATE TABLE outbox (
    session_id      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    project_id      TEXT COLLATE "C" NOT NULL,
    revision        BIGINT           NOT NULL,
    changed_at      BIGINT           NOT NULL, -- of the oldest change that waits
    latest_at       BIGINT           NOT NULL, -- of the newest
    attempts        BIGINT           NOT NULL DEFAULT 0,
    due_at          BIGINT           NOT NULL DEFAULT 0,
    leased_until    BIGINT           NOT NULL DEFAULT 0,
    leased_revision BIGINT           NOT NULL DEFAULT 0,
    error           TEXT COLLATE "C" NOT NULL DEFAULT ''
);
-- Lease, OutboxState.
CREATE INDEX outbox_waiting ON outbox (changed_at, session_id);

CREATE TABLE responses (
    project_id  TEXT COLLATE "C" NOT NULL,
    id          TEXT COLLATE "C" NOT NULL,
    session_id  TEXT COLLATE "C" NOT NULL, -- '' if not linked, or no longer
    tab_id      TEXT COLLATE "C" NOT NULL,
    at          BIGINT           NOT NULL,
    kind        TEXT COLLATE "C" NOT NULL,
    survey      TEXT COLLATE "C" NOT NULL,
    score       BIGINT,
    text        TEXT COLLATE "C" NOT NULL,
    text_folded TEXT COLLATE "C" NOT NULL, -- NFC, lower case; what Filter.Text is looked for in
    category    TEXT COLLATE "C" NOT NULL,
    url         TEXT COLLATE "C" NOT NULL,
    user_id     TEXT COLLATE "C" NOT NULL,
    status      TEXT COLLATE "C" NOT NULL,
    complaint   BOOLEAN          NOT NULL, -- Response.Complaint
    created_at  BIGINT           NOT NULL,
    PRIMARY KEY (project_id, id) -- Response, Triage
);
-- Responses.
CREATE INDEX responses_listed ON responses (project_id, at, id);
-- Responses that are complaints.
CREATE INDEX responses_complaints ON responses (project_id, at, id) WHERE complaint = TRUE;
-- OfSession, and the cutting of links in Erase.
CREATE INDEX responses_session ON responses (session_id, at, id) WHERE session_id <> '';
