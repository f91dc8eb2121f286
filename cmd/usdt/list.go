//go:build linux

package main

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

func newListCommand() *cobra.Command {
	var pid int
	var all, asJSON, raw, verbose bool
	var types typeFiles
	cmd := &cobra.Command{
		Use:   "list [-p PID | --all | FILE...]",
		Short: "List the probes of processes or files",

		DisableFlagsInUseLine: true,
		Long: `List the probes of a process, of all processes, or of executables and libraries.

The probes of a process are those of all files that it has mapped to execute, including files
that are deleted, in memory, or in containers. Without arguments, usdt lists all processes.

The columns are: the probe; its signature, which is the names and types of its arguments, if they
are known; otherwise, or with --raw, its arguments as SIZE@LOCATION, with a negative SIZE for
signed ones; the file with the probe, or a path that leads to the file when it is deleted or in
memory; the address of the probe in the process (of a file: as linked); and whether a tracer is
attached to the probe. A narrow terminal shows fewer columns. Text of more than 200 characters
is cut, and the titles come again after every 4096 probes. With --json there is one line for
each probe, with all its text, in which "path" is the path to give to other tracers, "arguments"
is what the note says, and "signature", "parameters" and "description", if there are any, what the
file says.

Hostile processes and file systems can make a listing incomplete, but not hold it up: a process
can fill only a part of it, and a file system that does not answer is left out after some
seconds. What is missing is said.`,
		Example: `  usdt list -p 1234
  usdt list /usr/lib/x86_64-linux-gnu/libc.so.6
  sudo usdt list --all --json | jq -r 'select(.traced) | .probe'`,
		RunE: func(cmd *cobra.Command, files []string) error {
			hasPID := cmd.Flags().Changed("pid")
			if len(files) > 0 && (all || hasPID) {
				return usagef("use either files or processes, not both")
			}
			debug.SetMemoryLimit(heapLimit)
			reader, err := startReader()
			if err != nil {
				return err
			}
			defer reader.Close()
			known, err := types.open(reader)
			if err != nil {
				return err
			}
			list := listing{
				w: newListTableWriter(cmd.OutOrStdout(), listColumns{
					process: len(files) == 0 && !hasPID, raw: raw, description: verbose,
				}),
				room:      newRoom(scope{all: !hasPID}),
				stderr:    cmd.ErrOrStderr(),
				described: known,
			}
			if asJSON {
				list.w = newListJSONWriter(cmd.OutOrStdout())
			}
			if len(files) > 0 {
				err = list.addFiles(reader, files)
			} else {
				err = list.addProcesses(reader, scope{pid: pid, all: !hasPID})
			}
			return errors.Join(list.flush(), err)
		},
	}
	cmd.Flags().IntVarP(&pid, "pid", "p", 0, "list the probes of process `PID`")
	cmd.Flags().BoolVarP(&all, "all", "a", false, "list the probes of all processes")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON, one line for each probe")
	cmd.Flags().BoolVar(&raw, "raw", false, "show the arguments of all probes as SIZE@LOCATION")
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "also show what the probes mean")
	types.addFlags(cmd)
	cmd.MarkFlagsMutuallyExclusive("pid", "all")
	mustComplete(cmd, "pid", completePIDs)
	return cmd
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
	case errors.Is(err, process.ErrNotRegular):
		err = fmt.Errorf("%s is not a regular file", path)
	case errors.Is(err, sdtnote.ErrNotELF):
		err = fmt.Errorf("%s is not an ELF executable or library", path)
	case err == nil && len(file.Notes) == 0:
		err = fmt.Errorf("%s has no probes", path)
	}
	return file, err
}

// addProcesses adds the probes of processes, if there are any.
func (l *listing) addProcesses(reader *process.Client, s scope) error {
	denied, err := s.each(reader, true, l.addObjects)
	if err != nil {
		return err
	}
	if denied > 0 {
		warn(l.stderr, "%s not listed, because this user may not read their memory",
			plural(denied, "process is", "processes are"))
	}
	if more := l.unread - mostUnread; more > 0 {
		warn(l.stderr, "%s more could not be read", plural(more, "file", "files"))
	}
	if left := plural(l.leftOut, "probe", "probes"); l.leftOut > 0 && s.all {
		warn(l.stderr, "not listed, because some processes have too many: %s; "+
			"usdt list -p PID lists all of one process", left)
	} else if l.leftOut > 0 {
		warn(l.stderr, "not listed, because their texts are too long: %s", left)
	}
	switch {
	case l.added:
		return nil
	case s.all:
		return errors.New("no process has probes")
	}
	return fmt.Errorf("%v (%s) has no probes", s, printable.Text(processComm(s.pid)))
}

// mostUnread is how many files are named that could not be read.
const mostUnread = 100

// addObjects adds the probes of a process.
func (l *listing) addObjects(objects []process.Object) {
	share := l.room.share()
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
			p := listedProbe{note: n, signature: described, path: o.Path, object: o}
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
