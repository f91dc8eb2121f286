//go:build amd64 || arm64

package imagefile

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// FuzzName takes any name of a file for one of ours only if a process can have made it: the numbers
// of the process are those in the name. The names in a shared directory are anybody's.
func FuzzName(f *testing.F) {
	f.Add("4026531836-4026531834-1234-5678-1-shop.so", uint64(1), 2, uint64(3))
	f.Add("1-2-3-4-5-", uint64(0), 1<<31-1, ^uint64(0))
	f.Add("1-2-x-4-5-", uint64(0), 1, uint64(1))
	f.Fuzz(func(t *testing.T, name string, namespace uint64, pid int, start uint64) {
		if p, ok := parse(name); ok {
			if numbers := strings.SplitN(name, "-", 6); len(numbers) != 6 || p.start == 0 || p.pid < 1 ||
				!isNumber(numbers[2], uint64(p.pid)) || !isNumber(numbers[3], p.start) {
				t.Errorf("%q is of process %+v", name, p)
			}
		}
		made := process{namespaces{namespace, namespace / 2}, max(pid, 1), max(start, 1)}
		if p, ok := parse(fmt.Sprintf("%v-1-%s.so", made, name)); !ok || p != made {
			t.Errorf("%v: got %+v, %t", made, p, ok)
		}
	})
}

func isNumber(text string, want uint64) bool {
	n, err := strconv.ParseUint(text, 10, 64)
	return err == nil && n == want
}

// FuzzStart finds the start time in the stat of a process of any name, and in any other text no
// number that is not there.
func FuzzStart(f *testing.F) {
	f.Add("a) R (b", uint64(5678), []byte("1 (x) S 1"))
	f.Add("", uint64(1), []byte("1 (x) S"+strings.Repeat(" x", 30)))
	f.Fuzz(func(t *testing.T, name string, start uint64, text []byte) {
		stat := "7 (" + name + ") S" + strings.Repeat(" 1", 18) + fmt.Sprintf(" %d 1 1\n", start)
		if got, err := parseStart(7, []byte(stat)); got != start || err != nil {
			t.Errorf("%q: got %d, %v, want %d", stat, got, err, start)
		}
		got, err := parseStart(7, text)
		if err == nil && !strings.Contains(string(text), strconv.FormatUint(got, 10)) {
			t.Errorf("%q: got %d", text, got)
		}
	})
}
