package process

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/go-usdt/usdt/internal/sdtnote"
)

// countedReader counts how often it is read.
type countedReader struct{ reads int }

func (r *countedReader) ReadAt(b []byte, _ int64) (int, error) {
	r.reads++
	return len(b), nil
}

// To look at a process that maps a file as often as it can, with as many notes as it can, takes a
// bounded time.
func TestAttachedBounded(t *testing.T) {
	const page = 4096
	file := mappedFile{inode: 1, name: "/hostile"}
	var lines []mapsLine
	for i := range uint64(30_000) {
		m := Mapping{Start: i * 2 * page, End: i*2*page + page}
		lines = append(lines,
			mapsLine{m, true, false, true, true, file}, mapsLine{m, true, true, false, true, file})
	}
	mapped := groupByFile(lines)[0]
	const notes, sites = 60_000, 10
	o := Object{
		Mappings: mapped.executable, Data: mapped.data,
		content: &content{sites: siteCodes{codes: make([]byte, notes*(1+longest))}},
	}
	for i := range uint64(notes) {
		o.Notes = append(o.Notes, sdtnote.Note{FileOffset: i % sites, SemaphoreOffset: i%sites + 1})
	}
	var mem countedReader
	if attached := o.attachedIn(&mem); len(attached) != notes {
		t.Errorf("%d answers, want %d", len(attached), notes)
	}
	if most := sites * 2 * maxAddresses; mem.reads > most {
		t.Errorf("%d reads, want at most %d", mem.reads, most)
	}
	if addresses := o.Addresses(o.Notes[0]); len(addresses) != maxAddresses {
		t.Errorf("%d addresses, want %d", len(addresses), maxAddresses)
	}
	if len(o.Mappings) != maxMappings || len(o.Data) != maxMappings {
		t.Errorf("%d and %d mappings, want %d", len(o.Mappings), len(o.Data), maxMappings)
	}
}

func TestWork(t *testing.T) {
	var w work
	r := w.reader(bytes.NewReader(make([]byte, 1)))
	reads := 0
	for !w.exhausted() {
		_, err := r.ReadAt(make([]byte, 1<<20), 0)
		if err != io.EOF && !errors.Is(err, errMaxWork) {
			t.Fatal(err)
		}
		reads++
	}
	if want := maxWork >> 20; reads != want {
		t.Errorf("%d reads of a MiB, want %d", reads, want)
	}
	if n, err := r.ReadAt(make([]byte, 1), 0); n != 0 || !errors.Is(err, errMaxWork) {
		t.Errorf("read %d bytes, %v, want %v", n, err, errMaxWork)
	}
}

// A file that is left out because a process has no work left is read for the next process.
func TestWorkNotRemembered(t *testing.T) {
	file, err := openPath(new(watch), "/proc/self/exe", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.close()
	var r Reader
	if f := r.read(new(watch), file, &work{spent: maxWork}); !errors.Is(f.err, errMaxWork) {
		t.Errorf("got %v, want %v", f.err, errMaxWork)
	}
	if f := r.read(new(watch), file, new(work)); f.err != nil {
		t.Error(f.err)
	}
}
