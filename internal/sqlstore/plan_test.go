package sqlstore_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// fullScan finds the step of a plan that reads every row of a table that grows with recordings.
var fullScan = regexp.MustCompile(`SCAN (sessions|batches|responses|outbox|tombstones)(;|$)`)

// planned are the listings and look-ups, as the store writes them, with the indexes that each must use.
var planned = map[string]struct {
	indexes, query string // indexes with spaces between
}{
	"Sessions of a project": {indexes: "sessions_listed", query: `SELECT id, pages FROM sessions
			WHERE batches > 0 AND project_id = $1 AND started_at >= $2 AND (started_at, id) < ($3, $4) ORDER BY started_at DESC, id DESC LIMIT $5`},
	"Sessions of all": {indexes: "sessions_started", query: `SELECT id, pages FROM sessions
			WHERE batches > 0 AND (started_at, id) < ($1, $2) ORDER BY started_at DESC, id DESC LIMIT $3`},
	"SessionsByID": {indexes: "sqlite_autoindex_sessions_1", query: `SELECT id, pages FROM sessions
			WHERE batches > 0 AND id IN ($1, $2, $3, $4, $5, $6, $7, $8)`},
	"Sessions of a user": {indexes: "sessions_user", query: `SELECT id, pages FROM sessions
			WHERE batches > 0 AND project_id = $1 AND user_id <> '' AND user_id = $2 ORDER BY started_at DESC, id DESC LIMIT $3`},
	"Expired": {indexes: "sessions_received", query: `SELECT id FROM sessions
			WHERE batches > 0 AND project_id = $1 AND received_at < $2 ORDER BY received_at, id LIMIT $3`},
	"Ended": {indexes: "sessions_live", query: `SELECT id FROM sessions
			WHERE state = 'live' AND batches > 0 AND (received_at < $1 OR started_at < $2) ORDER BY received_at, id LIMIT $3`},
	"Outdated": {indexes: "sessions_outdated", query: `SELECT id FROM sessions
			WHERE state = 'sealed' AND digest = '' ORDER BY received_at, id LIMIT $1`},
	"Failures": {indexes: "outbox_failing", query: `SELECT session_id FROM outbox
			WHERE attempts > 0 ORDER BY changed_at, session_id LIMIT $1`},
	"DropEmptyClaims": {indexes: "sessions_empty", query: `SELECT id FROM sessions
			WHERE batches = 0 AND claimed_at < $1 ORDER BY claimed_at, id LIMIT $2`},
	"Batches": {indexes: "sqlite_autoindex_batches_1", query: `SELECT moments FROM batches WHERE session_id = $1 ORDER BY tab_id, seq`},
	"EmptyPacks": {indexes: "batches_pack", query: `SELECT key FROM packs WHERE closed = TRUE AND NOT EXISTS (
			SELECT 1 FROM batches WHERE batches.pack = packs.key AND batches.pack <> '') ORDER BY key LIMIT $1`},
	"PendingErasures": {indexes: "tombstones_pending", query: `SELECT session_id FROM tombstones
			WHERE objects_gone_at = 0 ORDER BY erased_at, session_id LIMIT $1`},
	"Lease": {indexes: "outbox_waiting", query: `SELECT session_id FROM outbox
			WHERE due_at <= $1 AND leased_until <= $1 ORDER BY changed_at, session_id LIMIT $2`},
	"Responses": {indexes: "responses_listed", query: `SELECT text FROM responses
			WHERE project_id = $1 AND status <> 'spam' AND (at, id) < ($2, $3) ORDER BY at DESC, id DESC LIMIT $4`},
	"Responses that complain": {indexes: "responses_complaints", query: `SELECT text FROM responses
			WHERE project_id = $1 AND status <> 'spam' AND complaint = TRUE ORDER BY at DESC, id DESC LIMIT $2`},
	// Any index that begins with the project serves these two.
	"ProjectIDs": {indexes: "sessions_received", query: `WITH RECURSIVE found (id) AS (
			SELECT MIN(project_id) FROM sessions WHERE batches > 0
			UNION ALL
			SELECT (SELECT MIN(project_id) FROM sessions WHERE batches > 0 AND project_id > found.id) FROM found WHERE found.id IS NOT NULL
			) SELECT id FROM found WHERE id IS NOT NULL`},
	"DictionaryUse, all": {indexes: "sessions_received", query: `SELECT COUNT(*) FROM (SELECT 1 FROM sessions
			WHERE project_id = $1 AND batches > 0 AND state = 'sealed' LIMIT $2) AS some_sealed`},
	"CommitSeal, what is left": {indexes: "sqlite_autoindex_batches_1", query: `SELECT COUNT(*) FROM batches WHERE session_id = $1 AND pack <> ''`},
	"Dictionary":               {indexes: "sqlite_autoindex_dictionaries_1", query: `SELECT wrapped_key FROM dictionaries WHERE project_id = $1 AND name = $2`},
	"LatestDictionary": {indexes: "dictionaries_learned", query: `SELECT wrapped_key FROM dictionaries
			WHERE project_id = $1 ORDER BY learned_at DESC, name DESC LIMIT 1`},
	"DictionaryUse, the first": {indexes: "sessions_dictionary", query: `SELECT raw_bytes FROM sessions
			WHERE project_id = $1 AND dictionary = $2 AND dictionary <> '' AND state = 'sealed' ORDER BY started_at, id LIMIT $3`},
	"DictionaryUse, the newest": {indexes: "sessions_dictionary", query: `SELECT raw_bytes FROM sessions
			WHERE project_id = $1 AND dictionary = $2 AND dictionary <> '' AND state = 'sealed' AND started_at >= $3
			ORDER BY started_at DESC, id DESC LIMIT $4`},
	"UnusedDictionaries": {indexes: "dictionaries_old dictionaries_learned sessions_dictionary", query: `SELECT wrapped_key FROM dictionaries
			WHERE learned_at < $1 AND name <> ''
			AND EXISTS (SELECT 1 FROM dictionaries AS newer WHERE newer.project_id = dictionaries.project_id
				AND (newer.learned_at, newer.name) > (dictionaries.learned_at, dictionaries.name))
			AND NOT EXISTS (SELECT 1 FROM sessions WHERE sessions.project_id = dictionaries.project_id
				AND sessions.dictionary = dictionaries.name AND sessions.dictionary <> '')
			ORDER BY learned_at, project_id, name LIMIT $2`},
	"ForgetDictionary": {indexes: "sessions_dictionary", query: `SELECT COUNT(*) FROM (SELECT 1 FROM sessions
			WHERE project_id = $1 AND dictionary = $2 AND dictionary <> '' LIMIT 1) AS needed`},
	"OfSession":   {indexes: "responses_session", query: `SELECT text FROM responses WHERE session_id = $1 AND session_id <> '' ORDER BY at, id`},
	"UserByEmail": {indexes: "users_email", query: `SELECT id FROM users WHERE LOWER(email) = $1`},
	"Tokens":      {indexes: "tokens_project", query: `SELECT id FROM tokens WHERE project_id = $1 ORDER BY created_at, id`},
}

// TestQueriesUseTheirIndexes: the plan of each listing names the index that the schema
// says is for it, and sorts nothing. (SQLite; PostgreSQL decides by the size of tables.)
func TestQueriesUseTheirIndexes(t *testing.T) {
	folder := t.TempDir()
	openIn(t, folder)
	db := openFile(t, filepath.Join(folder, "afterimage.db"))
	for name, c := range planned {
		t.Run(name, func(t *testing.T) {
			args := make([]any, strings.Count(c.query, "$"))
			for i := range args {
				args[i] = 1
			}
			rows, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+c.query, args...)
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			var plan []string
			for rows.Next() {
				var id, parent, unused int
				var step string
				if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
					t.Fatal(err)
				}
				plan = append(plan, step)
			}
			if err := rows.Err(); err != nil {
				t.Fatal(err)
			}
			whole := strings.Join(plan, "; ")
			if fullScan.MatchString(whole) || strings.Contains(whole, "TEMP B-TREE") {
				t.Errorf("the plan reads a whole table, or sorts: %s", whole)
			}
			for index := range strings.FieldsSeq(c.indexes) {
				if !strings.Contains(whole, index) {
					t.Errorf("the plan is: %s; want index %s", whole, index)
				}
			}
		})
	}
}
