package perfevent

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzParseCPUs parses any list: what comes out can be written as a list again, and is no longer
// than the largest machine has processors for each of its parts.
func FuzzParseCPUs(f *testing.F) {
	f.Add("0-3,8")
	f.Add("0-99999999999")
	f.Add("5-2")
	f.Fuzz(func(t *testing.T, list string) {
		cpus, err := parseCPUs(list)
		if err != nil {
			if cpus != nil || !strings.Contains(err.Error(), fmt.Sprintf("%q", list)) {
				t.Errorf("%v and the error %v", cpus, err)
			}
			return
		}
		if parts := strings.Count(list, ",") + 1; len(cpus) < parts || len(cpus) > maxCPUs {
			t.Fatalf("%q has %d processors", list, len(cpus))
		}
		again, err := parseCPUs(strings.Trim(strings.ReplaceAll(fmt.Sprint(cpus), " ", ","), "[]"))
		if diff := cmp.Diff(cpus, again); diff != "" || err != nil {
			t.Errorf("%q (-first +again): %v\n%s", list, err, diff)
		}
	})
}
