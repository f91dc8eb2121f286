//go:build linux

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
)

// A picture is the file, if the user wants one, in which histograms are drawn. The file keeps its
// old content until there is something to draw.
type picture struct {
	name    string
	file    *os.File
	created bool // by open
}

func (p *picture) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&p.name, "svg", "", "at the end, also draw a picture in `FILE`")
}

// open makes sure, before anything is traced, that the file can be written. A pipe without a reader
// is an error, not a reason to wait.
func (p *picture) open() error {
	if p.name == "" {
		return nil
	}
	var err error
	// #nosec G302 -- less the umask, as any program's output
	p.file, err = os.OpenFile(p.name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	p.created = err == nil
	if errors.Is(err, fs.ErrExist) {
		p.file, err = os.OpenFile(p.name, os.O_WRONLY|unix.O_NONBLOCK, 0)
	}
	if err != nil {
		return fmt.Errorf("--svg: %w", err)
	}
	return nil
}

// write draws the picture and closes the file.
func (p *picture) write(title string, panels []histogram.Group) error {
	if p.file == nil {
		return nil
	}
	var drawing bytes.Buffer
	if err := histogram.WriteSVG(&drawing, title, panels); err != nil {
		return fmt.Errorf("--svg: %w", err)
	}
	if err := errors.Join(p.replace(drawing.Bytes()), p.file.Close()); err != nil {
		return fmt.Errorf("--svg: %w", err)
	}
	p.file = nil
	return nil
}

// replace writes text in place of the old content of the file, which pipes and devices do not have.
func (p *picture) replace(text []byte) error {
	info, err := p.file.Stat()
	if err != nil {
		return err
	}
	if info.Mode().IsRegular() {
		if err := p.file.Truncate(0); err != nil {
			return err
		}
	}
	_, err = p.file.Write(text)
	return err
}

// close gives up a picture that was not drawn. It removes the file if open made it.
func (p *picture) close() {
	if p.file == nil {
		return
	}
	_ = p.file.Close()
	if p.created {
		_ = os.Remove(p.name)
	}
}
