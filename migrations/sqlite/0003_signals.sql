-- +goose Up

-- What the detectors of signals go by, as signal.AppendFacts writes it; '' once sealed, and of batches that
-- were stored before there were any.
ALTER TABLE batches ADD COLUMN facts TEXT NOT NULL DEFAULT '';
-- What was found out about the session as a whole: JSON of replay.Digest, '' until it was looked at.
ALTER TABLE sessions ADD COLUMN digest TEXT NOT NULL DEFAULT '';
-- Labels that the site gave the session, and those that the team did: JSON arrays of strings.
ALTER TABLE sessions ADD COLUMN site_tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE sessions ADD COLUMN team_tags TEXT NOT NULL DEFAULT '[]';

CREATE TABLE saved_searches (
    id         TEXT    NOT NULL PRIMARY KEY,
    project_id TEXT    NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    name       TEXT    NOT NULL,
    query      TEXT    NOT NULL,
    period     TEXT    NOT NULL, -- of time it looks at, as the app writes it into its address: '7d'; '' for all
    sort       TEXT    NOT NULL,
    created_by TEXT    NOT NULL, -- id of the person or token
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
-- SavedSearches, and one search per name.
CREATE UNIQUE INDEX saved_searches_project ON saved_searches (project_id, name);

-- Failures: what waits because it could not be put into the search index.
CREATE INDEX outbox_failing ON outbox (changed_at, session_id) WHERE attempts > 0;

-- Outdated: sessions that were sealed before there were digests.
CREATE INDEX sessions_outdated ON sessions (received_at, id) WHERE state = 'sealed' AND digest = '';
