package sqlprobe

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"reflect"
	"sync"
	"testing"

	"github.com/go-usdt/usdt/stapsdt"
	"github.com/go-usdt/usdt/stapsdt/stapsdttest"
)

// open opens a database of a fake driver, with the probes.
func open(t testing.TB, f *fake) *sql.DB {
	t.Helper()
	db := sql.OpenDB(Connector(opener{f, ""}))
	t.Cleanup(func() { db.Close() })
	return db
}

// took stands for a duration, and for what a test does not look at.
const took = stapsdttest.Any

// TestConnections: a connection has a number, which all that it does has, too.
func TestConnections(t *testing.T) {
	r := stapsdttest.Record(t, provider)
	db := open(t, &fake{wrap: kinds["modern"]})
	if err := db.PingContext(t.Context()); err != nil {
		t.Error(err)
	}
	db.Close()
	events := r.Events()
	if len(events) != 5 {
		t.Fatalf("fired %v", events)
	}
	id, conn, ping := events[0].Args[0], events[1].Args[1].(uint64), events[2].Args[0]
	r.Want(
		stapsdttest.Fired(connectStart, id, "*sqlprobe.fake"),
		stapsdttest.Fired(connectEnd, id, conn, "", took),
		stapsdttest.Fired(pingStart, ping, conn),
		stapsdttest.Fired(pingEnd, ping, "", took),
		stapsdttest.Fired(disconnect, conn),
	)
	if conn == 0 || conn == id || ping == id {
		t.Errorf("connect %v, connection %v and ping %v are not three", id, conn, ping)
	}
}

func TestNoConnection(t *testing.T) {
	r := stapsdttest.Record(t, provider)
	db := open(t, &fake{fails: errors.New("refused")})
	if err := db.PingContext(t.Context()); err == nil {
		t.Error("no error")
	}
	id := r.Events()[0].Args[0]
	r.Want(stapsdttest.Fired(connectStart, id, "*sqlprobe.fake"),
		stapsdttest.Fired(connectEnd, id, 0, "refused", took))
}

type ctx = context.Context

// TestStatements: each kind of statement fires its pair, with the query, what it did, and errors.
func TestStatements(t *testing.T) {
	const id, conn = took, took
	exec := func(query string, rows int, err string) []stapsdttest.Event {
		return []stapsdttest.Event{stapsdttest.Fired(execStart, id, conn, query),
			stapsdttest.Fired(execEnd, id, query, rows, err, took)}
	}
	query := func(query, err string) []stapsdttest.Event {
		return []stapsdttest.Event{stapsdttest.Fired(queryStart, id, conn, query),
			stapsdttest.Fired(queryEnd, id, query, err, took)}
	}
	prepare := func(query, err string) []stapsdttest.Event {
		return []stapsdttest.Event{stapsdttest.Fired(prepareStart, id, conn, query),
			stapsdttest.Fired(prepareEnd, id, query, err, took)}
	}
	closed := func(rows int, err string) []stapsdttest.Event {
		return []stapsdttest.Event{stapsdttest.Fired(rowsClosed, id, rows, err, took)}
	}
	for _, test := range []struct {
		name, kind string
		do         func(ctx, *sql.DB)
		want       [][]stapsdttest.Event
	}{
		{"exec", "modern", func(c ctx, db *sql.DB) { db.ExecContext(c, "insert") },
			[][]stapsdttest.Event{exec("insert", 3, "")}},
		{"bad exec", "modern", func(c ctx, db *sql.DB) { db.ExecContext(c, "bad") },
			[][]stapsdttest.Event{exec("bad", 0, "bad query")}},
		{"refused exec", "modern", func(c ctx, db *sql.DB) { db.ExecContext(c, "skip") },
			[][]stapsdttest.Event{exec("skip", 0, driver.ErrSkip.Error()), prepare("skip", ""),
				exec("skip", 4, "")}},
		{"without exec", "minimal", func(c ctx, db *sql.DB) { db.ExecContext(c, "insert") },
			[][]stapsdttest.Event{prepare("insert", ""), exec("insert", 0, "")}},
		{"prepare", "modern", func(c ctx, db *sql.DB) { db.PrepareContext(c, "bad") },
			[][]stapsdttest.Event{prepare("bad", "bad query")}},
		{"query", "modern", func(c ctx, db *sql.DB) { read(db.QueryContext(c, "select")) },
			[][]stapsdttest.Event{query("select", ""), closed(3, "")}},
		{"bad query", "modern", func(c ctx, db *sql.DB) { read(db.QueryContext(c, "bad")) },
			[][]stapsdttest.Event{query("bad", "bad query")}},
		{"broken rows", "modern",
			func(c ctx, db *sql.DB) { read(db.QueryContext(c, "break")) },
			[][]stapsdttest.Event{query("break", ""), closed(1, "bad query")}},
		{"lost rows", "modern",
			func(c ctx, db *sql.DB) { read(db.QueryContext(c, "lose")) },
			[][]stapsdttest.Event{query("lose", ""), closed(1, "lost: EOF")}},
		{"one row", "legacy",
			func(c ctx, db *sql.DB) {
				var n int
				db.QueryRowContext(c, "select").Scan(&n)
			},
			[][]stapsdttest.Event{query("select", ""), closed(1, "")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			db := open(t, &fake{wrap: kinds[test.kind]})
			db.PingContext(t.Context())
			r := stapsdttest.Record(t, provider)
			test.do(t.Context(), db)
			var want []stapsdttest.Event
			for _, events := range test.want {
				want = append(want, events...)
			}
			r.Want(want...)
			open := make(map[any]int) // the ends that are wanted
			for _, e := range r.Events() {
				if e.Probe == "sql:rows" {
					continue
				}
				if open[e.Args[0]]++; open[e.Args[0]] > 2 {
					t.Errorf("%v has the id of another pair", e)
				}
			}
			for id, n := range open {
				if n != 2 {
					t.Errorf("the id %v is of %d events, want a start and an end", id, n)
				}
			}
		})
	}
}

func TestTransactions(t *testing.T) {
	db := open(t, &fake{wrap: kinds["modern"]})
	db.PingContext(t.Context())
	r := stapsdttest.Record(t, provider)
	for _, end := range []func(*sql.Tx) error{(*sql.Tx).Commit, (*sql.Tx).Rollback} {
		tx, err := db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := end(tx); err != nil {
			t.Error(err)
		}
	}
	if _, err := db.BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true}); err == nil {
		t.Error("no error")
	}
	events := r.Events()
	first, commit := events[0].Args[0].(uint64), events[1].Args[0].(uint64)
	conn, second := events[0].Args[1], commit+1
	r.Want(
		stapsdttest.Fired(txStart, first, conn),
		stapsdttest.Fired(commitStart, commit, first),
		stapsdttest.Fired(commitEnd, commit, "", took),
		stapsdttest.Fired(txEnd, first, "commit", "", took),
		stapsdttest.Fired(txStart, second, conn),
		stapsdttest.Fired(txEnd, second, "rollback", "", took),
		stapsdttest.Fired(txStart, second+1, conn),
		stapsdttest.Fired(txEnd, second+1, "begin", "bad query", took),
	)
}

// register registers a driver, and one that is wrapped, which can be done once.
var register = sync.OnceFunc(func() {
	sql.Register("sqlprobe-fake", &fake{wrap: kinds["modern"]})
	sql.Register("sqlprobe-probed", Driver(&fake{wrap: kinds["modern"]}))
})

// TestOpen: a driver that is registered by name is opened by it, with or without connectors.
func TestOpen(t *testing.T) {
	register()
	opened, err := Open("sqlprobe-fake", "")
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	registered, err := sql.Open("sqlprobe-probed", "")
	if err != nil {
		t.Fatal(err)
	}
	defer registered.Close()
	for _, db := range []*sql.DB{opened, registered} {
		r := stapsdttest.Record(t, execEnd)
		if _, err := db.ExecContext(t.Context(), "insert"); err != nil {
			t.Error(err)
		}
		r.Want(stapsdttest.Fired(execEnd, took, "insert", 3, "", took))
		if _, ok := db.Driver().(*fake); !ok {
			t.Errorf("the driver is %T", db.Driver())
		}
	}
	if _, err := Open("sqlprobe-none", ""); err == nil {
		t.Error("no error")
	}
	c, err := Driver(&fake{wrap: kinds["modern"]}).Open("")
	if err != nil || Raw(c) == c {
		t.Errorf("got %T, %v", c, err)
	}
}

// TestRaw: the driver's own connection is there for who needs it.
func TestRaw(t *testing.T) {
	for kind, wrap := range kinds {
		c, err := open(t, &fake{wrap: wrap}).Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		err = c.Raw(func(driverConn any) error {
			if got := Raw(driverConn); reflect.TypeOf(got) != reflect.TypeOf(wrap(&fakeConn{new(fake)})) {
				t.Errorf("%s: the driver's connection is %T", kind, got)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		c.Close()
	}
	if got := Raw(1); got != 1 {
		t.Errorf("got %v", got)
	}
}

type closing struct {
	driver.Connector
	closed *bool
}

func (c closing) Close() error { *c.closed = true; return io.ErrClosedPipe }

func TestClose(t *testing.T) {
	closed := false
	db := sql.OpenDB(Connector(closing{opener{&fake{}, ""}, &closed}))
	if err := db.Close(); !closed || !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("closed %v, %v", closed, err)
	}
}

func TestNil(t *testing.T) {
	for name, call := range map[string]func(){
		"Connector": func() { Connector(nil) },
		"Driver":    func() { Driver(nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s(nil) does not panic", name)
				}
			}()
			call()
		}()
	}
}

// TestUntraced: a connection allocates as much as without the probes.
func TestUntraced(t *testing.T) {
	background := context.Background()
	measure := func(c driver.Connector) float64 {
		conn, err := c.Connect(background)
		if err != nil {
			t.Fatal(err)
		}
		return testing.AllocsPerRun(100, func() {
			conn.(driver.ExecerContext).ExecContext(background, "insert", nil)
			conn.(driver.QueryerContext).QueryContext(background, "select", nil)
			begin(background, conn, driver.TxOptions{})
		})
	}
	base := opener{&fake{wrap: quietly}, ""}
	if bare, probed := measure(base), measure(Connector(base)); probed > bare {
		t.Errorf("%v allocations, %v without the probes", probed, bare)
	}
}

// quiet is a connection that notes nothing.
type quiet struct{}

func quietly(*fakeConn) driver.Conn { return quiet{} }

func (quiet) Prepare(string) (driver.Stmt, error) { return nil, errBad }
func (quiet) Close() error                        { return nil }
func (quiet) Begin() (driver.Tx, error)           { return quiet{}, nil }
func (quiet) Commit() error                       { return nil }
func (quiet) Rollback() error                     { return nil }
func (quiet) ExecContext(context.Context, string, []driver.NamedValue) (driver.Result, error) {
	return driver.ResultNoRows, nil
}
func (quiet) QueryContext(context.Context, string, []driver.NamedValue) (driver.Rows, error) {
	return &fakeRows{}, nil
}

// BenchmarkExec compares a statement of a driver that does nothing with and without the probes, and
// with a counter that hears them.
func BenchmarkExec(b *testing.B) {
	for _, m := range []struct {
		name      string
		connector driver.Connector
		heard     bool
	}{
		{"bare", opener{&fake{wrap: quietly}, ""}, false},
		{"untraced", Connector(opener{&fake{wrap: quietly}, ""}), false},
		{"heard", Connector(opener{&fake{wrap: quietly}, ""}), true},
	} {
		b.Run(m.name, func(b *testing.B) {
			if m.heard {
				counter, err := stapsdt.Count("sql:*")
				if err != nil {
					b.Fatal(err)
				}
				defer counter.Close()
			}
			db := sql.OpenDB(m.connector)
			defer db.Close()
			b.ReportAllocs()
			for b.Loop() {
				db.ExecContext(context.Background(), "insert")
			}
		})
	}
}
