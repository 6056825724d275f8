// Package migrations holds the schema of the database: numbered SQL files in goose's
// format, one folder per engine. The numbers of both folders are in step and a test in
// internal/sqlstore proves that both describe the same tables and columns.
//
// Migrations only go forward. A file that has been released is never edited: a change
// is a new number in both folders.
package migrations

import "embed"

// FS holds sqlite/NNNN_name.sql and postgres/NNNN_name.sql.
//
//go:embed sqlite/*.sql postgres/*.sql
var FS embed.FS
