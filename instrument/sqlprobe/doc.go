// Package sqlprobe shows tracers what a program does by database/sql: connections, statements, rows
// and transactions, whichever the driver.
//
//	db, err := sqlprobe.Open("sqlite", "shop.db") // in place of sql.Open
//
//	$ usdt latency -p 3583 sql:query --by query
//	$ usdt trace -p 3583 sql:exec_end --where 'error != ""'
//	$ usdt latency -p 3583 sql:tx
//
// [Connector] and [Driver] wrap what is given to [sql.OpenDB] and [sql.Register].
//
// # The probes
//
// The provider is sql. Each pair of probes has an id; conn is the number of the connection. No two
// ids and connections of a process have the same number.
//
//   - connect_start: id and driver (its Go type); connect_end: id, conn (0: none), error, duration;
//     disconnect: conn;
//   - ping, prepare, query and exec have a start with id and conn and, but for ping, the query. The
//     ends have id, the query, error and duration, ping_end without the query. Before the error of
//     exec_end is rows: how many the statement has affected, or 0 if the driver does not know;
//   - rows is fired when the rows of a query are closed: id of the query, rows (read), error of the
//     reading, and duration from the start of the query;
//   - tx_start: id and conn, before the transaction begins; tx_end: id, outcome ("commit",
//     "rollback", or "begin" if it has not come about), error and duration;
//   - commit_start: id and tx, the id of the transaction; commit_end: id, error and duration.
//
// Some drivers refuse to execute or query at once, and want the statement prepared first: then
// there is an exec or query with the error [driver.ErrSkip], a prepare, and another exec or query.
//
// What is traced when it begins has an end. A transaction, or the rows of a query, that began when
// nobody traced is not seen.
//
// # What stays as it was
//
// Programs see the driver that they have: DB.Driver returns it, and database/sql finds the optional
// interfaces of its connections, statements and rows as before, or what comes to the same where a
// driver lacks them. Only the function that sql.Conn.Raw calls gets another value: [Raw] returns
// the driver's own.
//
// # Performance considerations
//
// A connection and a prepared statement have an object more. Apart from that, while nobody traces,
// each operation costs some comparisons and an indirect call; nothing else is allocated, and no
// clock is read.
package sqlprobe

import (
	"time"

	"github.com/go-usdt/usdt/stapsdt"
)

var (
	provider = stapsdt.MustProvider("sql")

	connectStart = stapsdt.MustProbe2[uint64, string](provider, "connect_start", "id", "driver").
			Describe("A connection is about to be opened.")
	connectEnd = stapsdt.MustProbe4[uint64, uint64, string, time.Duration](provider,
		"connect_end", "id", "conn", "error", "duration").
		Describe("A connection is open, or has failed.")
	disconnect = stapsdt.MustProbe1[uint64](provider, "disconnect", "conn").
			Describe("A connection is closed.")

	pingStart = stapsdt.MustProbe2[uint64, uint64](provider, "ping_start", "id", "conn").
			Describe("A connection is about to be tried.")
	pingEnd = stapsdt.MustProbe3[uint64, string, time.Duration](provider,
		"ping_end", "id", "error", "duration").
		Describe("A connection is tried.")

	prepareStart = stapsdt.MustProbe3[uint64, uint64, string](provider,
		"prepare_start", "id", "conn", "query").
		Describe("A statement is about to be prepared.")
	prepareEnd = stapsdt.MustProbe4[uint64, string, string, time.Duration](provider,
		"prepare_end", "id", "query", "error", "duration").
		Describe("A statement is prepared, or has failed.")

	queryStart = stapsdt.MustProbe3[uint64, uint64, string](provider,
		"query_start", "id", "conn", "query").
		Describe("A statement that returns rows is about to be executed.")
	queryEnd = stapsdt.MustProbe4[uint64, string, string, time.Duration](provider,
		"query_end", "id", "query", "error", "duration").
		Describe("Rows can be read, or the statement has failed.")
	rowsClosed = stapsdt.MustProbe4[uint64, int64, string, time.Duration](provider,
		"rows", "id", "rows", "error", "duration").
		Describe("The rows of a query are read, or given up.")

	execStart = stapsdt.MustProbe3[uint64, uint64, string](provider,
		"exec_start", "id", "conn", "query").
		Describe("A statement without rows is about to be executed.")
	execEnd = stapsdt.MustProbe5[uint64, string, int64, string, time.Duration](provider,
		"exec_end", "id", "query", "rows", "error", "duration").
		Describe("A statement without rows is executed, or has failed.")

	txStart = stapsdt.MustProbe2[uint64, uint64](provider, "tx_start", "id", "conn").
		Describe("A transaction is about to begin.")
	txEnd = stapsdt.MustProbe4[uint64, string, string, time.Duration](provider,
		"tx_end", "id", "outcome", "error", "duration").
		Describe("A transaction is committed or rolled back, or has not come about.")
	commitStart = stapsdt.MustProbe2[uint64, uint64](provider, "commit_start", "id", "tx").
			Describe("A transaction is about to be committed.")
	commitEnd = stapsdt.MustProbe3[uint64, string, time.Duration](provider,
		"commit_end", "id", "error", "duration").
		Describe("A transaction is committed, or that has failed.")
)
