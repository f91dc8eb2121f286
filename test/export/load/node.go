//go:build linux && (amd64 || arm64)

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// A node has the processes that fire, and the exporter. It is what testenv wants of a test.
type node struct {
	firers   []*testenv.Child
	exporter *testenv.Child
	url      string
	cleanups []func()
}

// failure ends a measurement by a panic, as the failure of a test ends the test.
type failure struct{ error }

func (n *node) Helper()          {}
func (n *node) Cleanup(f func()) { n.cleanups = append(n.cleanups, f) }
func (n *node) Fatalf(format string, args ...any) {
	panic(failure{fmt.Errorf(format, args...)})
}

// end ends what was started, the last first.
func (n *node) end() {
	for i := len(n.cleanups) - 1; i >= 0; i-- {
		n.cleanups[i]()
	}
}

func (n *node) startFirers(l load) {
	for range l.processes {
		cmd := exec.Command("/proc/self/exe", fireCommand, strconv.Itoa(l.probes),
			strconv.Itoa(l.series))
		n.firers = append(n.firers, testenv.Start(n, cmd))
	}
	for _, f := range n.firers {
		f.Next(n)
	}
}

// fireFor has all fire at the rate in all, and returns how often they did.
func (n *node) fireFor(rate int, during func()) (fired int) {
	for _, f := range n.firers {
		f.Ask(n, strconv.Itoa(rate/len(n.firers)))
	}
	during()
	for _, f := range n.firers {
		f.Tell(n, "0")
	}
	for _, f := range n.firers {
		count, err := strconv.Atoi(f.Next(n))
		if err != nil {
			n.Fatalf("a process that fires: %v", err)
		}
		fired += count
	}
	return fired
}

// groups is how many groups of probes there are, each with a counter and a histogram.
const groups = 10

func configuration(l load, exe string) string {
	var text strings.Builder
	fmt.Fprintf(&text, "listen: 127.0.0.1:0\nmax_series: %d\nmetrics:\n", 2*l.series)
	for i := range groups {
		of := fmt.Sprintf("probes: ['%s:event_*_%d'], from: {exe: %s}, labels: {key: key}",
			provider, i, exe)
		fmt.Fprintf(&text, "- {name: load_hits_%d, help: Hits., %s}\n", i, of)
		fmt.Fprintf(&text, "- {name: load_values_%d, help: Values., type: histogram, value: value, %s}\n",
			i, of)
	}
	return text.String()
}

// startExporter starts it, and returns how long it took until all was traced.
func (n *node) startExporter(usdt, config string) time.Duration {
	said, err := os.Create(config + ".log")
	if err != nil {
		n.Fatalf("%v", err)
	}
	cmd := exec.Command(usdt, "export", "--config", config)
	cmd.Stderr = said
	begin := time.Now()
	n.exporter = testenv.Start(n, cmd)
	said.Close()
	n.Cleanup(func() { _ = n.exporter.Process.Signal(syscall.SIGTERM) })
	url := regexp.MustCompile(`http://[^/\s]+/`)
	for n.url == "" && time.Since(begin) < testenv.Patience {
		text, _ := os.ReadFile(said.Name())
		n.url = string(url.Find(text))
		time.Sleep(tick)
	}
	for time.Since(begin) < testenv.Patience {
		if status, _, err := get(n.url + "-/ready"); err == nil && status == 200 {
			return time.Since(begin)
		}
		time.Sleep(tick)
	}
	text, _ := os.ReadFile(said.Name())
	n.Fatalf("the exporter is not ready:\n%s", text)
	return 0
}

// cpu returns the time on processors that the processes have had so far.
func cpu(children ...*testenv.Child) (sum time.Duration) {
	const tick = 10 * time.Millisecond // USER_HZ
	for _, c := range children {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.PID()))
		if err != nil {
			continue // it has ended, which Fire reports
		}
		fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
		for _, field := range fields[11:13] { // utime and stime
			n, _ := strconv.Atoi(field)
			sum += time.Duration(n) * tick
		}
	}
	return sum
}

// memory returns the MiB of the process, and those of its BPF maps in the kernel.
func memory(pid int) (process, maps float64) {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if m := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(status); m != nil {
		kib, _ := strconv.ParseFloat(string(m[1]), 64)
		process = kib / 1024
	}
	of := regexp.MustCompile(`(?s)map_type:.*memlock:\s+(\d+)`)
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fdinfo/*", pid))
	for _, name := range files {
		info, _ := os.ReadFile(name)
		if m := of.FindSubmatch(info); m != nil {
			bytes, _ := strconv.ParseFloat(string(m[1]), 64)
			maps += bytes / (1 << 20)
		}
	}
	return process, maps
}
