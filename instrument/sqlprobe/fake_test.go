package sqlprobe

//lint:file-ignore SA1019 drivers have these methods, deprecated or not

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
)

// A fake is a driver that notes what it is asked. Queries whose text begins with "bad" fail.
type fake struct {
	wrap  func(*fakeConn) driver.Conn // chooses the optional interfaces
	calls []string
	fails error // of connecting
}

func (f *fake) note(format string, args ...any) {
	f.calls = append(f.calls, fmt.Sprintf(format, args...))
}

func (f *fake) Open(string) (driver.Conn, error) {
	f.note("open")
	if f.fails != nil {
		return nil, f.fails
	}
	return f.wrap(&fakeConn{f}), nil
}

var errBad = errors.New("bad query")

// breaks are the queries whose rows break off.
var breaks = map[string]error{"break": errBad, "lose": fmt.Errorf("lost: %w", io.EOF)}

func judge(query string) error {
	if strings.HasPrefix(query, "bad") {
		return errBad
	}
	return nil
}

// fakeConn has what each connection has.
type fakeConn struct{ *fake }

func (c *fakeConn) Close() error { return nil }
func (c *fakeConn) Prepare(query string) (driver.Stmt, error) {
	c.note("prepare %s", query)
	if err := judge(query); err != nil {
		return nil, err
	}
	return &fakeStmt{c.fake, query}, nil
}
func (c *fakeConn) Begin() (driver.Tx, error) {
	c.note("begin")
	return fakeTx{c.fake}, nil
}

// legacyExec and legacyQuery are of before contexts.
type (
	legacyExec  struct{ *fake }
	legacyQuery struct{ *fake }
)

func (l legacyExec) Exec(query string, args []driver.Value) (driver.Result, error) {
	l.note("exec %s %v", query, args)
	return driver.RowsAffected(3), judge(query)
}

func (l legacyQuery) Query(query string, args []driver.Value) (driver.Rows, error) {
	l.note("query %s %v", query, args)
	return &fakeRows{left: 2}, judge(query)
}

// modern has all optional interfaces of today.
type modern struct {
	*fakeConn
	checker
}

func (m modern) Ping(context.Context) error { m.note("ping"); return nil }
func (m modern) ResetSession(context.Context) error {
	m.note("reset")
	return nil
}
func (m modern) IsValid() bool { m.note("valid"); return true }

// checker converts some arguments.
type checker struct{}

func (checker) CheckNamedValue(v *driver.NamedValue) error {
	if _, ok := v.Value.(complex128); ok {
		v.Value = "complex"
		return nil
	}
	return driver.ErrSkip
}
func (m modern) PrepareContext(_ context.Context, query string) (driver.Stmt, error) {
	s, err := m.Prepare(query)
	if err != nil {
		return nil, err
	}
	return modernStmt{s.(*fakeStmt)}, nil
}
func (m modern) BeginTx(_ context.Context, o driver.TxOptions) (driver.Tx, error) {
	m.note("begin %v", o)
	if o.ReadOnly {
		return nil, errBad
	}
	return fakeTx{m.fake}, nil
}
func (m modern) ExecContext(_ context.Context, query string, args []driver.NamedValue) (
	driver.Result, error) {
	m.note("exec %s %v", query, args)
	if strings.HasPrefix(query, "skip") {
		return nil, driver.ErrSkip
	}
	return driver.RowsAffected(3), judge(query)
}
func (m modern) QueryContext(_ context.Context, query string, args []driver.NamedValue) (
	driver.Rows, error) {
	m.note("query %s %v", query, args)
	if err := judge(query); err != nil {
		return nil, err
	}
	return &modernRows{fakeRows{left: 2, breaks: breaks[query]}, 1}, nil
}

// fakeStmt has what each statement has.
type fakeStmt struct {
	*fake
	query string
}

func (s *fakeStmt) Close() error  { s.note("close %s", s.query); return nil }
func (s *fakeStmt) NumInput() int { return -1 }
func (s *fakeStmt) Exec(args []driver.Value) (driver.Result, error) {
	s.note("exec prepared %s %v", s.query, args)
	return driver.ResultNoRows, nil
}
func (s *fakeStmt) Query(args []driver.Value) (driver.Rows, error) {
	s.note("query prepared %s %v", s.query, args)
	return &fakeRows{left: 2}, nil
}

// convertingConn makes statements that convert their arguments.
type convertingConn struct{ *fakeConn }

type converting struct{ *fakeStmt }

func (c convertingConn) Prepare(query string) (driver.Stmt, error) {
	s, err := c.fakeConn.Prepare(query)
	if err != nil {
		return nil, err
	}
	return converting{s.(*fakeStmt)}, nil
}

func (converting) ColumnConverter(int) driver.ValueConverter { return complexConverter{} }

type complexConverter struct{}

func (complexConverter) ConvertValue(v any) (driver.Value, error) {
	return fmt.Sprint("<", v, ">"), nil
}

type modernStmt struct{ *fakeStmt }

func (s modernStmt) CheckNamedValue(v *driver.NamedValue) error {
	if _, ok := v.Value.(complex128); ok {
		v.Value = "complex in a statement"
		return nil
	}
	return driver.ErrSkip
}
func (s modernStmt) ExecContext(_ context.Context, args []driver.NamedValue) (driver.Result,
	error) {
	s.note("exec prepared %s %v", s.query, args)
	return driver.RowsAffected(4), nil
}
func (s modernStmt) QueryContext(_ context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.note("query prepared %s %v", s.query, args)
	return &modernRows{fakeRows{left: 2}, 1}, nil
}

type fakeTx struct{ *fake }

func (t fakeTx) Commit() error   { t.note("commit"); return nil }
func (t fakeTx) Rollback() error { t.note("rollback"); return nil }

// fakeRows has what all rows have.
type fakeRows struct {
	left   int64
	breaks error // instead of the last row
}

func (r *fakeRows) Columns() []string { return []string{"n"} }
func (r *fakeRows) Close() error      { return nil }
func (r *fakeRows) Next(values []driver.Value) error {
	if r.left == 0 {
		return io.EOF
	}
	if r.breaks != nil && r.left == 1 {
		return r.breaks
	}
	values[0] = r.left
	r.left--
	return nil
}

type modernRows struct {
	fakeRows
	sets int
}

func (r *modernRows) HasNextResultSet() bool { return r.sets > 0 }
func (r *modernRows) NextResultSet() error {
	if r.sets == 0 {
		return io.EOF
	}
	r.sets--
	r.left = 1
	return nil
}
func (r *modernRows) ColumnTypeScanType(int) reflect.Type {
	return reflect.TypeFor[int64]()
}
func (r *modernRows) ColumnTypeDatabaseTypeName(int) string             { return "BIGINT" }
func (r *modernRows) ColumnTypeLength(int) (int64, bool)                { return 8, true }
func (r *modernRows) ColumnTypeNullable(int) (nullable, ok bool)        { return true, true }
func (r *modernRows) ColumnTypePrecisionScale(int) (int64, int64, bool) { return 19, 0, true }

// kinds are connections with different optional interfaces.
var kinds = map[string]func(*fakeConn) driver.Conn{
	"minimal":    func(c *fakeConn) driver.Conn { return c },
	"converting": func(c *fakeConn) driver.Conn { return convertingConn{c} },
	"modern":     func(c *fakeConn) driver.Conn { return modern{fakeConn: c} },
	"checking": func(c *fakeConn) driver.Conn {
		return struct {
			*fakeConn
			checker
		}{fakeConn: c}
	},
	"exec only": func(c *fakeConn) driver.Conn {
		return struct {
			*fakeConn
			legacyExec
		}{c, legacyExec{c.fake}}
	},
	"query only": func(c *fakeConn) driver.Conn {
		return struct {
			*fakeConn
			legacyQuery
		}{c, legacyQuery{c.fake}}
	},
	"legacy": func(c *fakeConn) driver.Conn {
		return struct {
			*fakeConn
			legacyExec
			legacyQuery
		}{c, legacyExec{c.fake}, legacyQuery{c.fake}}
	},
}
