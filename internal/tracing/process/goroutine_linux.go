package process

import (
	"debug/buildinfo"
	"debug/dwarf"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
)

// goroutineIDs has where runtime.g has the id of the goroutine, by the version of Go, on amd64 and
// arm64 alike (src/runtime/runtime2.go). This library needs Go 1.25.
var goroutineIDs = map[string]int64{"go1.25": 152, "go1.26": 152}

// GoroutineID returns where the runtime.g of a goroutine has the goroutine's id, in bytes, in the
// program that a process executes: as its version of Go has it, or else as its debug information
// says. The error says which of them is unknown.
func (r *Reader) GoroutineID(pid int) (int64, error) {
	type answer struct {
		offset int64
		err    error
	}
	a, err := await(&r.patience, func(w *watch) (a answer) {
		a.offset, a.err = readGoroutineID(w, pid)
		return a
	})
	if err = errors.Join(err, a.err); err != nil {
		return 0, fmt.Errorf("the goroutines of process %d are not known: %w", pid, err)
	}
	return a.offset, nil
}

func readGoroutineID(w *watch, pid int) (int64, error) {
	found, err := openPath(w, fmt.Sprintf("/proc/%d/exe", pid), 0)
	if err != nil {
		return 0, err
	}
	defer found.close()
	f, err := found.open(w)
	if err != nil {
		return 0, err
	}
	defer f.close()
	return goroutineID(new(work).reader(f))
}

// goroutineID reads a program.
func goroutineID(program io.ReaderAt) (int64, error) {
	_, err := openELF(program) // buildinfo opens it without a bound
	var info *debug.BuildInfo
	if err == nil {
		info, err = buildinfo.Read(program)
	}
	if err != nil {
		return 0, errors.New("it is no program of Go")
	}
	version, _, _ := strings.Cut(info.GoVersion, " ") // experiments may follow
	parts := strings.SplitN(version, ".", 3)
	if len(parts) > 1 {
		if offset, ok := goroutineIDs[strings.Join(parts[:2], ".")]; ok {
			return offset, nil
		}
	}
	offset, err := describedGoroutineID(program)
	if err != nil {
		return 0, fmt.Errorf("it was built by %q, which this version of usdt does not know, and its "+
			"debug information does not tell: %w", info.GoVersion, err)
	}
	return offset, nil
}

// maxDebug is how much debug information is read, in bytes.
const maxDebug = 64 << 20

// describedGoroutineID finds the offset in the debug information.
func describedGoroutineID(program io.ReaderAt) (int64, error) {
	file, err := openELF(program)
	if err != nil {
		return 0, err
	}
	size := uint64(0)
	for _, s := range file.Sections {
		if strings.HasPrefix(s.Name, ".zdebug_") { // which does not say its size
			return 0, errors.New("it is compressed in a manner of before 2015")
		}
		if strings.HasPrefix(s.Name, ".debug_") {
			size += min(s.Size, maxDebug+1)
		}
	}
	switch {
	case size == 0:
		return 0, errors.New("there is none")
	case size > maxDebug:
		return 0, fmt.Errorf("it has more than %d bytes", maxDebug)
	}
	data, err := file.DWARF()
	if err != nil {
		return 0, err
	}
	r := data.Reader()
	for {
		entry, err := r.Next()
		switch {
		case err != nil:
			return 0, err
		case entry == nil:
			return 0, errors.New("it has no runtime.g")
		case entry.Tag == dwarf.TagStructType && entry.Val(dwarf.AttrName) == "runtime.g":
			return memberOffset(r, "goid")
		case entry.Tag != dwarf.TagCompileUnit:
			r.SkipChildren()
		}
	}
}

// memberOffset returns where the struct whose entry has just been read has a member.
func memberOffset(r *dwarf.Reader, name string) (int64, error) {
	for {
		member, err := r.Next()
		if err != nil {
			return 0, err
		}
		if member == nil || member.Tag == 0 {
			return 0, fmt.Errorf("runtime.g has no %s", name)
		}
		offset, ok := member.Val(dwarf.AttrDataMemberLoc).(int64)
		if ok && member.Val(dwarf.AttrName) == name {
			return offset, nil
		}
	}
}
