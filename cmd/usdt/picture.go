//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/histogram"
)

// A picture is a file that histograms are drawn in, if the user wants one.
type picture struct {
	name string
	file *os.File
}

func (p *picture) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&p.name, "svg", "", "draw a picture in `FILE` at the end, too")
}

// open makes the file, before anything is traced for it.
func (p *picture) open() error {
	if p.name == "" {
		return nil
	}
	var err error
	if p.file, err = os.Create(p.name); err != nil {
		return fmt.Errorf("--svg: %w", err)
	}
	return nil
}

// write draws the picture and closes the file.
func (p *picture) write(title string, panels []histogram.Group) error {
	if p.file == nil {
		return nil
	}
	err := errors.Join(histogram.WriteSVG(p.file, title, panels), p.file.Close())
	p.file = nil
	if err != nil {
		return fmt.Errorf("--svg: %w", err)
	}
	return nil
}

// close removes a file in which nothing was drawn.
func (p *picture) close() {
	if p.file != nil {
		p.file.Close()
		os.Remove(p.name)
	}
}
