package drivers

import (
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite"
)

func TestSQLite(t *testing.T) {
	compare(t, "sqlite", dialect{
		insert:  "insert into carts values (?, ?)",
		missing: "SQL logic error: no such table: sofas (1)",
	}, filepath.Join(t.TempDir(), "bare.db"), filepath.Join(t.TempDir(), "probed.db"))
}
