package deploy

import (
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/testing/testbuild"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/kernel"
	"github.com/go-usdt/usdt/internal/tracing/rights"
)

func build(t *testing.T, name string, arguments ...string) string {
	t.Helper()
	path := t.TempDir() + "/" + name
	if err := testbuild.Go(path, []string{"CGO_ENABLED=0"}, arguments...); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestConfined runs usdt with the rights that the unit gives it, with both sets, since a newer
// kernel takes the older one, too. It reads what other users' processes fire, one that is there
// before and one that comes later, although the files of both are where it sees none.
func TestConfined(t *testing.T) {
	if os.Geteuid() != 0 {
		testenv.Lacks(t, os.ErrPermission)
	}
	usdt := build(t, "usdt", "build", "../../cmd/usdt")
	traced := build(t, "deployed", "build", "../../internal/testing/traced")
	for name, paths := range map[string][]string{
		"since 6.6": {unitFile}, "before 6.6": {unitFile, oldFile},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "since 6.6" && !kernel.Running().Features.Multi {
				t.Skip("Linux 6.6 has what this takes")
			}
			first := startTraced(t, traced)
			tracer := testenv.Start(t, confine(t, readUnit(t, paths...), usdt, nil,
				"trace", "--json", "--comm", "deployed", "deploy:order", "--count", "2"))
			fire(t, first, 7, "Ada")
			second := startTraced(t, traced)
			fire(t, second, 8, "Grace")
			var got []string
			for range 2 {
				got = append(got, fields(t, tracer.Next(t)))
			}
			if diff := cmp.Diff([]string{"7 Ada", "8 Grace"}, got); diff != "" {
				t.Errorf("events (-want +got):\n%s\n%s", diff, tracer.Errors())
			}
		})
	}
}

// TestNeeded takes one capability after the other away. Without it usdt fails, and names it.
// TestLease is about the one that it can do without.
func TestNeeded(t *testing.T) {
	if os.Geteuid() != 0 {
		testenv.Lacks(t, os.ErrPermission)
	}
	paths := []string{unitFile}
	if !kernel.Running().Features.Multi {
		paths = append(paths, oldFile)
	}
	usdt := build(t, "usdt", "build", "../../cmd/usdt")
	startTraced(t, build(t, "deployed", "build", "../../internal/testing/traced"))
	needed := readUnit(t, paths...).words("AmbientCapabilities")
	for i, without := range needed {
		if without == rights.Lease.String() {
			continue
		}
		u := readUnit(t, paths...)
		u["AmbientCapabilities"] = slices.Delete(slices.Clone(needed), i, i+1)
		cmd := confine(t, u, usdt, nil, "trace", "--comm", "deployed", "deploy:order")
		output, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(output), without) {
			t.Errorf("without %s: %v, %s", without, err, output)
		}
	}
}

// TestDenied shows that the confinement is one: what the unit forbids fails.
func TestDenied(t *testing.T) {
	if os.Geteuid() != 0 {
		testenv.Lacks(t, os.ErrPermission)
	}
	shell := testenv.Tool(t, "bash")
	for command, want := range map[string]string{
		"kill -0 1":          "Operation not permitted",
		"touch /var/lib/new": "Read-only file system",
		"unshare --user id":  "Operation not permitted",
		"mount -t tmpfs x /": "must be superuser",
	} {
		cmd := confine(t, readUnit(t, unitFile, oldFile), shell, nil, "-c", command)
		output, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(output), want) {
			t.Errorf("%s: %v, %s; want %q", command, err, output, want)
		}
	}
}

func startTraced(t *testing.T, program string) *testenv.Child {
	t.Helper()
	c := testenv.Start(t, exec.Command(program, "deploy", "order:id=uint64,customer=string"))
	c.Next(t)
	return c
}

// fire fires the probe once it is traced.
func fire(t *testing.T, c *testenv.Child, id int, customer string) {
	t.Helper()
	c.Ask(t, "wait order true")
	arguments, err := json.Marshal([]any{id, customer})
	if err != nil {
		t.Fatal(err)
	}
	c.Ask(t, "fire order "+string(arguments))
}

// fields returns the fields of an event that is written as JSON.
func fields(t *testing.T, line string) string {
	t.Helper()
	var event struct {
		Fields struct {
			ID       json.Number
			Customer string
		}
	}
	if err := json.Unmarshal([]byte(line), &event); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return event.Fields.ID.String() + " " + event.Fields.Customer
}
