//go:build linux && (amd64 || arm64)

package instrument

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/testing/document"
)

const page = "../../docs/instrument.md"

var update = flag.Bool("update", false, "write the tables of probes into docs/instrument.md")

// TestDescribe compares the tables of probes in docs/instrument.md with what usdt describe writes
// about this process. Other programs rely on them: see docs/naming.md for what may change.
func TestDescribe(t *testing.T) {
	usdt := load(t)
	for _, provider := range providers {
		t.Run(provider, func(t *testing.T) {
			out, err := exec.Command(usdt, "describe", "-p", fmt.Sprint(os.Getpid()), "--markdown",
				provider+":*").Output()
			if err != nil {
				t.Fatal(err)
			}
			described := string(out)
			if *update {
				if err := document.Replace(page, provider, described); err != nil {
					t.Fatal(err)
				}
			}
			table, err := document.Section(page, provider)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.TrimSpace(described), strings.TrimSpace(table)); diff != "" {
				t.Errorf("go test ./test/instrument -update writes the table: -usdt +page\n%s", diff)
			}
		})
	}
}
