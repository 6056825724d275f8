-- +goose Up

-- What the last sealing found of each tab: JSON array of replay.Tab, '' if unknown.
ALTER TABLE sessions ADD COLUMN tabs TEXT COLLATE "C" NOT NULL DEFAULT '';
-- The site dictionary that the sealed object needs, '' if none.
ALTER TABLE sessions ADD COLUMN dictionary TEXT COLLATE "C" NOT NULL DEFAULT '';
-- DictionaryUse, and whether a dictionary is needed.
CREATE INDEX sessions_dictionary ON sessions (project_id, dictionary, started_at, id) WHERE dictionary <> '';

-- Site dictionaries; with an empty name, the last learning of a project that found too little to share.
CREATE TABLE dictionaries (
    project_id   TEXT COLLATE "C" NOT NULL,
    name         TEXT COLLATE "C" NOT NULL,
    wrapped_key  BYTEA            NOT NULL,
    stored_bytes BIGINT           NOT NULL,
    sessions     BIGINT           NOT NULL, -- it was learned from
    learned_at   BIGINT           NOT NULL,
    PRIMARY KEY (project_id, name) -- Dictionary
);
-- LatestDictionary.
CREATE INDEX dictionaries_learned ON dictionaries (project_id, learned_at, name);
-- UnusedDictionaries.
CREATE INDEX dictionaries_old ON dictionaries (learned_at, project_id, name);
