package remote

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
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
	Heard       bool   `json:"heard"`  // by a listener in the program
}

// Arg is an argument of a probe.
type Arg struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

func (p Probe) String() string { return p.Provider + ":" + p.Name }

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
