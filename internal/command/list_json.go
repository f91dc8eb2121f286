//go:build linux

package command

import (
	"bufio"
	"io"

	"github.com/go-usdt/usdt/internal/tracing/operand"
)

// probeJSON is one line of usdt list --json. The names of its members are an interface.
type probeJSON struct {
	*processJSON                   // not in the listing of a file
	Provider        string         `json:"provider"`
	Probe           string         `json:"probe"`
	Signature       *string        `json:"signature,omitempty"`
	Parameters      []paramJSON    `json:"parameters,omitempty"` // as the signature has them
	Description     string         `json:"description,omitempty"`
	Arguments       []argumentJSON `json:"arguments"`
	Path            string         `json:"path"`                       // the path to give to a tracer
	FileOffset      uint64         `json:"file_offset"`                // of the site, in bytes
	Address         uint64         `json:"address"`                    // of the site, as linked
	Semaphore       uint64         `json:"semaphore,omitempty"`        // its address, as linked
	SemaphoreOffset uint64         `json:"semaphore_offset,omitempty"` // in bytes into the file
}

// processJSON has the members that only a probe of a process has.
type processJSON struct {
	PID       int      `json:"pid"`
	Comm      string   `json:"comm"`
	Container string   `json:"container,omitempty"`
	Pod       string   `json:"pod,omitempty"`
	Object    string   `json:"object"` // the file as the process knows it
	Deleted   bool     `json:"deleted"`
	Addresses []uint64 `json:"addresses"` // of the site in the process
	Traced    *bool    `json:"traced"`    // null when this user may not know
}

// argumentJSON has the members of its kind only: value, or register (and high when the argument is
// in bits 8 to 15), or the terms of the address in memory.
type argumentJSON struct {
	Text         string `json:"text"`
	Kind         string `json:"kind"`           // constant, register, memory or invalid
	Size         int    `json:"size,omitempty"` // in bytes
	Signed       bool   `json:"signed"`
	Float        bool   `json:"float,omitempty"`
	Value        any    `json:"value,omitempty"` // a number
	Register     string `json:"register,omitempty"`
	High         bool   `json:"high,omitempty"`
	Upper        string `json:"upper,omitempty"` // register of the upper half of 8 bytes
	Symbol       string `json:"symbol,omitempty"`
	Base         string `json:"base,omitempty"`
	Index        string `json:"index,omitempty"`
	Scale        int    `json:"scale,omitempty"`
	Displacement int64  `json:"displacement,omitempty"`
	FromGOT      bool   `json:"from_got,omitempty"`  // less the address of _GLOBAL_OFFSET_TABLE_
	InThread     bool   `json:"in_thread,omitempty"` // and the thread pointer
	Error        string `json:"error,omitempty"`     // why the argument cannot be read
}

// A listJSONWriter writes the probes of a process together.
type listJSONWriter struct{ out *bufio.Writer }

func newListJSONWriter(w io.Writer) listJSONWriter {
	const size = 64 << 10
	return listJSONWriter{bufio.NewWriterSize(w, size)}
}

func (l listJSONWriter) add(p listedProbe) error { return writeJSONLine(l.out, p.json()) }
func (l listJSONWriter) endProcess() error       { return l.out.Flush() }
func (l listJSONWriter) flush() error            { return l.out.Flush() }

func (p listedProbe) json() probeJSON {
	j := probeJSON{
		Provider: p.note.Provider, Probe: p.note.Name,
		Arguments: p.argumentsJSON(),
		Path:      p.path, FileOffset: p.note.FileOffset, Address: p.note.Address,
		Semaphore: p.note.Semaphore, SemaphoreOffset: p.note.SemaphoreOffset,
	}
	if s := p.signature; s != nil {
		text := s.String()
		j.Signature, j.Description = &text, s.Description
		for _, p := range s.Params {
			j.Parameters = append(j.Parameters, paramJSON{p.Label(), p.Type.Name, p.Place, p.Places()})
		}
	}
	if o := p.object; o != nil {
		j.processJSON = &processJSON{
			PID: o.PID, Comm: o.Comm, Container: o.Container, Pod: p.pod, Object: o.Name,
			Deleted: o.Deleted, Addresses: o.Addresses(p.note), Traced: p.traced,
		}
	}
	return j
}

func (p listedProbe) argumentsJSON() []argumentJSON {
	args := operand.Parse(p.note)
	resolved := args
	if p.object != nil { // the symbols of a file are not read
		resolved = operand.Resolve(p.note, p.object.Symbols)
	}
	list := make([]argumentJSON, 0, len(args)) // never null
	for i, a := range args {
		j := argumentJSON{
			Text: a.Text, Kind: a.Kind.String(), Size: a.Size, Signed: a.Signed, Float: a.Float,
			Register: a.Reg.Name, High: a.Reg.High, Upper: a.Upper.Name, Symbol: a.Symbol,
			Base: a.Base.Name, Index: a.Index.Name, Scale: a.Scale, Displacement: a.Disp,
			FromGOT: a.FromGOT, InThread: a.InThread,
		}
		if a.Kind == operand.Constant {
			j.Value = a.Value
			if !a.Signed {
				j.Value = uint64(a.Value) // #nosec G115 -- the same bits
			}
		}
		if err := resolved[i].Err; err != nil {
			j.Error = err.Error()
		}
		list = append(list, j)
	}
	return list
}
