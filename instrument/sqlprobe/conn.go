package sqlprobe

import (
	"context"
	"database/sql/driver"

	"github.com/go-usdt/usdt/instrument/internal/pair"
)

// A conn is a connection with the optional interfaces that database/sql can do without: it does the
// same when one is there and says that there is nothing to do. Those of execer and queryer are not
// among them, because their presence changes how arguments are converted.
type conn struct {
	driver.Conn
	id uint64
}

// wrapConn returns a connection with the same of the two ways to do without a prepared statement.
func wrapConn(base driver.Conn, id uint64) driver.Conn {
	c := &conn{base, id}
	switch executes, queries := canExec(base), canQuery(base); {
	case executes && queries:
		return struct {
			*conn
			execer
			queryer
		}{c, execer{c}, queryer{c}}
	case executes:
		return struct {
			*conn
			execer
		}{c, execer{c}}
	case queries:
		return struct {
			*conn
			queryer
		}{c, queryer{c}}
	}
	return c
}

func (c *conn) raw() driver.Conn { return c.Conn }

func (c *conn) Close() error {
	disconnect.Fire(c.id)
	return c.Conn.Close()
}

func (c *conn) Ping(ctx context.Context) (err error) {
	pinger, ok := c.Conn.(driver.Pinger)
	if !ok {
		return nil // to have the connection is enough
	}
	if pingStart.Enabled() || pingEnd.Enabled() {
		p := pair.Begin()
		pingStart.Fire(p.ID, c.id)
		defer func() { pingEnd.Fire(p.ID, pair.ErrorText(err), p.Duration()) }()
	}
	return pinger.Ping(ctx)
}

func (c *conn) ResetSession(ctx context.Context) error {
	if base, ok := c.Conn.(driver.SessionResetter); ok {
		return base.ResetSession(ctx)
	}
	return nil
}

func (c *conn) IsValid() bool {
	base, ok := c.Conn.(driver.Validator)
	return !ok || base.IsValid()
}

// CheckNamedValue leaves to database/sql what the driver does not check.
func (c *conn) CheckNamedValue(v *driver.NamedValue) error {
	if base, ok := c.Conn.(driver.NamedValueChecker); ok {
		return base.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

func (c *conn) Prepare(query string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), query)
}

func (c *conn) PrepareContext(ctx context.Context, query string) (s driver.Stmt, err error) {
	if prepareStart.Enabled() || prepareEnd.Enabled() {
		p := pair.Begin()
		prepareStart.Fire(p.ID, c.id, query)
		defer func() { prepareEnd.Fire(p.ID, query, pair.ErrorText(err), p.Duration()) }()
	}
	base, err := prepare(ctx, c.Conn, query)
	if err != nil {
		return nil, err
	}
	return wrapStmt(base, c, query), nil
}

func (c *conn) Begin() (driver.Tx, error) {
	return c.BeginTx(context.Background(), driver.TxOptions{})
}

func (c *conn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	if txStart.Enabled() || txEnd.Enabled() || commitStart.Enabled() || commitEnd.Enabled() {
		return c.traceTx(ctx, options)
	}
	return begin(ctx, c.Conn, options)
}

// An execer is for drivers that execute statements which are not prepared, a queryer for those that
// query by them.
type (
	execer  struct{ *conn }
	queryer struct{ *conn }
)

func (e execer) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (
	driver.Result, error) {
	if execStart.Enabled() || execEnd.Enabled() {
		return traceExec(e.id, query, func() (driver.Result, error) {
			return execConn(ctx, e.Conn, query, args)
		})
	}
	return execConn(ctx, e.Conn, query, args)
}

func (q queryer) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (
	driver.Rows, error) {
	if queryStart.Enabled() || queryEnd.Enabled() || rowsClosed.Enabled() {
		return traceQuery(q.id, query, func() (driver.Rows, error) {
			return queryConn(ctx, q.Conn, query, args)
		})
	}
	return queryConn(ctx, q.Conn, query, args)
}
