//go:build linux && (amd64 || arm64)

package instrument

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"testing"

	"github.com/go-usdt/usdt/instrument/sqlprobe"
)

// till is a database of one statement.
type till struct{}

func (till) Connect(context.Context) (driver.Conn, error) { return till{}, nil }
func (till) Driver() driver.Driver                        { return nil }
func (till) Prepare(string) (driver.Stmt, error)          { return nil, driver.ErrSkip }
func (till) Close() error                                 { return nil }
func (till) Begin() (driver.Tx, error)                    { return till{}, nil }
func (till) Commit() error                                { return nil }
func (till) Rollback() error                              { return nil }
func (till) ExecContext(_ context.Context, query string, _ []driver.NamedValue) (
	driver.Result, error) {
	if query == "insert into carts values (12)" {
		return driver.RowsAffected(1), nil
	}
	return nil, errors.New("no such statement")
}

func TestSQL(t *testing.T) {
	trace(t, "sql:*", func() {
		db := sql.OpenDB(sqlprobe.Connector(till{}))
		tx, err := db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		tx.ExecContext(t.Context(), "insert into carts values (12)")
		tx.ExecContext(t.Context(), "insert")
		if err := errors.Join(tx.Commit(), db.Close()); err != nil {
			t.Fatal(err)
		}
	},
		`connect_start id=\d+ driver="<nil>"`,
		`connect_end id=\d+ conn=[1-9]\d* error="" duration=`+took,
		`tx_start id=\d+ conn=[1-9]\d*`,
		`exec_start id=\d+ conn=\d+ query="insert into carts values \(12\)"`,
		`exec_end id=\d+ query="insert into carts values \(12\)" rows=1 error="" duration=`+took,
		`exec_start id=\d+ conn=\d+ query="insert"`,
		`exec_end id=\d+ query="insert" rows=0 error="no such statement" duration=`+took,
		`commit_start id=\d+ tx=\d+`,
		`commit_end id=\d+ error="" duration=`+took,
		`tx_end id=\d+ outcome="commit" error="" duration=`+took,
		`disconnect conn=\d+`)
}

func TestSQLLatency(t *testing.T) {
	db := sql.OpenDB(sqlprobe.Connector(till{}))
	defer db.Close()
	latency(t, "sql:exec", func() { db.ExecContext(t.Context(), "insert") })
}
