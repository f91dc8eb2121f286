// Command traced is the program that the tests trace. Its arguments are a provider and its probes:
//
//	traced [-typed] PROVIDER [NAME[:[ARGUMENT=]TYPE,...] ...]
//
// with types such as int8, uint64, string and bytes. With -typed, there is also a probe of each
// type, and one whose arguments have names: see named.go. With -typed and the provider shop, there
// are also the probes of the examples in docs/tracers.md. Built with the tag traced_embedded, the
// program declares typed probes before main: see embedded.go.
//
// It loads the provider, prints the path of the image, and answers each line of its input with
// one line: what was asked for, "ok", or "error: " and the reason. It ends with its input. The
// lines are:
//
//	load | unload                       the provider
//	add NAME[:[ARGUMENT=]TYPE,...]      declares another probe
//	image                               path and address of the first image
//	path NAME                           of the image with the probe
//	enabled NAME                        whether a tracer is attached
//	wait NAME true|false                until a tracer is attached, or until none is
//	fire NAME [ARGUMENT, ...]           once, with the values of a JSON array
//	repeat N NAME [ARGUMENT, ...]       N times at full speed
//	pulse NAME [ARGUMENT, ...]          every 10 ms from now on
//	storm                               fires the probe mixed on all CPUs until "calm"
//	twin LINE                           the same for another provider with the same name
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/go-usdt/usdt/stapsdt"
	_ "github.com/go-usdt/usdt/stapsdt/stapsdthttp" // for STAPSDT_LISTEN
)

func main() {
	typed := flag.Bool("typed", false, "declare a probe of each type")
	flag.Parse()
	if err := run(*typed, flag.Arg(0), flag.Args()[1:]); err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

func run(typed bool, name string, declarations []string) error {
	defer stapsdt.Close()
	p, ok := early[name]
	if !ok {
		provider, err := stapsdt.NewProvider(name)
		if err != nil {
			return err
		}
		p = newProgram(provider)
	}
	if typed && !ok {
		declarations = append(declarations, p.declareTyped()...)
	}
	for _, d := range declarations {
		if err := p.declare(d); err != nil {
			return err
		}
	}
	if err := p.provider.Load(); err != nil {
		return err
	}
	fmt.Println(p.provider.Path())
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		answer, err := p.do(lines.Text())
		if err != nil {
			answer = "error: " + err.Error()
		}
		fmt.Println(answer)
	}
	return nil
}

type program struct {
	provider *stapsdt.Provider
	probes   map[string]probe
	mixed    *mixed // nil unless the typed probes are declared
	storm    *storm // nil before the first
	twin     *program
}

func newProgram(p *stapsdt.Provider) *program {
	return &program{provider: p, probes: make(map[string]probe)}
}

// early are the programs whose probes were declared before main, by the names of the providers.
var early = make(map[string]*program)

// do carries out one command and returns its answer.
func (p *program) do(line string) (string, error) {
	verb, rest, _ := strings.Cut(line, " ")
	switch verb {
	case "load":
		return "ok", p.provider.Load()
	case "unload":
		return "ok", p.provider.Unload()
	case "add":
		return "ok", p.declare(rest)
	case "image":
		image := p.provider.Info().Images[0]
		return fmt.Sprintf("%s %#x", image.Path, image.Address), nil
	case "storm":
		p.storm = startStorm(p.mixed)
		return "ok", nil
	case "twin":
		if p.twin == nil {
			p.twin = newProgram(stapsdt.MustProvider(p.provider.Name()))
		}
		return p.twin.do(rest)
	case "calm":
		p.storm.calm()
		return "ok", nil
	case "repeat":
		times, rest, _ := strings.Cut(rest, " ")
		n, err := strconv.Atoi(times)
		if err != nil {
			return "", err
		}
		return p.doProbe(line, "fire", rest, n)
	}
	return p.doProbe(line, verb, rest, 1)
}

// doProbe carries out a command for one probe.
func (p *program) doProbe(line, verb, rest string, times int) (string, error) {
	name, argument, _ := strings.Cut(rest, " ")
	probe, ok := p.probes[name]
	if !ok {
		return "", fmt.Errorf("no such command, or no such probe: %q", line)
	}
	switch verb {
	case "path":
		return probe.Path(), nil
	case "enabled":
		return strconv.FormatBool(probe.Enabled()), nil
	case "wait":
		return "ok", probe.wait(argument == "true")
	case "fire":
		return "ok", probe.fire(times, argument)
	case "pulse":
		return "ok", probe.pulse(argument)
	}
	return "", fmt.Errorf("no such command: %q", line)
}
