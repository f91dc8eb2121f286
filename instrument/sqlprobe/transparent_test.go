package sqlprobe

//lint:file-ignore SA1019 drivers have these interfaces, deprecated or not

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/stapsdt/stapsdttest"
)

// TestTransparent: a program that uses all of database/sql gets the same answers, and a driver the
// same questions, with and without the probes, traced or not, whatever the driver can do.
func TestTransparent(t *testing.T) {
	for kind, wrap := range kinds {
		t.Run(kind, func(t *testing.T) {
			bare := &fake{wrap: wrap}
			want := use(t, sql.OpenDB(opener{bare, ""}))
			for _, traced := range []bool{false, true} {
				t.Run(fmt.Sprintf("traced=%v", traced), func(t *testing.T) {
					if traced {
						stapsdttest.Record(t, provider)
					}
					probed := &fake{wrap: wrap}
					got := use(t, sql.OpenDB(Connector(opener{probed, ""})))
					same(t, "answers", got, want)
					same(t, "questions", probed.calls, bare.calls)
				})
			}
		})
	}
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		var g, w string
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			t.Errorf("%s %d: got %q, want %q", what, i, g, w)
		}
	}
}

// use asks everything of a database, and returns the answers.
func use(t *testing.T, db *sql.DB) (answers []string) {
	t.Helper()
	defer db.Close()
	db.SetMaxOpenConns(1)
	say := func(what string, value any, err error) {
		answers = append(answers, fmt.Sprint(what, " ", value, " ", textOf(err)))
	}
	ctx := t.Context()
	over, cancel := context.WithCancel(ctx)
	say("ping", "", db.PingContext(ctx))
	for _, args := range [][]any{nil, {1, "a"}, {sql.Named("x", 1)}, {1i}, {struct{}{}}} {
		result, err := db.ExecContext(ctx, "insert", args...)
		say("exec", affected(result), err)
		say("query", read(db.QueryContext(ctx, "select", args...)), nil)
		s, err := db.PrepareContext(ctx, "select prepared")
		if err != nil {
			t.Fatal(err)
		}
		result, err = s.ExecContext(ctx, args...)
		say("exec prepared", affected(result), err)
		say("query prepared", read(s.QueryContext(ctx, args...)), nil)
		s.Close()
	}
	_, err := db.ExecContext(ctx, "bad")
	say("bad exec", "", err)
	_, err = db.ExecContext(ctx, "skip")
	say("skipped", "", err)
	say("bad query", read(db.QueryContext(ctx, "bad")), nil)
	say("breaking query", read(db.QueryContext(ctx, "break")), nil)
	for _, options := range []*sql.TxOptions{
		nil, {ReadOnly: true}, {Isolation: sql.LevelSerializable},
	} {
		tx, err := db.BeginTx(ctx, options)
		say("begin", tx != nil, err)
		if tx != nil {
			_, err = tx.ExecContext(ctx, "update")
			say("update", "", err)
			say("commit", "", tx.Commit())
		}
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	say("rollback", "", tx.Rollback())
	cancel()
	_, err = db.ExecContext(over, "late")
	say("late", "", err)
	say("driver", fmt.Sprintf("%T", db.Driver()), nil)
	return answers
}

// textOf returns the text of an error. Those about what a driver lacks are one.
func textOf(err error) string {
	switch {
	case err == nil:
		return ""
	case strings.HasPrefix(err.Error(), "sqlprobe: the driver "),
		strings.HasPrefix(err.Error(), "sql: driver does not support"):
		return "unsupported"
	}
	return err.Error()
}

func affected(r sql.Result) string {
	if r == nil {
		return "nothing"
	}
	n, err := r.RowsAffected()
	return fmt.Sprint(n, " ", err)
}

// read returns all rows, of all result sets, and what is known of their columns.
func read(rows *sql.Rows, err error) string {
	if err != nil {
		return textOf(err)
	}
	defer rows.Close()
	text := ""
	for isFirst := true; isFirst || rows.NextResultSet(); isFirst = false {
		types, err := rows.ColumnTypes()
		if err != nil {
			return err.Error()
		}
		length, hasLength := types[0].Length()
		nullable, hasNullable := types[0].Nullable()
		precision, scale, hasPrecision := types[0].DecimalSize()
		text += fmt.Sprint(types[0].Name(), types[0].DatabaseTypeName(), types[0].ScanType(), length,
			hasLength, nullable, hasNullable, precision, scale, hasPrecision)
		for rows.Next() {
			var n int64
			if err := rows.Scan(&n); err != nil {
				return err.Error()
			}
			text += fmt.Sprint(" ", n)
		}
	}
	return text + fmt.Sprint(" ", rows.Err())
}

// wrapped has, for each interface of database/sql/driver that drivers have, what takes its place
// here. A nil stands for one that a driver hands on as it is.
var wrapped = map[string]any{
	"Driver":                         implements[driver.Driver](probedDriver{}),
	"DriverContext":                  implements[driver.DriverContext](probedDriver{}),
	"Connector":                      implements[driver.Connector](&connector{}),
	"Conn":                           implements[driver.Conn](&conn{}),
	"Pinger":                         implements[driver.Pinger](&conn{}),
	"Execer":                         implements[driver.ExecerContext](execer{}), // asks both
	"ExecerContext":                  implements[driver.ExecerContext](execer{}),
	"Queryer":                        implements[driver.QueryerContext](queryer{}), // asks both
	"QueryerContext":                 implements[driver.QueryerContext](queryer{}),
	"ConnPrepareContext":             implements[driver.ConnPrepareContext](&conn{}),
	"ConnBeginTx":                    implements[driver.ConnBeginTx](&conn{}),
	"SessionResetter":                implements[driver.SessionResetter](&conn{}),
	"Validator":                      implements[driver.Validator](&conn{}),
	"Stmt":                           implements[driver.Stmt](&stmt{}),
	"StmtExecContext":                implements[driver.StmtExecContext](&stmt{}),
	"StmtQueryContext":               implements[driver.StmtQueryContext](&stmt{}),
	"NamedValueChecker":              implements[driver.NamedValueChecker](&stmt{}), // and conn
	"ColumnConverter":                implements[driver.ColumnConverter](convertingStmt{}),
	"Rows":                           implements[driver.Rows](&rows{}),
	"RowsNextResultSet":              implements[driver.RowsNextResultSet](&rows{}),
	"RowsColumnTypeScanType":         implements[driver.RowsColumnTypeScanType](&rows{}),
	"RowsColumnTypeDatabaseTypeName": implements[driver.RowsColumnTypeDatabaseTypeName](&rows{}),
	"RowsColumnTypeLength":           implements[driver.RowsColumnTypeLength](&rows{}),
	"RowsColumnTypeNullable":         implements[driver.RowsColumnTypeNullable](&rows{}),
	"RowsColumnTypePrecisionScale":   implements[driver.RowsColumnTypePrecisionScale](&rows{}),
	"Tx":                             implements[driver.Tx](&tx{}),
	"Result":                         nil,
	"Valuer":                         nil, // of arguments
	"ValueConverter":                 nil, // of ColumnConverter
}

func implements[I any](v I) any { return v }

// TestInterfaces: this package knows all interfaces of database/sql/driver. A new release of Go may
// have another, which a driver then loses if it is not wrapped.
func TestInterfaces(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", "{{range .GoFiles}}{{$.Dir}}/{{.}}\n{{end}}",
		"database/sql/driver").Output()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for path := range strings.FieldsSeq(string(out)) {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if d, ok := n.(*ast.TypeSpec); ok && d.Name.IsExported() {
				if _, ok := d.Type.(*ast.InterfaceType); ok {
					names = append(names, d.Name.Name)
				}
			}
			return true
		})
	}
	for _, name := range names {
		if _, ok := wrapped[name]; !ok {
			t.Errorf("driver.%s is not known here: does it need a place in conn, stmt or rows?", name)
		}
	}
	for name := range wrapped {
		if !slices.Contains(names, name) {
			t.Errorf("database/sql/driver has no %s", name)
		}
	}
}
