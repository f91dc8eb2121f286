//go:build linux && (amd64 || arm64)

package storm

import (
	"flag"
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/document"
)

var update = flag.Bool("update", false, "write the figures of tests that pass into the document")

const (
	page    = "../../docs/reliability.md"
	picture = "../../docs/reliability-steady.svg"
)

// writeFigures writes what a test found into its section of the document, if that is wanted and the
// test has not failed.
func writeFigures(t *testing.T, section, figures string) {
	t.Helper()
	if !*update || t.Failed() {
		return
	}
	if err := document.Replace(page, section, figures); err != nil {
		t.Fatal(err)
	}
}

// where says which system a test ran on.
func where(t *testing.T) string {
	t.Helper()
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		t.Fatal(err)
	}
	release := regexp.MustCompile(`^\d+\.\d+`).FindString(unix.ByteSliceToString(u.Release[:]))
	return fmt.Sprintf("Linux %s, %s, %d processors, %s", release, runtime.GOARCH, runtime.NumCPU(),
		runtime.Version())
}

// markdown returns a table whose first row has the names of the columns.
func markdown(rows [][]string) string {
	var b strings.Builder
	for i, row := range rows {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			b.WriteString("|" + strings.Repeat("---|", len(row)) + "\n")
		}
	}
	return b.String()
}
