package process

import (
	"bytes"
	"encoding/gob"
	"errors"
	"io/fs"
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/go-usdt/usdt/internal/sdtnote"
)

// FuzzWire sends objects of any content from a server to a client: they arrive unchanged.
func FuzzWire(f *testing.F) {
	f.Add("sh\xff", "/bin/sh", "sh\x00ell", uint64(1<<63), 3, 0)
	f.Add("", "", "", uint64(0), -1, maxContents)
	f.Fuzz(func(t *testing.T, comm, name, probe string, number uint64, kind, sent int) {
		shared := &content{
			notes:   []sdtnote.Note{{Provider: comm, Name: probe, Args: name, Location: number}},
			symbols: map[string]uint64{probe: number},
		}
		object := Object{
			PID: kind, Comm: comm, Name: name, Container: probe, Path: name + comm, Deleted: number%2 == 0,
			FileID:   FileID{Dev: number, Inode: number / 2, Size: int64(number)},
			Mappings: []Mapping{{Start: number, End: number + 1, Offset: 7}},
			Attached: []bool{number%3 == 0},
		}
		failed := Object{PID: kind, Name: probe, Err: anyError(kind, comm)}
		with := object
		with.content, with.Notes, with.Symbols = shared, shared.notes, shared.symbols
		want := []Object{with, failed, object, with}

		var wire bytes.Buffer
		s := server{out: gob.NewEncoder(&wire), size: sent}
		s.sendObjects(want)
		s.sendObjects(want[:1]) // its content is there already
		s.send(reply{Done: &done{Denied: []int{kind}, Failure: newFailure(failed.Err)}})
		if s.err != nil {
			t.Fatal(s.err)
		}
		var got []Object
		d, err := clientOf(wire.Bytes()).receive(func(o []Object) { got = append(got, o...) })
		if err != nil || !slices.Equal(d.Denied, []int{kind}) {
			t.Fatalf("end %+v, %v", d, err)
		}
		want = append(want, want[0])
		sameError := cmp.Comparer(func(a, b error) bool {
			return a == b || a != nil && b != nil && a.Error() == b.Error() && newFailure(a).err() != nil &&
				cmp.Equal(newFailure(a), newFailure(b))
		})
		if diff := cmp.Diff(want, got, sameError, cmpopts.IgnoreUnexported(Object{}),
			cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("objects (-sent +received):\n%s", diff)
		}
		if sent, got := failed.Err, d.Failure.err(); !sameErrors(sent, got) {
			t.Errorf("the error %v arrived as %v", sent, got)
		}
	})
}

// anyError returns nil, or an error of one of the kinds that clients ask for.
func anyError(kind int, text string) error {
	switch i := uint(kind) % uint(len(sentinels)+2); i {
	case 0:
		return nil
	case 1:
		return &Error{PID: kind, Reason: text, Remedy: text, Err: fs.ErrPermission}
	default:
		return errors.Join(errors.New(text), sentinels[i-2])
	}
}

// sameErrors reports whether errors say the same, and match the same of the sentinels.
func sameErrors(a, b error) bool {
	if a == nil || b == nil {
		return a == b
	}
	for _, sentinel := range sentinels {
		if errors.Is(a, sentinel) != errors.Is(b, sentinel) {
			return false
		}
	}
	return a.Error() == b.Error()
}

// FuzzReceive gives a client any bytes in place of answers: it neither panics nor takes memory
// without bounds.
func FuzzReceive(f *testing.F) {
	var wire bytes.Buffer
	s := server{out: gob.NewEncoder(&wire)}
	s.sendObjects([]Object{{PID: 1, Name: "/bin/sh", Err: fs.ErrPermission},
		{PID: 1, content: &content{notes: []sdtnote.Note{{Name: "a"}}}}})
	s.send(reply{Done: &done{Denied: []int{3}, Failure: newFailure(fs.ErrNotExist)}})
	f.Add(wire.Bytes())
	f.Fuzz(func(t *testing.T, answer []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		received := 0
		d, err := clientOf(answer).receive(func(o []Object) { received += len(o) })
		runtime.ReadMemStats(&after)
		// gob takes memory for what a message says it has, up to 16 MiB for one of the client's slices
		// or maps, before it notices that the bytes are missing.
		size := after.TotalAlloc - before.TotalAlloc
		if most := 32<<20 + 1000*len(answer); size > uint64(most) {
			t.Errorf("allocated %d bytes for an answer of %d", size, len(answer))
		}
		if err == nil && d.Failure != nil && d.Failure.err() == nil {
			t.Errorf("the failure %+v is no error", d.Failure)
		}
		if received > math.MaxInt32 {
			t.Errorf("%d objects", received)
		}
	})
}

func clientOf(answer []byte) *Client {
	return &Client{
		replies:  gob.NewDecoder(bytes.NewReader(answer)),
		contents: make(map[int]*servedContent),
	}
}
