package uprobe

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"
)

// FuzzDecode decodes records of any layout and content: each part of the event comes from its place
// in the record, and no capture is longer than it may be.
func FuzzDecode(f *testing.F) {
	f.Add(uint8(2), []byte{0, 1}, []byte("\x00\x00\x00\x00\x02\x00\x00\x00"))
	f.Add(uint8(6), []byte{5, 200, 0x41, 30}, bytes.Repeat([]byte{1, 0, 0, 0, 0, 0, 0, 0}, 60))
	f.Fuzz(func(t *testing.T, args uint8, captures, record []byte) {
		l := layoutOf(args, captures)
		record = append(record, make([]byte, max(0, l.size()-len(record)))...)
		record = record[:l.size()]
		clock := clock{zero: time.Unix(1000, 0)}
		// Decode uses the memory of the event before.
		ev := Event{Args: []Value{{Int: 1, Read: true, Captured: true, Cut: true, Length: 5}}}
		l.decode(&ev, record, clock)

		number := func(at int) uint64 { return binary.NativeEndian.Uint64(record[at:]) }
		switch {
		case ev.Probe != l.probe || len(ev.Args) != l.args:
			t.Errorf("probe %d with %d arguments", ev.Probe, len(ev.Args))
		case uint64(ev.PID)<<32|uint64(ev.TID) != number(16):
			t.Errorf("pid %d, tid %d of %#x", ev.PID, ev.TID, number(16))
		case !bytes.HasPrefix(record[24:40], ev.Comm) || bytes.IndexByte(ev.Comm, 0) >= 0 ||
			len(ev.Comm) < 16 && record[24+len(ev.Comm)] != 0:
			t.Errorf("comm %q of %q", ev.Comm, record[24:40])
		case ev.Time.Sub(clock.zero) != time.Duration(number(8)) && int64(number(8)) >= 0:
			t.Errorf("time %v of %d", ev.Time, number(8))
		}
		for i, v := range ev.Args {
			if read := record[4+i/8]>>(i%8)&1 == 0; v.Read != read || v.Int != number(40+8*i) {
				t.Errorf("argument %d: %+v of %#x, read %t", i, v, number(40+8*i), read)
			}
		}
		checkCaptures(t, l, ev, record)
	})
}

// layoutOf makes a possible layout of any bytes: each capture is an argument, whose highest bit
// says that the next one is the length, and the most bytes.
func layoutOf(args uint8, captures []byte) layout {
	l := layout{probe: int(args) / 13, args: int(args) % 13}
	captured := make(map[int]bool)
	for ; len(captures) > 1 && l.args > 0; captures = captures[2:] {
		c := Capture{Arg: int(captures[0]&0x7f) % l.args, Length: -1, Max: 1 + int(captures[1])}
		if captures[0] > 0x7f && c.Arg+1 < l.args {
			c.Length = c.Arg + 1
		}
		if !captured[c.Arg] {
			captured[c.Arg] = true
			l.captures = append(l.captures, c)
		}
	}
	return l
}

func checkCaptures(t *testing.T, l layout, ev Event, record []byte) {
	t.Helper()
	at := 40 + 8*l.args
	captured := 0
	for _, c := range l.captures {
		v := ev.Args[c.Arg]
		length := int64(binary.NativeEndian.Uint64(record[at:]))
		data := record[at+8 : at+8+c.Max]
		at += 8 + (c.Max+2+7)/8*8
		if c.Length < 0 && length >= 0 {
			length = max(0, length-1)
		}
		if want := v.Read && length >= 0; v.Captured != want {
			t.Errorf("%+v of length %d: captured %t", c, length, v.Captured)
		}
		if !v.Captured {
			continue
		}
		captured++
		if v.Length != uint64(length) || v.Cut != (length > int64(c.Max)) ||
			!bytes.Equal(v.Data, data[:min(length, int64(c.Max))]) {
			t.Errorf("%+v of length %d: %+v", c, length, v)
		}
	}
	for _, v := range ev.Args {
		if v.Captured {
			captured--
		}
	}
	if captured != 0 {
		t.Errorf("%d captures too few", captured)
	}
}
