// Command target is the program that the tests trace. It reads one command a line and answers each with
// one line: what was asked for, "ok", or "error: " and the reason.
//
//	load | unload | path PROBE | enabled PROBE     as the methods of stapsdt
//	image                                          path and address of the first image
//	wait PROBE true|false                          until Enabled says so
//	fire PROBE [ARGUMENT, ...]                     once, with the values of a JSON array
//	add PROBE                                      adds a probe without arguments
//	storm                                          fires mixed from all CPUs until "calm"
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/go-usdt/usdt/stapsdt"
)

func main() {
	name := flag.String("provider", "target", "`name` of the provider; that of shop has more probes")
	flag.Parse()
	provider := stapsdt.MustProvider(*name)
	t := declare(provider)
	defer provider.Close()

	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		answer, err := t.do(lines.Text())
		if err != nil {
			answer = "error: " + err.Error()
		}
		fmt.Println(answer)
	}
}

type target struct {
	provider *stapsdt.Provider
	probes   map[string]probe
	mixed    *mixed // among the probes
	storm    *storm // nil before the first
}

// do carries out one command and returns its answer.
func (t *target) do(line string) (string, error) {
	verb, rest, _ := strings.Cut(line, " ")
	switch verb {
	case "load":
		return "ok", t.provider.Load()
	case "unload":
		return "ok", t.provider.Unload()
	case "add":
		return "ok", t.add(rest)
	case "image":
		image := t.provider.Info().Images[0]
		return fmt.Sprintf("%s %#x", image.Path, image.Address), nil
	case "storm":
		t.storm = startStorm(t.mixed)
		return "ok", nil
	case "calm":
		t.storm.calm()
		return "ok", nil
	}
	name, argument, _ := strings.Cut(rest, " ")
	p, ok := t.probes[name]
	if !ok {
		return "", fmt.Errorf("no such command: %q", line)
	}
	switch verb {
	case "path":
		return p.Path(), nil
	case "enabled":
		return fmt.Sprint(p.Enabled()), nil
	case "wait":
		return "ok", waitEnabled(p, argument == "true")
	case "fire":
		return "ok", p.fire([]byte(argument))
	}
	return "", fmt.Errorf("no such command: %q", line)
}

func (t *target) add(name string) error {
	p, err := stapsdt.NewProbe0(t.provider, name)
	if err == nil {
		t.probes[name] = probe{&p.Probe, nullary(p)}
	}
	return err
}

// waitEnabled waits until a tracer is attached, or none: only the probe itself can say so.
func waitEnabled(p probe, want bool) error {
	for deadline := time.Now().Add(20 * time.Second); p.Enabled() != want; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("%s: Enabled is still %t", p.Name(), !want)
		}
	}
	return nil
}
