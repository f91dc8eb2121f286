//go:build amd64 || arm64

package process_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/testing/counter"
	"github.com/go-usdt/usdt/internal/testing/elffile"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/stapsdt"
)

// The probes that this process declares itself, in either backing.
func TestReadProcessSelf(t *testing.T) {
	for name, backing := range map[string]stapsdt.Backing{
		"memfd": stapsdt.MemfdBacking,
		"file":  stapsdt.FileBacking,
	} {
		t.Run(name, func(t *testing.T) {
			lower, err := os.Open("/proc/self/maps")
			if err != nil {
				t.Fatal(err)
			}
			p, err := stapsdt.NewProvider("self_"+name,
				stapsdt.WithBacking(backing), stapsdt.WithDir(t.TempDir()))
			if err != nil {
				t.Fatal(err)
			}
			stapsdt.MustProbe2[int64, string](p, "hit")
			stapsdt.MustProbe0(p, "other")
			if err := p.Load(); err != nil {
				t.Fatal(err)
			}
			defer p.Close()

			// A descriptor below that of the probes is free now. Reading uses it for a while,
			// and must not show it as the path to the probes.
			lower.Close()
			o := objectOf(t, os.Getpid(), p.Name())
			checkObject(t, o)
			if o.Deleted != (backing == stapsdt.MemfdBacking) || o.Path != p.Path() ||
				strings.Contains(o.Name, "(deleted)") {
				t.Errorf("%q, deleted %v, path %q, want path %q",
					o.Name, o.Deleted, o.Path, p.Path())
			}
			if want, _ := os.ReadFile("/proc/self/comm"); o.Comm+"\n" != string(want) {
				t.Errorf("comm %q, want %q", o.Comm, want)
			}
			checkAttached(t, o, "hit", false)
			checkInspected(t, o, "hit", false)
			c, err := counter.OpenProbe(o.Path, "hit")
			if err != nil {
				testenv.Lacks(t, err)
			}
			checkAttached(t, o, "hit", true)
			checkInspected(t, o, "hit", true)
			checkAttached(t, o, "other", false)
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
			checkAttached(t, o, "hit", false)
		})
	}
}

// TestInspectGone: another file, and a note that a file does not have, are told apart from what was
// asked for.
func TestInspectGone(t *testing.T) {
	program := buildProcess(t, t.TempDir(), "process")
	c := startProcess(t, program)
	o := objectOf(t, c.PID(), "process")
	other := o.Notes[0]
	other.Location++
	if _, err := new(process.Reader).Inspect(o, other); !errors.Is(err, sdtnote.ErrGone) {
		t.Errorf("a note that is not there: %v", err)
	}
	n := o.Notes[0]
	o.Size++
	_, err := new(process.Reader).Inspect(o, n)
	if err == nil || !strings.HasSuffix(err.Error(), "has unmapped the file of the probe; try again") {
		t.Errorf("another file: %v", err)
	}
}

func TestReadProcessC(t *testing.T) {
	program := buildProcess(t, t.TempDir(), "process", "-fPIE", "-pie")
	c := startProcess(t, program)
	o := objectOf(t, c.PID(), "process")
	checkObject(t, o)
	if o.Path != program || o.Name != program || o.Deleted {
		t.Errorf("%q, deleted %v, path %q, want both %q", o.Name, o.Deleted, o.Path, program)
	}

	// The load bias leads from the symbol of main to where main is.
	file, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	symbols, err := sdtnote.SymbolAddresses(bytes.NewReader(file), "main")
	if err != nil {
		t.Fatal(err)
	}
	n := o.Notes[0]
	if main := symbols["main"] + o.Addresses(n)[0] - n.Address; main != c.main {
		t.Errorf("main at %#x, want %#x", main, c.main)
	}

	// Tracers that count in a semaphore need not change the site.
	checkAttached(t, o, "counted", false)
	checkInspected(t, o, "counted", false)
	c.count(t)
	checkAttached(t, o, "counted", true)
	checkInspected(t, o, "counted", true)
	checkAttached(t, o, "other", false)
}

// A tracer at one of two sites that are beside each other is not attached to the other one: only in
// images of this library a no-op before a site belongs to it.
func TestAttachedAdjacent(t *testing.T) {
	program := buildProcess(t, t.TempDir(), "process")
	c := startProcess(t, program)
	o := objectOf(t, c.PID(), "process")
	sites := make(map[string]uint64)
	for _, n := range o.Notes {
		sites[n.Name] = n.FileOffset
	}
	nop := uint64(len(probesite.Nop.Code(o.Notes[0].Machine)))
	if sites["other"] != sites["counted"]+nop {
		t.Fatalf("the sites %#x are not beside each other", sites)
	}
	for traced, untraced := range map[string]string{"counted": "other", "other": "counted"} {
		tracer, err := counter.OpenProbe(program, traced)
		if err != nil {
			testenv.Lacks(t, err)
		}
		checkAttached(t, o, traced, true)
		checkAttached(t, o, untraced, false)
		if err := tracer.Close(); err != nil {
			t.Fatal(err)
		}
		checkAttached(t, o, traced, false)
	}
}

// Names of files may hold anything, also characters with a meaning in /proc/PID/maps.
func TestReadProcessNames(t *testing.T) {
	dir := t.TempDir()
	program := buildProcess(t, dir, "process")
	for _, name := range []string{
		"with  spaces ", "x (deleted)", "line\nfeed", `back\012slash`, "ünï", "\x1b[31mred\xff",
	} {
		t.Run(strconv.Quote(name), func(t *testing.T) {
			path := filepath.Join(dir, name)
			if err := os.Link(program, path); err != nil {
				t.Fatal(err)
			}
			c := startProcess(t, path)
			o := objectOf(t, c.PID(), "process")
			checkObject(t, o)
			if o.Name != path || o.Path != path || o.Deleted {
				t.Errorf("name %q, path %q, deleted %v, want %q", o.Name, o.Path, o.Deleted, path)
			}
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			o = objectOf(t, c.PID(), "process")
			checkObject(t, o)
			if !o.Deleted {
				t.Error("not deleted after it was")
			}
		})
	}
}

func TestReadProcessDeleted(t *testing.T) {
	dir := t.TempDir()
	program := buildProcess(t, dir, "process")
	library := buildProcess(t, dir, "library.so", "-shared", "-fPIC")
	c := startProcess(t, program, "d"+library)
	if err := os.Remove(library); err != nil {
		t.Fatal(err)
	}
	// Another file takes the name.
	if err := os.WriteFile(dir+"/new", []byte("new"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(dir+"/new", program); err != nil {
		t.Fatal(err)
	}

	objects := readProcess(t, c.PID(), "process")
	if len(objects) != 2 {
		t.Fatalf("%d objects with probes, want 2", len(objects))
	}
	prefix := "/proc/" + strconv.Itoa(c.PID())
	for i, want := range []struct{ name, path string }{
		{program, prefix + "/exe"},
		{library, prefix + "/map_files/"},
	} {
		o := objects[i]
		if os.Geteuid() != 0 && o.Err != nil {
			testenv.Lacks(t, o.Err)
		}
		checkObject(t, o)
		if !o.Deleted || o.Name != want.name || !strings.HasPrefix(o.Path, want.path) {
			t.Errorf("name %q, path %q, deleted %v, want %q, %q",
				o.Name, o.Path, o.Deleted, want.name, want.path)
		}
	}
}

// Uprobes do not work in mappings that are shared or can be written.
func TestReadProcessMappings(t *testing.T) {
	dir := t.TempDir()
	program := buildProcess(t, dir, "process")
	for i, kind := range []string{"x", "w", "s"} {
		t.Run(kind, func(t *testing.T) {
			library := buildProcess(t, t.TempDir(), "library.so",
				"-shared", "-fPIC", "-Wl,-z,noseparate-code")
			c := startProcess(t, program, kind+library)
			found := 0
			for _, o := range readProcess(t, c.PID(), "process") {
				checkObject(t, o)
				if o.Name == library {
					found++
				}
			}
			if want := map[string]int{"x": 1}[kind]; found != want {
				t.Errorf("%d objects of the file, want %d (%d)", found, want, i)
			}
		})
	}
}

// A malformed file does not hide the others, and one that is no ELF file at all is left out.
func TestReadProcessMalformed(t *testing.T) {
	dir := t.TempDir()
	program := buildProcess(t, dir, "process")
	broken := filepath.Join(dir, "broken")
	file := elffile.New64(elffile.Note64(elffile.DataAddr, 0, 0, "p\x00n\x00\x00")).Bytes(t)
	text := filepath.Join(dir, "text")
	contents := map[string][]byte{broken: file, text: bytes.Repeat([]byte("x"), 8192)}
	for path, content := range contents {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	library := buildProcess(t, dir, "library.so", "-shared", "-fPIC")
	c := startProcess(t, program, "x"+broken, "x"+text, "d"+library)

	objects, err := process.Read(c.PID())
	if err != nil {
		t.Fatal(err)
	}
	good := 0
	for _, o := range objects {
		switch {
		case o.Err == nil:
			checkObject(t, o)
			good++
		case o.Name != broken || !errors.Is(o.Err, sdtnote.ErrFormat) || o.Notes != nil:
			t.Errorf("%s: %v, %d notes", o.Name, o.Err, len(o.Notes))
		default:
			prefix := fmt.Sprintf("%q in process %d: ", broken, c.PID())
			if !strings.HasPrefix(o.Err.Error(), prefix) {
				t.Errorf("error %q, want it to begin with %q", o.Err, prefix)
			}
		}
	}
	if good < 2 || len(objects) != good+1 {
		t.Errorf("%d objects, %d good ones, want a malformed one and at least two good ones",
			len(objects), good)
	}
}

// One file that is mapped under many names does not have its probes listed as often.
func TestReadProcessMaxNotes(t *testing.T) {
	const notes = 40_000
	first := filepath.Join(t.TempDir(), "first")
	second := first + "-second"
	var section []byte
	for i := range notes {
		text := fmt.Sprintf("maxnotes\x00n%d\x00\x00", i)
		section = append(section, elffile.Note64(elffile.TextAddr, 0, 0, text)...)
	}
	file := elffile.New64(section).Bytes(t)
	if err := os.WriteFile(first, file, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(first, second); err != nil {
		t.Fatal(err)
	}
	testenv.MapToExecute(t, first)
	testenv.MapToExecute(t, second)
	var counts []int
	for _, o := range readProcess(t, os.Getpid(), "maxnotes") {
		counts = append(counts, len(o.Notes))
		if o.Err != nil && !strings.Contains(o.Err.Error(), "more than 65536 probes") {
			t.Error(o.Err)
		}
	}
	if len(counts) != 2 || counts[0]+counts[1] != notes {
		t.Errorf("objects with %d notes, want one with %d and one without", counts, notes)
	}
}

// A note that a file has twice is there once.
func TestReadProcessSameNotes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "same")
	one := elffile.Note64(elffile.TextAddr, 0, 0, "samenotes\x00one\x008@%rdi\x00")
	other := elffile.Note64(elffile.TextAddr, 0, 0, "samenotes\x00other\x008@%rdi\x00")
	differs := elffile.Note64(elffile.TextAddr, 0, 0, "samenotes\x00one\x004@%edi\x00")
	file := elffile.New64(slices.Concat(one, other, one, differs, other)).Bytes(t)
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	testenv.MapToExecute(t, path)
	var got []string
	for _, o := range readProcess(t, os.Getpid(), "samenotes") {
		for _, n := range o.Notes {
			got = append(got, n.Name+" "+n.Args)
		}
	}
	want := []string{"one 8@%rdi", "other 8@%rdi", "one 4@%edi"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEach(t *testing.T) {
	program := buildProcess(t, t.TempDir(), "process")
	first, second := startProcess(t, program), startProcess(t, program)

	var r process.Reader
	for range 2 { // the second time from memory
		var objects []process.Object
		_, err := r.Each(func(of []process.Object) { objects = append(objects, of...) })
		if err != nil {
			t.Fatal(err)
		}
		notes := make(map[int]*sdtnote.Note)
		last := 0
		for _, o := range objects {
			if o.PID < last {
				t.Errorf("process %d after %d", o.PID, last)
			}
			last = o.PID
			if o.Name == program {
				checkObject(t, o)
				notes[o.PID] = &o.Notes[0]
			}
		}
		ofFirst, ofSecond := notes[first.PID()], notes[second.PID()]
		if len(notes) != 2 || ofFirst == nil || ofFirst != ofSecond {
			t.Errorf("notes %v, want the same ones of processes %d and %d",
				notes, first.PID(), second.PID())
		}
	}

	// A file that has changed is read again.
	first.End(t)
	second.End(t)
	write := func() error {
		return os.WriteFile(program, []byte("no ELF file any more"), 0o755)
	}
	err := write()
	for errors.Is(err, unix.ETXTBSY) { // who reads a process keeps its program for a moment
		err = write()
	}
	if err != nil {
		t.Fatal(err)
	}
	objects, err := r.Read(first.PID())
	if len(objects) != 0 || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of a process that has ended: %v, %v", objects, err)
	}
}

func TestReadProcessErrors(t *testing.T) {
	for _, pid := range []int{1 << 30, -1} {
		objects, err := process.Read(pid)
		if objects != nil || !errors.Is(err, fs.ErrNotExist) ||
			!strings.Contains(err.Error(), "does not exist") {
			t.Errorf("process %d: %v, %v, want %v", pid, objects, err, fs.ErrNotExist)
		}
		var processError *process.Error
		if !errors.As(err, &processError) || processError.PID != pid {
			t.Errorf("process %d: %+v", pid, processError)
		}
	}
}
