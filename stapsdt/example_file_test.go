package stapsdt_test

import (
	"fmt"
	"log"
	"os"

	"github.com/go-usdt/usdt/stapsdt"
)

// perf reads probes from named files only, and must be told the path:
//
//	perf buildid-cache --add PATH
//	perf probe sdt_db:query
//	perf record -e sdt_db:query -p PID
func ExampleWithBacking() {
	db := stapsdt.MustProvider("db",
		stapsdt.WithBacking(stapsdt.FileBacking), stapsdt.WithDir(os.TempDir()))
	query := stapsdt.MustProbe1[string](db, "query")
	if err := db.Load(); err != nil {
		log.Printf("tracing probes are off: %v", err)
	}
	log.Println("perf buildid-cache --add", db.Path())

	query.Fire("select 1")

	path := db.Path()
	if err := db.Close(); err != nil { // removes the file
		log.Print(err)
	}
	_, err := os.Stat(path)
	fmt.Println("file is there after Close:", err == nil)
	// Output: file is there after Close: false
}
