package sqlstore_test

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestQueriesUseTheirIndexes: the plan of each listing names the index that the schema
// says is for it, and sorts nothing. (SQLite; PostgreSQL decides by the size of tables.)
func TestQueriesUseTheirIndexes(t *testing.T) {
	folder := t.TempDir()
	openIn(t, folder)
	db := openFile(t, filepath.Join(folder, "afterimage.db"))
	for name, c := range map[string]struct {
		index, query string
	}{
		"Sessions of a project": {index: "sessions_listed", query: `SELECT id, pages FROM sessions
			WHERE batches > 0 AND project_id = $1 AND started_at >= $2 AND (started_at, id) < ($3, $4) ORDER BY started_at DESC, id DESC LIMIT $5`},
		"Sessions of all": {index: "sessions_started", query: `SELECT id, pages FROM sessions
			WHERE batches > 0 AND (started_at, id) < ($1, $2) ORDER BY started_at DESC, id DESC LIMIT $3`},
		"Sessions of a user": {index: "sessions_user", query: `SELECT id, pages FROM sessions
			WHERE batches > 0 AND project_id = $1 AND user_id <> '' AND user_id = $2 ORDER BY started_at DESC, id DESC LIMIT $3`},
		"Expired": {index: "sessions_received", query: `SELECT id FROM sessions
			WHERE batches > 0 AND project_id = $1 AND received_at < $2 ORDER BY received_at, id LIMIT $3`},
		"Ended": {index: "sessions_live", query: `SELECT id FROM sessions
			WHERE state = 'live' AND batches > 0 AND (received_at < $1 OR started_at < $2) ORDER BY received_at, id LIMIT $3`},
		"DropEmptyClaims": {index: "sessions_empty", query: `SELECT id FROM sessions
			WHERE batches = 0 AND claimed_at < $1 ORDER BY claimed_at, id LIMIT $2`},
		"Batches": {index: "sqlite_autoindex_batches_1", query: `SELECT moments FROM batches WHERE session_id = $1 ORDER BY tab_id, seq`},
		"EmptyPacks": {index: "batches_pack", query: `SELECT key FROM packs WHERE closed = TRUE AND NOT EXISTS (
			SELECT 1 FROM batches WHERE batches.pack = packs.key AND batches.pack <> '') ORDER BY key LIMIT $1`},
		"PendingErasures": {index: "tombstones_pending", query: `SELECT session_id FROM tombstones
			WHERE objects_gone_at = 0 ORDER BY erased_at, session_id LIMIT $1`},
		"Lease": {index: "outbox_waiting", query: `SELECT session_id FROM outbox
			WHERE due_at <= $1 AND leased_until <= $1 ORDER BY changed_at, session_id LIMIT $2`},
		"Responses": {index: "responses_listed", query: `SELECT text FROM responses
			WHERE project_id = $1 AND status <> 'spam' AND (at, id) < ($2, $3) ORDER BY at DESC, id DESC LIMIT $4`},
		"Responses that complain": {index: "responses_complaints", query: `SELECT text FROM responses
			WHERE project_id = $1 AND status <> 'spam' AND complaint = TRUE ORDER BY at DESC, id DESC LIMIT $2`},
		"OfSession":   {index: "responses_session", query: `SELECT text FROM responses WHERE session_id = $1 AND session_id <> '' ORDER BY at, id`},
		"UserByEmail": {index: "users_email", query: `SELECT id FROM users WHERE LOWER(email) = $1`},
		"Tokens":      {index: "tokens_project", query: `SELECT id FROM tokens WHERE project_id = $1 ORDER BY created_at, id`},
	} {
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
			if !strings.Contains(whole, c.index) || strings.Contains(whole, "TEMP B-TREE") {
				t.Errorf("the plan is: %s; want index %s and no sorting", whole, c.index)
			}
		})
	}
}
