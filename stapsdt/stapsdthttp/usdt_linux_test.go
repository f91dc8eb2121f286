//go:build amd64 || arm64

package stapsdthttp

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/reading"
	"github.com/go-usdt/usdt/stapsdt"
)

// buildUsdt builds the command.
func buildUsdt(t *testing.T) (path string) {
	t.Helper()
	if emulator := os.Getenv("USDT_TEST_EXEC"); emulator != "" {
		t.Skipf("nothing is traced under %s", emulator)
	}
	if os.Geteuid() != 0 {
		testenv.Lacks(t, errors.New("tracing by the kernel needs root"))
	}
	path = filepath.Join(t.TempDir(), "usdt")
	build := exec.Command("go", "build", "-o", path, "../../cmd/usdt")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// startUsdt starts a command on this process. It returns when all probes are traced, by this
// command: the kernel detaches some time after the end of the one before.
func startUsdt(t *testing.T, usdt string, probes []*stapsdt.Probe, args ...string) *testenv.Child {
	t.Helper()
	args = append(args, "--json", "-p", fmt.Sprint(os.Getpid()))
	for _, p := range probes {
		await(t, "nobody traces "+p.Name(), func() bool { return !p.Traced() })
	}
	child := testenv.Start(t, exec.Command(usdt, args...))
	for _, p := range probes {
		await(t, "usdt traces "+p.Name(), p.Traced)
	}
	return child
}

// endUsdt returns the last reading that the command has written.
func endUsdt[R any](t *testing.T, child *testenv.Child) (r R) {
	t.Helper()
	// Not SIGINT: the command leaves it ignored if the tests run where it is, as in the background.
	if err := child.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	lines, err := child.Wait()
	if err != nil || len(lines) == 0 {
		t.Fatalf("%v, %q: %s", err, lines, child.Errors())
	}
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// TestLikeUsdt: what the kernel's way tells of the same fires, in the same words, is the same.
func TestLikeUsdt(t *testing.T) {
	usdt := buildUsdt(t)
	p := newProvider(t, "like")
	start := stapsdt.MustProbe6[uint64, string, int32, float64, bool, uintptr](p, "req_start",
		"id", "s", "n", "f", "ok", "u")
	end := stapsdt.MustProbe4[uint64, []byte, time.Duration, status](p, "req_end", "id",
		"body", "took", "st")
	if err := p.Load(); err != nil {
		t.Fatal(err)
	}
	probes := []*stapsdt.Probe{&start.Probe, &end.Probe}
	fire := func() {
		for n := range 20 {
			id := uint64(n) | 1<<63
			start.Fire(id, []string{"GET", "PÖST", ""}[n%3], int32(n-10), float64(n)/4, n%2 == 0, uintptr(n))
			end.Fire(id, []byte{byte(n), 0, 255}, time.Duration(n)*time.Millisecond, status(n))
		}
	}
	url := newServer(t)

	t.Run("list", func(t *testing.T) {
		var want []string
		out, err := exec.Command(usdt, "list", "--json", "-p", fmt.Sprint(os.Getpid())).Output()
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(out)) {
			var p struct {
				Provider, Probe, Signature string
				Parameters                 []struct{ Name, Type string }
			}
			if err := json.Unmarshal([]byte(line), &p); err != nil {
				t.Fatal(err)
			}
			if p.Provider == "like" {
				want = append(want, fmt.Sprint(p.Probe, " ", p.Signature, " ", p.Parameters))
			}
		}
		var got []string
		_, text := get(t, url+"probes")
		for _, p := range parse[[]probeJSON](t, text) {
			var parameters []struct{ Name, Type string }
			for _, a := range p.Args {
				parameters = append(parameters, struct{ Name, Type string }{a.Name, a.Type})
			}
			got = append(got, fmt.Sprint(p.Probe, " ", p.Signature, " ", parameters))
		}
		if diff := cmp.Diff(want, got, cmpopts.SortSlices(strings.Compare)); diff != "" {
			t.Errorf("probes (-usdt +got):\n%s", diff)
		}
	})
	t.Run("trace", func(t *testing.T) {
		child := startUsdt(t, usdt, probes, "trace", "like:*", "--where", "id > 3", "-n", "40")
		s := openStream(t, url+"trace?probe=like:*&limit=40&where=id+>+3")
		fire()
		lines := s.rest(t)
		where := regexp.MustCompile(`^\{"time":"[^"]*",|"tid":[0-9]+,|"comm":"[^"]*",`)
		for i := range 40 {
			want, got := where.ReplaceAllString(child.Next(t), ""), where.ReplaceAllString(lines[i], "")
			if want != got {
				t.Errorf("event %d:\n%s, usdt has\n%s", i, got, want)
			}
		}
	})
	t.Run("count", func(t *testing.T) {
		child := startUsdt(t, usdt, probes, "count", "like:*", "--where", "arg0 & 1 == 1", "-i", "1h")
		s := openStream(t, url+"count?probe=like:*&interval=0.1&seconds=600&where=arg0+%26+1+==+1")
		fire()
		got := countOf(t, s, 20)
		want := endUsdt[reading.Count](t, child)
		byName := cmpopts.SortSlices(func(a, b reading.ProbeCount) bool { return a.Probe < b.Probe })
		if diff := cmp.Diff(want, got, withoutIntervals, byName); diff != "" {
			t.Errorf("count (-usdt +got):\n%s", diff)
		}
	})
	for _, args := range [][]string{{"n", "s"}, {"n", "ok"}, {"u", "n"}, {"id"}} {
		t.Run("hist "+strings.Join(args, " "), func(t *testing.T) {
			flags := []string{"hist", "like:req_start", "--arg", args[0]}
			query := "hist?probe=like:req_start&interval=0.1&arg=" + args[0]
			if len(args) > 1 {
				flags, query = append(flags, "--by", args[1]), query+"&by="+args[1]
			}
			child := startUsdt(t, usdt, probes[:1], flags...)
			s := openStream(t, url+query)
			fire()
			got := histOf(t, s, 20)
			want := endUsdt[reading.Hist](t, child)
			if diff := cmp.Diff(want, got, withoutIntervals); diff != "" {
				t.Errorf("histograms (-usdt +got):\n%s", diff)
			}
		})
	}
	for _, by := range []string{"", "s", "ok"} {
		t.Run("latency "+by, func(t *testing.T) {
			flags := []string{"latency", "like:req", "--key", "id"}
			query := "latency?start=like:req_start&end=like:req_end&interval=0.1&key=id"
			if by != "" {
				flags, query = append(flags, "--by", by), query+"&by="+by
			}
			child := startUsdt(t, usdt, probes, flags...)
			s := openStream(t, url+query)
			fire()
			got := awaitReading(t, s, func(l reading.Latency) bool { return l.Count == 20 })
			want := endUsdt[reading.Latency](t, child)
			if diff := cmp.Diff(want, got, withoutIntervals, withoutFigures); diff != "" ||
				want.Count != got.Count {
				t.Errorf("latency (-usdt +got):\n%s", diff)
			}
			for i := range got.Groups {
				if got.Groups[i].Count != want.Groups[i].Count {
					t.Errorf("%v: %d", got.Groups[i].By, got.Groups[i].Count)
				}
			}
			if (by == "") != (len(got.Groups) == 0) {
				t.Errorf("%d groups", len(got.Groups))
			}
		})
	}
}
