package sqlprobe

import (
	"context"
	"database/sql/driver"

	"github.com/go-usdt/usdt/instrument/internal/pair"
)

// A stmt is a prepared statement. See conn for its optional interfaces.
type stmt struct {
	driver.Stmt
	conn  *conn
	query string
}

// A convertingStmt converts the arguments itself, which changes what database/sql does.
type convertingStmt struct{ *stmt }

func (s convertingStmt) ColumnConverter(i int) driver.ValueConverter {
	//lint:ignore SA1019 drivers have it, deprecated or not
	return s.Stmt.(driver.ColumnConverter).ColumnConverter(i)
}

func wrapStmt(base driver.Stmt, c *conn, query string) driver.Stmt {
	s := &stmt{base, c, query}
	//lint:ignore SA1019 as above
	if _, ok := base.(driver.ColumnConverter); ok {
		return convertingStmt{s}
	}
	return s
}

// CheckNamedValue asks the statement, or its connection, as database/sql does.
func (s *stmt) CheckNamedValue(v *driver.NamedValue) error {
	if base, ok := s.Stmt.(driver.NamedValueChecker); ok {
		return base.CheckNamedValue(v)
	}
	return s.conn.CheckNamedValue(v)
}

func (s *stmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	if execStart.Enabled() || execEnd.Enabled() {
		return traceExec(s.conn.id, s.query, func() (driver.Result, error) {
			return execStmt(ctx, s.Stmt, args)
		})
	}
	return execStmt(ctx, s.Stmt, args)
}

func (s *stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	if queryStart.Enabled() || queryEnd.Enabled() || rowsClosed.Enabled() {
		return traceQuery(s.conn.id, s.query, func() (driver.Rows, error) {
			return queryStmt(ctx, s.Stmt, args)
		})
	}
	return queryStmt(ctx, s.Stmt, args)
}

func traceExec(conn uint64, query string, exec func() (driver.Result, error)) (
	result driver.Result, err error) {
	p := pair.Begin()
	execStart.Fire(p.ID, conn, query)
	defer func() {
		var rows int64
		if result != nil && err == nil && execEnd.Enabled() {
			rows, _ = result.RowsAffected() // 0 if the driver does not know
		}
		execEnd.Fire(p.ID, query, rows, pair.ErrorText(err), p.Duration())
	}()
	return exec()
}

func traceQuery(conn uint64, query string, ask func() (driver.Rows, error)) (
	result driver.Rows, err error) {
	p := pair.Begin()
	queryStart.Fire(p.ID, conn, query)
	defer func() { queryEnd.Fire(p.ID, query, pair.ErrorText(err), p.Duration()) }()
	result, err = ask()
	if err != nil || result == nil {
		return result, err
	}
	return &rows{Rows: result, query: p}, nil
}
