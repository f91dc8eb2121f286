package remote

import (
	"strings"
	"time"

	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/signature"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/internal/wire"
	"github.com/go-usdt/usdt/stapsdt"
)

// operands are the places of a type as the note of such a probe has them, but for the location:
// nobody reads memory of the program.
var operands = [...]string{
	stapsdt.Int8: "-1@$0", stapsdt.Int16: "-2@$0", stapsdt.Int32: "-4@$0", stapsdt.Int64: "-8@$0",
	stapsdt.Uint8: "1@$0", stapsdt.Uint16: "2@$0", stapsdt.Uint32: "4@$0", stapsdt.Uint64: "8@$0",
	stapsdt.Bool: "1@$0", stapsdt.Float32: "4@$0", stapsdt.Float64: "8@$0",
	stapsdt.String: "8@$0", stapsdt.Bytes: "8@$0 -8@$0",
}

var sizes = [...]int{
	stapsdt.Int8: 1, stapsdt.Int16: 2, stapsdt.Int32: 4, stapsdt.Int64: 8,
	stapsdt.Uint8: 1, stapsdt.Uint16: 2, stapsdt.Uint32: 4, stapsdt.Uint64: 8,
	stapsdt.Bool: 1, stapsdt.Float32: 4, stapsdt.Float64: 8, stapsdt.String: 8, stapsdt.Bytes: 8,
}

// probeOf returns a probe as the kernel's way would find it, so that all that is done with such a
// probe can be done with this one.
func probeOf(p *wire.Probe, number int) uprobe.Probe {
	var places []string
	var params []signature.Param
	for _, a := range p.Args {
		places = append(places, operands[a.Type])
		params = append(params, paramOf(a.Name, a.GoType, a.Type))
	}
	s := signature.New(p.Provider, p.Name, p.Description, params...)
	note := sdtnote.Note{
		Machine: elf.EM_X86_64, Provider: p.Provider, Name: p.Name,
		Args: strings.Join(places, " "), FileOffset: uint64(number), // #nosec G115 -- not negative
	}
	site := uprobe.Site{Note: note, Signature: &s}
	return uprobe.Probe{Provider: p.Provider, Name: p.Name, Sites: []uprobe.Site{site}}
}

func paramOf(name, goType string, t stapsdt.ArgType) signature.Param {
	return signature.Param{
		Name: name, Type: signature.Type{Name: goType, Kind: kindOf(goType, t), Size: sizes[t]},
	}
}

func kindOf(goType string, t stapsdt.ArgType) signature.Kind {
	switch {
	case goType == "time.Duration" && t == stapsdt.Int64:
		return signature.Duration
	case goType == "uintptr" && t == stapsdt.Uint64:
		return signature.Pointer
	case t <= stapsdt.Int64:
		return signature.Int
	case t <= stapsdt.Uint64:
		return signature.Uint
	case t == stapsdt.Bool:
		return signature.Bool
	case t == stapsdt.String:
		return signature.String
	case t == stapsdt.Bytes:
		return signature.Bytes
	default:
		return signature.Float
	}
}

// setEvent makes an event of what was sent. The addresses of texts are not known, only the texts.
func (s *Stream) setEvent(ev *uprobe.Event, sent *wire.Event) {
	ev.Probe = sent.Probe
	ev.Time = time.Unix(0, sent.Nanoseconds)
	ev.PID, ev.TID = uint32(s.header.PID), 0 // #nosec G115 -- it has 32 bits
	ev.Comm = append(ev.Comm[:0], s.header.Command...)
	ev.Args = ev.Args[:0]
	for i, p := range s.Probes[sent.Probe].Sites[0].Signature.Params {
		v := sent.Values[i]
		if !p.Type.Kind.IsAddress() {
			ev.Args = append(ev.Args, uprobe.Value{Int: v.Bits, Read: true})
			continue
		}
		length := uint64(v.Length) // #nosec G115 -- not negative
		ev.Args = append(ev.Args, uprobe.Value{
			Captured: true, Data: v.Data, Length: length, Cut: v.Length > len(v.Data),
		})
		if p.Places() == 2 {
			ev.Args = append(ev.Args, uprobe.Value{Int: length, Read: true})
		}
	}
}
