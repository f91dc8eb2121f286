package sqlprobe_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"log"

	"github.com/go-usdt/usdt/instrument/sqlprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

// Statements can be traced once the database is opened by this package, as by
//
//	usdt trace -p PID sql:exec_end --where 'error != ""'
func Example() {
	if err := stapsdt.Load(); err != nil {
		log.Println("tracing probes are off:", err) // the program goes on
	}
	defer stapsdt.Close()
	sql.Register("nowhere", nowhere{}) // in place of importing a driver

	db, err := sqlprobe.Open("nowhere", "shop.db")
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	_, err = db.ExecContext(context.Background(), "delete from carts")
	fmt.Println(err)
	// Output: there is no database in shop.db
}

// nowhere is a driver without databases.
type nowhere struct{}

func (nowhere) Open(name string) (driver.Conn, error) {
	return nil, fmt.Errorf("there is no database in %s", name)
}
