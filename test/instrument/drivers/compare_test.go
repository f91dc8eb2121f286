// Package drivers runs instrument/sqlprobe with database drivers of other people. It is a module of
// its own, which keeps the drivers out of ours.
package drivers

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/instrument/sqlprobe"
	"github.com/go-usdt/usdt/stapsdt"
	"github.com/go-usdt/usdt/stapsdt/stapsdttest"
)

// provider returns that of sqlprobe.
func provider(t *testing.T) *stapsdt.Provider {
	t.Helper()
	for _, p := range stapsdt.Providers() {
		if p.Name() == "sql" {
			return p
		}
	}
	t.Fatal("there is no provider sql")
	return nil
}

// A dialect is what differs between databases.
type dialect struct {
	insert  string // a statement with two arguments
	missing string // the error when there is no table sofas
}

// compare uses two empty databases, one with the probes. A program must get the same answers from
// both, and the probes must say what it has done.
func compare(t *testing.T, driver string, d dialect, withoutProbes, withProbes string) {
	t.Helper()
	bare, err := sql.Open(driver, withoutProbes)
	if err != nil {
		t.Fatal(err)
	}
	probed, err := sqlprobe.Open(driver, withProbes)
	if err != nil {
		t.Fatal(err)
	}
	want := use(t, bare, d)
	r := stapsdttest.Record(t, provider(t))
	if got := use(t, probed, d); got != want {
		t.Errorf("with the probes:\n%s\nwithout:\n%s", got, want)
	}
	var fired []string
	starts, ends := make(map[string]int), 0
	for _, e := range r.Events() {
		key := fmt.Sprint(e.Args[0])
		switch name := strings.TrimPrefix(e.Probe, "sql:"); {
		case strings.HasSuffix(name, "_start"):
			starts[key]++
			continue
		case strings.HasSuffix(name, "_end"):
			ends++
			if starts[key] != 1 {
				t.Errorf("%v has %d starts", e, starts[key])
			}
			fired = append(fired, fmt.Sprint(name, e.Args[1:len(e.Args)-1]))
		case name == "rows":
			fired = append(fired, fmt.Sprint(name, e.Args[1:len(e.Args)-1]))
		}
	}
	if len(starts) != ends {
		t.Errorf("%d starts, %d ends", len(starts), ends)
	}
	all := strings.Join(fired, "\n")
	for _, event := range []string{
		"ping_end[]",
		"exec_end[create table carts (customer text, cents integer) 0 ]",
		"exec_end[" + d.insert + " 1 ]",
		"exec_end[update carts set cents = cents + 1 3 ]",
		"query_end[select customer, cents from carts order by cents ]\nrows[4 ]",
		"exec_end[insert into sofas values (1) 0 " + d.missing + "]",
		"commit_end[]\ntx_end[commit ]",
		"tx_end[rollback ]",
	} {
		if !strings.Contains(all, event) {
			t.Errorf("there is no %s in\n%s", event, all)
		}
	}
}

// use returns what a database answers to a number of statements.
func use(t *testing.T, db *sql.DB, d dialect) string {
	t.Helper()
	defer db.Close()
	db.SetMaxOpenConns(1)
	ctx := t.Context()
	var answers strings.Builder
	exec := func(query string, args ...any) {
		result, err := db.ExecContext(ctx, query, args...)
		var rows int64
		if err == nil {
			rows, _ = result.RowsAffected()
		}
		fmt.Fprintln(&answers, query, rows, err)
	}
	fmt.Fprintln(&answers, db.PingContext(ctx))
	exec("create table carts (customer text, cents integer)")
	insert, err := db.PrepareContext(ctx, d.insert)
	if err != nil {
		t.Fatal(err)
	}
	for i, customer := range []string{"Ada", "Bob", "Zoë"} {
		if _, err := insert.ExecContext(ctx, customer, 100*i); err != nil {
			t.Fatal(err)
		}
	}
	insert.Close()
	exec("update carts set cents = cents + 1")
	exec("insert into sofas values (1)")
	exec(d.insert, sql.Named("who", "Eve"), sql.Named("cents", 7)) // names are not used
	for _, end := range []func(*sql.Tx) error{(*sql.Tx).Commit, (*sql.Tx).Rollback} {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = tx.ExecContext(ctx, "update carts set cents = cents * 2 where customer = 'Bob'")
		fmt.Fprintln(&answers, err, end(tx))
	}
	over, cancel := context.WithCancel(ctx)
	cancel()
	_, err = db.ExecContext(over, "delete from carts")
	fmt.Fprintln(&answers, err)
	read(&answers, db)
	return answers.String()
}

// read writes all rows, and what the driver says of their columns.
func read(answers *strings.Builder, db *sql.DB) {
	rows, err := db.Query("select customer, cents from carts order by cents")
	if err != nil {
		fmt.Fprintln(answers, err)
		return
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	fmt.Fprintln(answers, err)
	for _, c := range types {
		nullable, known := c.Nullable()
		fmt.Fprintln(answers, c.Name(), c.DatabaseTypeName(), c.ScanType(), nullable, known)
	}
	for rows.Next() {
		var customer string
		var cents int64
		err = rows.Scan(&customer, &cents)
		fmt.Fprintln(answers, customer, cents, err)
	}
	fmt.Fprintln(answers, rows.Err())
}
