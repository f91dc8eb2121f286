//go:build linux

package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/process"
)

func newListCommand() *cobra.Command {
	var pid int
	var all, asJSON bool
	cmd := &cobra.Command{
		Use:   "list [-p PID | --all | FILE...]",
		Short: "List the probes of processes or files",

		DisableFlagsInUseLine: true,
		Long: `List the probes of a process, of all processes, or of executables and libraries.

The probes of a process are those of all files that it has mapped to execute, including files
that are deleted, in memory, or in containers. Without arguments, usdt lists all processes.

The columns are: the probe; its arguments as SIZE@LOCATION, with a negative SIZE for signed
ones; the file with the probe, or a path that leads to the file when it is deleted or in
memory; the address of the probe in the process (of a file: as linked); and whether a tracer is
attached to the probe. A narrow terminal shows fewer columns. With --json there is one line for
each probe, in which "path" is the path to give to other tracers.`,
		Example: `  usdt list -p 1234
  usdt list /usr/lib/x86_64-linux-gnu/libc.so.6
  sudo usdt list --all --json | jq -r 'select(.traced) | .probe'`,
		RunE: func(cmd *cobra.Command, files []string) error {
			hasPID := cmd.Flags().Changed("pid")
			list := listing{stderr: cmd.ErrOrStderr()}
			var err error
			switch {
			case len(files) > 0 && (all || hasPID):
				return usagef("use either files or processes, not both")
			case len(files) > 0:
				err = list.addFiles(files)
			default:
				err = list.addProcesses(scope{pid: pid, all: !hasPID})
			}
			return errors.Join(list.write(cmd.OutOrStdout(), asJSON), err)
		},
	}
	cmd.Flags().IntVarP(&pid, "pid", "p", 0, "list the probes of process `PID`")
	cmd.Flags().BoolVarP(&all, "all", "a", false, "list the probes of all processes")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON, one line for each probe")
	cmd.MarkFlagsMutuallyExclusive("pid", "all")
	mustComplete(cmd, "pid", completePIDs)
	return cmd
}

// A listing collects the probes to be listed.
type listing struct {
	probes  []listedProbe
	several bool // processes
	stderr  io.Writer
}

// A listedProbe is a probe of a file or of a process.
type listedProbe struct {
	note   sdtnote.Note
	path   string
	object *process.Object // nil in the listing of a file
	traced *bool           // nil when unknown
}

func (l *listing) write(w io.Writer, asJSON bool) error {
	switch {
	case asJSON:
		return writeListJSON(w, l.probes)
	case len(l.probes) == 0:
		return nil
	}
	t := listTable(l.probes, l.several)
	t.fit(terminalWidth(w))
	_, err := io.WriteString(w, t.String())
	return err
}

// addFiles adds the probes of all files that have some, and returns what is wrong with the others.
func (l *listing) addFiles(paths []string) error {
	var failed []error
	for _, path := range paths {
		notes, err := readListedFile(path)
		failed = append(failed, err)
		for _, n := range notes {
			l.probes = append(l.probes, listedProbe{note: n, path: path})
		}
	}
	return errors.Join(failed...)
}

func readListedFile(path string) ([]sdtnote.Note, error) {
	// To open anything but a regular file could take forever.
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	notes, err := sdtnote.ReadFile(path)
	switch {
	case errors.Is(err, sdtnote.ErrNotELF):
		return nil, fmt.Errorf("%s is not an ELF executable or library", path)
	case err == nil && len(notes) == 0:
		return nil, fmt.Errorf("%s has no probes", path)
	}
	return notes, err
}

// addProcesses adds the probes of processes, if there are any.
func (l *listing) addProcesses(s scope) error {
	objects, denied, err := s.read()
	if err != nil {
		return err
	}
	l.several = s.all
	if denied > 0 {
		warn(l.stderr, "not listed, for lack of rights (root has more): %d of the processes",
			denied)
	}
	l.addObjects(objects)
	switch {
	case len(l.probes) > 0:
		return nil
	case s.all:
		return errors.New("no process has probes")
	}
	return fmt.Errorf("%v (%s) has no probes", s, printable(processComm(s.pid)))
}

func (l *listing) addObjects(objects []process.Object) {
	for i := range objects {
		o := &objects[i]
		if o.Err != nil {
			warn(l.stderr, "%v", o.Err)
			continue
		}
		attached, err := o.Attached()
		// Where Yama lets nobody but root look into memory, others may still know what is mapped.
		if err != nil && !errors.Is(err, fs.ErrPermission) {
			continue // the process has ended
		}
		for i, n := range o.Notes {
			p := listedProbe{note: n, path: o.Path, object: o}
			if err == nil {
				p.traced = &attached[i]
			}
			l.probes = append(l.probes, p)
		}
	}
}
