package sqlprobe

// The functions here ask a driver as database/sql does, be it of today or of before contexts.

//lint:file-ignore SA1019 drivers have these methods, deprecated or not

import (
	"context"
	"database/sql/driver"
	"errors"
)

func canExec(c driver.Conn) bool {
	_, hasContext := c.(driver.ExecerContext)
	_, hasNone := c.(driver.Execer)
	return hasContext || hasNone
}

func canQuery(c driver.Conn) bool {
	_, hasContext := c.(driver.QueryerContext)
	_, hasNone := c.(driver.Queryer)
	return hasContext || hasNone
}

func execConn(ctx context.Context, c driver.Conn, query string, args []driver.NamedValue) (
	driver.Result, error) {
	if c, ok := c.(driver.ExecerContext); ok {
		return c.ExecContext(ctx, query, args)
	}
	values, err := valuesOf(ctx, args)
	if err != nil {
		return nil, err
	}
	return c.(driver.Execer).Exec(query, values)
}

func queryConn(ctx context.Context, c driver.Conn, query string, args []driver.NamedValue) (
	driver.Rows, error) {
	if c, ok := c.(driver.QueryerContext); ok {
		return c.QueryContext(ctx, query, args)
	}
	values, err := valuesOf(ctx, args)
	if err != nil {
		return nil, err
	}
	return c.(driver.Queryer).Query(query, values)
}

func execStmt(ctx context.Context, s driver.Stmt, args []driver.NamedValue) (
	driver.Result, error) {
	if s, ok := s.(driver.StmtExecContext); ok {
		return s.ExecContext(ctx, args)
	}
	values, err := valuesOf(ctx, args)
	if err != nil {
		return nil, err
	}
	return s.Exec(values)
}

func queryStmt(ctx context.Context, s driver.Stmt, args []driver.NamedValue) (
	driver.Rows, error) {
	if s, ok := s.(driver.StmtQueryContext); ok {
		return s.QueryContext(ctx, args)
	}
	values, err := valuesOf(ctx, args)
	if err != nil {
		return nil, err
	}
	return s.Query(values)
}

// valuesOf returns the arguments for a method without a context. It fails if one has a name, or the
// context is over.
func valuesOf(ctx context.Context, args []driver.NamedValue) ([]driver.Value, error) {
	values := make([]driver.Value, len(args))
	for i, a := range args {
		if a.Name != "" {
			return nil, errors.New("sqlprobe: the driver takes no named arguments; pass them by position")
		}
		values[i] = a.Value
	}
	return values, ctx.Err()
}

func prepare(ctx context.Context, c driver.Conn, query string) (driver.Stmt, error) {
	if c, ok := c.(driver.ConnPrepareContext); ok {
		return c.PrepareContext(ctx, query)
	}
	s, err := c.Prepare(query)
	if err == nil && ctx.Err() != nil {
		_ = s.Close()
		return nil, ctx.Err()
	}
	return s, err
}

func begin(ctx context.Context, c driver.Conn, options driver.TxOptions) (driver.Tx, error) {
	if c, ok := c.(driver.ConnBeginTx); ok {
		return c.BeginTx(ctx, options)
	}
	if options != (driver.TxOptions{}) {
		return nil, errors.New(
			"sqlprobe: the driver has neither isolation levels nor read-only transactions; pass no options")
	}
	t, err := c.Begin()
	if err == nil && ctx.Err() != nil {
		_ = t.Rollback()
		return nil, ctx.Err()
	}
	return t, err
}
