package command

import (
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/go-usdt/usdt/internal/tracing/remote"
)

// at is the address of a program that hands out itself what its probes fire; empty if the user
// names none.
type at string

func (a *at) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar((*string)(a), "at", "",
		"ask the program at `URL` itself, or at unix:PATH; this takes no right")
}

// atHelp is what help says of the flag.
const atHelp = `
With --at, usdt asks the program itself, which has imported the package stapsdt/stapsdthttp: at
http://HOST:PORT, with the path if that is not /debug/usdt/, or at unix:PATH. This takes no right
and works on every system, also through kubectl port-forward or ssh -L. Only what the program's
own probes fire is seen, whether or not they are loaded. There is no thread: goroutines have none.
`

// kernelFlags are flags that mean something to the kernel only, with the reason.
var kernelFlags = map[string]string{
	"pid":            "the address names the program",
	"all":            "one program is asked",
	"comm":           "the address names the program",
	"exe":            "the address names the program",
	"user":           "the address names the program",
	"service":        "the address names the program",
	"container":      "the address names the program",
	"pod":            "the address names the program",
	"cgroup":         "the address names the program",
	"file":           "the address names the program",
	"children":       "one program is asked",
	"types":          "the program knows its types",
	"raw":            "there are no notes",
	"str":            "the program knows what is text",
	"bytes":          "the program knows what are bytes",
	"wait-for-pages": "no memory is read",
}

// open returns a client for the address. It reports flags that mean nothing there.
func (a at) open(cmd *cobra.Command) (*remote.Client, error) {
	var refused error
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if reason := kernelFlags[f.Name]; reason != "" && refused == nil {
			refused = usagef("--%s means nothing with --at: %s", f.Name, reason)
		}
	})
	if refused != nil {
		return nil, refused
	}
	client, err := remote.New(string(a))
	if err != nil {
		return nil, usagef("--at %s: %w", a, err)
	}
	return client, nil
}

// atNames returns the names of probes, each once.
func atNames(list []remote.Probe) (names []probeName) {
	for _, p := range list {
		names = append(names, probeName{p.Provider, p.Name})
	}
	slices.SortFunc(names, compareNames)
	return slices.Compact(names)
}
