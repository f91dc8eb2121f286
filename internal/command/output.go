package command

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// An output is where a command writes: standard output or, if the user names one, a file. If the
// command draws pictures, one is drawn in a file whose name ends with .svg, and the rest goes to
// standard output all the same.
type output struct {
	path  string // of the file; "" and "-" stand for standard output
	draws bool   // the command draws pictures

	profiles bool // the command writes profiles

	file    *os.File // nil before open
	created bool     // by open
}

// addFlags adds the flag to a command, which calls open when it knows that its command line is
// right, and before it asks for cmd.OutOrStdout to write there.
func (o *output) addFlags(cmd *cobra.Command) {
	usage := "write to `FILE` in place of standard output"
	if o.draws {
		usage += "; into FILE.svg, draw a picture at the end"
	}
	if o.profiles {
		usage += "; into FILE.pb.gz, write a profile for go tool pprof"
	}
	cmd.Flags().StringVarP(&o.path, "output", "o", "", usage)
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		err := run(cmd, args)
		if failed := o.close(err != nil); failed != nil {
			return errors.Join(err, failed)
		}
		return err
	}
}

func (o *output) isFile() bool { return o.path != "" && o.path != "-" }

func (o *output) isPicture() bool {
	return o.draws && o.isFile() && strings.HasSuffix(o.path, ".svg")
}

// isProfile reports whether the file is for a profile, which go tool pprof reads, at the end.
func (o *output) isProfile() bool {
	return o.isFile() &&
		(strings.HasSuffix(o.path, ".pb.gz") || strings.HasSuffix(o.path, ".pprof"))
}

// open opens the file and, unless it is for a picture or a profile, empties it and has the command
// write there. A pipe without a reader is an error, not a reason to wait.
func (o *output) open(cmd *cobra.Command) error {
	if !o.isFile() || o.file != nil {
		return nil
	}
	if o.isProfile() && !o.profiles {
		return usagef("-o %s: profiles are written by count, hist and latency only",
			printable.Text(o.path))
	}
	if err := asCaller(o.openFile); err != nil {
		return fmt.Errorf("--output: %w%s", err, callerHint(err))
	}
	if o.isPicture() || o.isProfile() {
		return nil
	}
	cmd.SetOut(o.file)
	if err := o.empty(); err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	return nil
}

func (o *output) openFile() (err error) {
	// #nosec G302 -- less the umask, as any program's output
	o.file, err = os.OpenFile(o.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	o.created = err == nil
	if errors.Is(err, fs.ErrExist) {
		o.file, err = os.OpenFile(o.path, os.O_WRONLY|syscall.O_NONBLOCK, 0)
	}
	return err
}

// empty removes the old content of the file, which pipes and devices do not have.
func (o *output) empty() error {
	info, err := o.file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return err
	}
	return o.file.Truncate(0)
}

// draw draws the histograms in the file if it is for a picture. Until then, the file keeps its old
// content.
func (o *output) draw(title string, panels []histogram.Group) error {
	if !o.isPicture() {
		return nil
	}
	var drawing bytes.Buffer
	err := histogram.WriteSVG(&drawing, title, panels)
	if err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	return o.replace(drawing.Bytes())
}

// replace replaces the content of the file.
func (o *output) replace(content []byte) error {
	err := o.empty()
	if err == nil {
		_, err = o.file.Write(content)
	}
	if err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	return nil
}

// close closes the file. It removes what open has created if the command failed before it wrote
// anything.
func (o *output) close(failed bool) error {
	if o.file == nil {
		return nil
	}
	info, err := o.file.Stat()
	if failed && o.created && err == nil && info.Size() == 0 {
		_ = asCaller(func() error { return os.Remove(o.path) })
	}
	if err := o.file.Close(); err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	return nil
}
