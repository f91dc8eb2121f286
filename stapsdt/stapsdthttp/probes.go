package stapsdthttp

import (
	"encoding/json"
	"net/http"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/stapsdt"
)

// probeJSON is a probe in the list of the endpoint probes. The names of its members are an
// interface.
type probeJSON struct {
	Provider    string    `json:"provider"`
	Probe       string    `json:"probe"`
	Signature   string    `json:"signature"` // as usdt list writes it
	Args        []argJSON `json:"args"`      // never null
	Description string    `json:"description"`
	Loaded      bool      `json:"loaded"`
	Path        string    `json:"path"`     // where it is published, "" while it is not loaded
	Traced      bool      `json:"traced"`   // a tracer is attached
	Heard       bool      `json:"heard"`    // a listener or a counter of the program hears it
	HeardBy     int       `json:"heard_by"` // how many of these
}

type argJSON struct {
	Name   string `json:"name"`   // argN if it has none
	Type   string `json:"type"`   // of Go
	Layout string `json:"layout"` // the name of its stapsdt.ArgType
}

func listProbes() []probeJSON {
	list := []probeJSON{}
	for _, provider := range stapsdt.Providers() {
		for _, p := range provider.Probes() {
			path, heardBy := p.Path(), p.HeardBy()
			j := probeJSON{
				Provider: provider.Name(), Probe: p.Name(), Signature: p.Signature(), Args: []argJSON{},
				Description: p.Description(), Loaded: path != "", Path: path,
				Traced: p.Traced(), Heard: heardBy > 0, HeardBy: heardBy,
			}
			for _, a := range newView(p).args {
				j.Args = append(j.Args, argJSON{a.label, a.typeName, a.typ.String()})
			}
			list = append(list, j)
		}
	}
	return list
}

func serveProbes(w http.ResponseWriter, r *http.Request) error {
	if _, err := parseQuery(r.URL.RawQuery); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, listProbes())
}

func writeJSON(w http.ResponseWriter, status int, v any) error {
	document, err := marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(document) // nobody is there who could be told
	return nil
}

// marshal returns v as a line of JSON, in which all that does not show is escaped: it may be seen
// in a terminal.
func marshal(v any) ([]byte, error) {
	document, err := json.Marshal(v)
	return append(printable.EscapeJSON(document), '\n'), err
}
