package remote

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/signature"
	"github.com/go-usdt/usdt/stapsdt"
)

// Probe is a probe as a program lists it.
type Probe struct {
	Provider    string `json:"provider"`
	Name        string `json:"probe"`
	Signature   string `json:"signature"`
	Args        []Arg  `json:"args"`
	Description string `json:"description"`
	Loaded      bool   `json:"loaded"` // tracers of the kernel find it
	Path        string `json:"path"`   // of the file where they do
	Traced      bool   `json:"traced"` // by one of them
	Heard       bool   `json:"heard"`  // by a listener or a counter in the program
}

// Arg is an argument of a probe.
type Arg struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Layout string `json:"layout"` // the name of a stapsdt.ArgType
}

func (p Probe) String() string { return p.Provider + ":" + p.Name }

// Declared returns the signature with which the program has declared the probe.
func (p Probe) Declared() (signature.Signature, error) {
	var params []signature.Param
	for _, a := range p.Args {
		t, ok := layoutOf(a.Layout)
		if !ok {
			return signature.Signature{}, fmt.Errorf("probe %s has an argument of the unknown layout %s; "+
				"is this usdt older than the program?", printable.Text(p.String()), printable.Quote(a.Layout))
		}
		params = append(params, paramOf(a.Name, a.Type, t))
	}
	return signature.New(p.Provider, p.Name, p.Description, params...), nil
}

// layoutOf returns the type with that name.
func layoutOf(name string) (_ stapsdt.ArgType, ok bool) {
	for t := stapsdt.Int8; t <= stapsdt.Bytes; t++ {
		if t.String() == name {
			return t, true
		}
	}
	return 0, false
}

// maxList is how long the list of probes may be, in bytes.
const maxList = 32 << 20

// Probes returns the probes that the program has now.
func (c *Client) Probes(ctx context.Context) ([]Probe, error) {
	answer, err := c.get(ctx, "probes", nil, "application/json")
	if err != nil {
		return nil, err
	}
	defer answer.Close()
	var list []Probe
	document := &bounded{Reader: io.LimitReader(answer, maxList)}
	if err := json.NewDecoder(document).Decode(&list); err != nil {
		return nil, fmt.Errorf("list the probes of %s: %w", c, c.explain(ctx, err))
	}
	return list, nil
}
