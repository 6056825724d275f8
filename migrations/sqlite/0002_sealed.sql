-- +goose Up

-- What the last sealing found of each tab: JSON array of replay.Tab, '' if unknown.
ALTER TABLE sessions ADD COLUMN tabs TEXT NOT NULL DEFAULT '';
-- The site dictionary that the sealed object needs, '' if none.
ALTER TABLE sessions ADD COLUMN dictionary TEXT NOT NULL DEFAULT '';
-- DictionaryUse, and whether a dictionary is needed.
CREATE INDEX sessions_dictionary ON sessions (project_id, dictionary, started_at, id) WHERE dictionary <> '';

-- Site dictionaries; with an empty name, the last learning of a project that found too little to share.
CREATE TABLE dictionaries (
    project_id   TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    wrapped_key  BLOB    NOT NULL,
    stored_bytes INTEGER NOT NULL,
    sessions     INTEGER NOT NULL, -- it was learned from
    learned_at   INTEGER NOT NULL,
    PRIMARY KEY (project_id, name) -- Dictionary
) STRICT;
-- LatestDictionary.
CREATE INDEX dictionaries_learned ON dictionaries (project_id, learned_at, name);
-- UnusedDictionaries.
CREATE INDEX dictionaries_old ON dictionaries (learned_at, project_id, name);
