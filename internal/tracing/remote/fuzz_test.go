package remote

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/reading"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/internal/wire"
	"github.com/go-usdt/usdt/stapsdt"
)

// FuzzStream reads any stream: each event has the places that its probe has.
func FuzzStream(f *testing.F) {
	var e wire.Encoder
	b := e.AppendHeader(nil, wire.Header{PID: 1, Command: "shop"})
	b, _, _ = e.AppendProbe(b, wire.Probe{Provider: "shop", Name: "order", Args: []wire.Arg{
		{Name: "id", GoType: "uint64", Type: stapsdt.Uint64},
		{Name: "data", GoType: "[]byte", Type: stapsdt.Bytes},
	}})
	b = e.AppendLost(b, 0)
	b = e.AppendEvent(b, 0, 1, []wire.Value{{Bits: 7}, {Data: []byte("tea"), Length: 9}})
	f.Add(e.AppendEnd(b, 1, 0, ""))
	f.Fuzz(func(t *testing.T, stream []byte) {
		s := &Stream{client: &Client{name: "x"}, ctx: context.Background()}
		var err error
		if s.decoder, s.header, err = wire.NewDecoder(bytes.NewReader(stream)); err != nil {
			return
		}
		if s.begin() != nil {
			return
		}
		var ev uprobe.Event
		for {
			switch err := s.Next(&ev); {
			case err == nil:
				if got, want := len(ev.Args), len(s.Probes[ev.Probe].Args()); got != want {
					t.Fatalf("%d places, want %d", got, want)
				}
			case !errors.Is(err, os.ErrDeadlineExceeded):
				return
			}
		}
	})
}

// FuzzReadings reads any readings: each is a histogram with as many values as it says, or an error.
func FuzzReadings(f *testing.F) {
	f.Add([]byte(`{"groups":[{"by":"GET","count":3,"mean":2,"max":3,"buckets":[` +
		`{"lo":1,"hi":2,"count":1},{"lo":-2,"hi":-1,"count":2}]}],"lost":1}` + "\n"))
	f.Add([]byte("\n\n" + `{"groups":[]}` + "\n"))
	f.Fuzz(func(t *testing.T, lines []byte) {
		r := &Readings[reading.Hist]{
			client: &Client{name: "x"}, ctx: context.Background(),
			answer:  &answer{timer: time.NewTimer(time.Hour)},
			scanner: bufio.NewScanner(bytes.NewReader(lines)),
		}
		for {
			next, err := r.Next()
			if err != nil {
				return
			}
			for _, g := range next.Groups {
				h, err := g.Histogram(histogram.Log2())
				if err != nil {
					continue
				}
				var count uint64
				for _, b := range g.Buckets {
					count += b.Count
				}
				if h.Total() != count {
					t.Errorf("%d values, want %d", h.Total(), count)
				}
			}
		}
	})
}
