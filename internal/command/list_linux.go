package command

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/rights"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// listKernel lists the probes of files or processes.
func (f *listFlags) listKernel(cmd *cobra.Command, files []string) error {
	of := f.scope
	if len(files) > 0 && !of.isZero() {
		return usagef("use either files or processes, not both")
	}
	of.all = of.all || of.isZero()
	of, err := of.resolve()
	if err != nil {
		return err
	}
	debug.SetMemoryLimit(heapLimit)
	reader, err := startReader()
	if err != nil {
		return err
	}
	defer reader.Close()
	if err := of.readFiles(reader); err != nil {
		return err
	}
	known, err := f.types.open(reader)
	if err != nil {
		return err
	}
	if err := f.output.open(cmd); err != nil {
		return err
	}
	list := listing{
		w: newListTableWriter(cmd.OutOrStdout(), listColumns{
			process: len(files) == 0 && of.isMany(), raw: f.raw, description: f.verbose,
		}),
		room:      newRoom(of),
		stderr:    cmd.ErrOrStderr(),
		described: known,
	}
	if f.asJSON {
		list.w = newListJSONWriter(cmd.OutOrStdout())
	}
	if len(files) > 0 {
		err = list.addFiles(reader, files)
	} else {
		err = list.addProcesses(reader, of)
	}
	return errors.Join(list.flush(), err)
}

// A listing writes probes as they are found.
type listing struct {
	w         listWriter
	stderr    io.Writer
	room      room
	added     bool // at least one probe
	described descriptions
	leftOut   int   // probes for which there was no room
	unread    int   // files
	err       error // the first of the writer
}

// A listWriter writes the lines of a listing.
type listWriter interface {
	add(p listedProbe) error
	endProcess() error // after the probes of a process
	flush() error      // at the end
}

// A listedProbe is a probe of a file or of a process.
type listedProbe struct {
	note      sdtnote.Note
	signature *signature.Signature // nil when nobody knows it
	path      string
	object    *process.Object // nil in the listing of a file
	pod       string          // of the process; "" outside of one
	traced    *bool           // nil when unknown
}

func (l *listing) add(p listedProbe) {
	l.added = true
	if l.err == nil {
		l.err = l.w.add(p)
	}
}

// flush writes the rest, and returns what went wrong.
func (l *listing) flush() error {
	if l.err != nil {
		return l.err
	}
	err := l.w.flush()
	for _, told := range l.described.tell() {
		warn(l.stderr, "%v", told)
	}
	return err
}

// addFiles adds the probes of all files that have some, and returns what is wrong with the others.
func (l *listing) addFiles(reader *process.Client, paths []string) error {
	var failed []error
	for _, path := range paths {
		file, err := readListedFile(reader, path)
		failed = append(failed, err)
		if file.Unsigned {
			l.described.unsigned(path)
		}
		for _, n := range file.Notes {
			l.add(listedProbe{note: n, signature: l.described.of(n, file.Signatures), path: path})
		}
	}
	return errors.Join(failed...)
}

func readListedFile(reader *process.Client, path string) (process.File, error) {
	file, err := reader.ReadFile(path)
	switch {
	case err == nil && len(file.Notes) == 0 && file.DeclaresAtRuntime:
		err = fmt.Errorf("%s has no probes: it is a program with package stapsdt, whose probes are "+
			"in its processes; usdt list --exe %[1]s shows them", path)
	case err == nil && len(file.Notes) == 0:
		err = fmt.Errorf("%s has no probes", path)
	}
	return file, explainFile(path, err)
}

// addProcesses adds the probes of processes, if there are any.
func (l *listing) addProcesses(reader *process.Client, s scope) error {
	denied, err := s.each(reader, true, l.addObjects)
	if err != nil {
		return err
	}
	if len(denied) > 0 {
		warn(l.stderr, "not listed, because this user may not read their memory: %s; %s",
			deniedProcesses(denied), rights.ToRead())
	}
	if more := l.unread - mostUnread; more > 0 {
		warn(l.stderr, "%s more could not be read", plural(more, "file", "files"))
	}
	if left := plural(l.leftOut, "probe", "probes"); l.leftOut > 0 && s.isMany() {
		warn(l.stderr, "not listed, because some processes have too many: %s; "+
			"usdt list -p PID lists all of one process", left)
	} else if l.leftOut > 0 {
		warn(l.stderr, "not listed, because their texts are too long: %s", left)
	}
	switch {
	case l.added:
		return nil
	case s.isOfFiles():
		files := printable.Text(strings.Join(s.files, " "))
		return fmt.Errorf("no process maps %s; usdt list %[1]s shows the probes", files)
	case s.all:
		return errors.New("no process has probes")
	case len(s.pids) != 1:
		return fmt.Errorf("%v have no probes", s)
	}
	return fmt.Errorf("%v (%s) has no probes", s, printable.Text(processComm(s.pids[0])))
}

// mostUnread is how many files are named that could not be read.
const mostUnread = 100

// addObjects adds the probes of a process.
func (l *listing) addObjects(objects []process.Object) {
	share := l.room.share()
	pod := ""
	if len(objects) > 0 {
		pod = podOfProcess(objects[0].PID)
	}
	for i := range objects {
		o := &objects[i]
		if o.Err != nil {
			l.unread++
			if l.unread <= mostUnread {
				warn(l.stderr, "%v", o.Err)
			}
		}
		if o.Unsigned {
			l.described.unsigned(o.Path)
		}
		for i, n := range o.Notes {
			size := roomOf(n, o.Signatures)
			if size > share {
				l.leftOut++
				continue
			}
			share -= size
			l.room.fill(size)
			described := l.described.of(n, o.Signatures)
			p := listedProbe{note: n, signature: described, path: o.Path, object: o, pod: pod}
			if o.Attached != nil {
				p.traced = &o.Attached[i]
			}
			l.add(p)
		}
	}
	if l.err == nil {
		l.err = l.w.endProcess()
	}
}
