package command

import (
	"bufio"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/remote"
)

// remoteProbeJSON is one line of usdt list --at --json. What usdt list has, too, has the same name.
type remoteProbeJSON struct {
	Provider    string            `json:"provider"`
	Probe       string            `json:"probe"`
	Signature   string            `json:"signature"`
	Parameters  []remoteParamJSON `json:"parameters"` // never null
	Description string            `json:"description,omitempty"`
	Path        string            `json:"path"` // the path to give to a tracer, "" if there is none
	Loaded      bool              `json:"loaded"`
	Traced      bool              `json:"traced"`
	Heard       bool              `json:"heard"` // by a listener in the program
}

type remoteParamJSON struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// listAt lists the probes of the program at an address.
func (f *listFlags) listAt(cmd *cobra.Command, files []string) error {
	if len(files) > 0 {
		return usagef("use either files or --at, not both")
	}
	client, err := f.at.open(cmd)
	if err != nil {
		return err
	}
	probes, err := client.Probes(cmd.Context())
	if err != nil {
		return err
	}
	if len(probes) == 0 {
		return fmt.Errorf("the program at %s has no probes", client)
	}
	if err := f.output.open(cmd); err != nil {
		return err
	}
	out := bufio.NewWriter(cmd.OutOrStdout())
	if !f.asJSON {
		t := remoteTable(probes, f.verbose)
		t.fit(terminalWidth(cmd.OutOrStdout()))
		return errors.Join(t.write(out), out.Flush())
	}
	for _, p := range probes {
		j := remoteProbeJSON{
			Provider: p.Provider, Probe: p.Name, Signature: p.Signature,
			Parameters: []remoteParamJSON{}, Description: p.Description, Path: p.Path,
			Loaded: p.Loaded, Traced: p.Traced, Heard: p.Heard,
		}
		for _, a := range p.Args {
			j.Parameters = append(j.Parameters, remoteParamJSON{a.Name, a.Type})
		}
		if err := writeJSONLine(out, j); err != nil {
			return err
		}
	}
	return out.Flush()
}

// remoteTable is listTable for probes as a program lists them.
func remoteTable(probes []remote.Probe, withDescription bool) *table {
	probe := column{title: "PROVIDER:PROBE", least: 10}
	signature := column{title: "SIGNATURE", least: 6}
	object := column{title: "OBJECT", least: 8, cutLeft: true}
	traced := column{title: "TRACED"}
	heard := column{title: "HEARD"}
	var t table
	for _, p := range probes {
		probe.add(p.String())
		signature.add(p.Signature)
		object.add(p.Path)
		traced.add(yesNo(&p.Traced))
		heard.add(yesNo(&p.Heard))
		if withDescription {
			t.addBelow(p.Description)
		}
	}
	t.columns = []*column{&probe, &signature, &object, &traced, &heard}
	t.cut = []*column{&object, &signature, &probe}
	t.drop = []*column{&heard, &object, &signature}
	return &t
}
