//go:build linux

package example

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Find returns, for each line with a match of the expression, its groups with spaces between, in
// alphabetical order: bpftrace has an order for each processor only.
func Find(lines []string, expression string) (found []string) {
	e := regexp.MustCompile(expression)
	for _, line := range lines {
		if groups := e.FindStringSubmatch(line); groups != nil {
			found = append(found, strings.Join(groups[1:], " "))
		}
	}
	slices.Sort(found)
	return found
}

// Same compares what usdt and bpftrace have seen, which must be something.
func Same(t *testing.T, usdt, bpftrace []string) {
	t.Helper()
	if diff := cmp.Diff(usdt, bpftrace); diff != "" || len(usdt) == 0 {
		t.Errorf("%d of usdt, %d of bpftrace (-usdt +bpftrace):\n%s", len(usdt), len(bpftrace), diff)
	}
}

// Within checks that the program has printed each value that a tracer has seen.
func Within(t *testing.T, program, tracer []string) {
	t.Helper()
	if len(tracer) == 0 {
		t.Error("the tracer has seen nothing")
	}
	for _, value := range tracer {
		if _, ok := slices.BinarySearch(program, value); !ok {
			t.Errorf("a tracer has seen %q, which the program did not print", value)
		}
	}
}

var row = regexp.MustCompile(`^[(\[].*[)\]] +(\d+) \|[@ ]*\|$`)

// Buckets returns the counts of a histogram, from the first bucket with values to the last. The
// tracers write them alike, and the bounds not.
func Buckets(lines []string) []string {
	var counts []string
	for _, line := range lines {
		if found := row.FindStringSubmatch(line); found != nil {
			counts = append(counts, found[1])
		}
	}
	filled := func(count string) bool { return count != "0" }
	first := slices.IndexFunc(counts, filled)
	if first < 0 {
		return nil
	}
	for !filled(counts[len(counts)-1]) {
		counts = counts[:len(counts)-1]
	}
	return counts[first:]
}

// Map returns the lines of a map that bpftrace has printed, named as at the begin of its line.
func Map(bpftrace []string, name string) []string {
	first := slices.IndexFunc(bpftrace, func(line string) bool {
		return strings.HasPrefix(line, name+": ")
	})
	if first < 0 {
		return nil
	}
	rest := bpftrace[first+1:]
	if next := slices.IndexFunc(rest, func(line string) bool { return line[0] == '@' }); next >= 0 {
		rest = rest[:next]
	}
	return rest
}

// Total returns the number of values in a histogram.
func Total(lines []string) string {
	total := 0
	for _, count := range Buckets(lines) {
		n, err := strconv.Atoi(count)
		if err != nil {
			panic(err) // row matches numbers only
		}
		total += n
	}
	return strconv.Itoa(total)
}

// stopped tells whether all threads of a process stand still.
func stopped(t *testing.T, pid int) bool {
	t.Helper()
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	if err != nil || len(threads) == 0 {
		t.Fatalf("no threads: %v", err)
	}
	for _, thread := range threads {
		stat, err := os.ReadFile(thread)
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
			continue // it has ended, before the file was opened or after
		}
		if err != nil {
			t.Fatal(err)
		}
		if !isStopped(string(stat)) {
			return false
		}
	}
	return true
}

// isStopped tells whether a thread stands still by its file stat, in which the state follows the
// name, which is in parentheses and may have some of its own.
func isStopped(stat string) bool {
	end := strings.LastIndex(stat, ")")
	return end >= 0 && strings.HasPrefix(stat[end:], ") T")
}
