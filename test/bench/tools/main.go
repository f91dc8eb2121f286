//go:build linux && (amd64 || arm64)

// Tools measures, in one run, what the usdt command and bpftrace do with the same load: what a
// fire costs while each of them counts, also by groups, and how many events a second each of them
// prints. It needs root and bpftrace, and takes two minutes.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/go-usdt/usdt/stapsdt"
)

var (
	provider = stapsdt.MustProvider("tools")
	probe    = stapsdt.MustProbe2[uint64, string](provider, "event")
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "tools:", err)
		os.Exit(1)
	}
}

func run() error {
	if err := provider.Load(); err != nil {
		return err
	}
	defer provider.Close()
	dir, err := os.MkdirTemp("", "tools")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	usdt := filepath.Join(dir, "usdt")
	build := exec.Command("go", "build", "-o", usdt, "github.com/go-usdt/usdt/cmd/usdt")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("build usdt: %w", err)
	}

	pid, site := strconv.Itoa(os.Getpid()), "usdt:"+provider.Path()+":tools:event"
	fmt.Println("COST OF A FIRE while                              ns")
	costs := []tool{
		{"usdt count", []string{usdt, "count", "-p", pid, "tools:event"}, fire},
		{"bpftrace count()", []string{"bpftrace", "-e", site + " { @ = count(); }"}, fire},
		{"usdt count --stack", []string{usdt, "count", "-p", pid, "--stack", "tools:event"}, fire},
		{"bpftrace count() by ustack",
			[]string{"bpftrace", "-e", site + " { @[ustack] = count(); }"}, fire},
	}
	if err := printCosts(costs); err != nil {
		return err
	}
	fmt.Println("\nCOST OF A FIRE, OR OF A PAIR, of 1,000 groups        ns")
	if err := printCosts(groupTools(usdt, pid, provider.Path())); err != nil {
		return err
	}

	fmt.Println("\nEVENTS A SECOND printed by                    fired   printed")
	for _, t := range []tool{
		{name: "usdt trace --json, integers",
			command: []string{usdt, "trace", "-p", pid, "--json", "tools:event"}},
		{name: "bpftrace printf, integers", command: []string{"bpftrace", "-e",
			site + ` { printf("event %d %d %lu %lu\n", pid, tid, arg0, arg1); }`}},
		{name: "usdt trace --json, text",
			command: []string{usdt, "trace", "-p", pid, "--json", "--str", "1", "tools:event"}},
		{name: "bpftrace printf, text", command: []string{"bpftrace", "-e",
			site + ` { printf("event %d %d %lu %s\n", pid, tid, arg0, str(arg1)); }`}},
		{name: "usdt trace, text and stack",
			command: []string{usdt, "trace", "-p", pid, "--stack", "tools:event"}},
		{name: "bpftrace printf, text and stack", command: []string{
			"env", "BPFTRACE_CACHE_USER_SYMBOLS=1", "bpftrace", "-e",
			site + ` { printf("event %d %d %lu %s%s\n", pid, tid, arg0, str(arg1), ustack); }`,
		}},
	} {
		fired, printed, err := measureRate(t)
		if err != nil {
			return err
		}
		fmt.Printf("%-38s %12.0f %9.0f\n", t.name, fired, printed)
	}
	return nil
}

func printCosts(tools []tool) error {
	best, err := measureCosts(tools)
	if err != nil {
		return err
	}
	for i, t := range tools {
		fmt.Printf("%-45s %6.0f\n", t.name, best[i])
	}
	return nil
}
