//go:build linux

package command

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// attaching completes options for attaching, now and later: a signal ends it, also while a file
// system does not answer. It comes after catchSignals.
func attaching(cmd *cobra.Command, o *uprobe.Options) {
	ctx := cmd.Context()
	requests := make(chan openRequest)
	o.Interrupted = func() error { return context.Cause(ctx) }
	o.Open = func(site uprobe.Site) (*os.File, error) {
		answer := make(chan openAnswer, 1)
		select {
		case requests <- openRequest{site, answer}:
		case <-ctx.Done():
		}
		select {
		case a := <-answer:
			return a.file, a.err
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	go answerOpen(ctx, requests)
}

// An openRequest asks for the file of a site.
type openRequest struct {
	site   uprobe.Site
	answer chan<- openAnswer
}

type openAnswer struct {
	file *os.File
	err  error
}

// answerOpen has the second process open the files. It waits as long as that process does, so it
// is a goroutine of its own.
func answerOpen(ctx context.Context, requests <-chan openRequest) {
	reader, err := newReader()
	if err == nil {
		defer reader.Close()
	}
	for {
		select {
		case <-ctx.Done():
			return
		case r := <-requests:
			a := openAnswer{err: err}
			if err == nil {
				a.file, a.err = openSite(reader, r.site)
			}
			r.answer <- a
		}
	}
}

// openSite opens the file of a site. While a process loads probes, it has their file open by
// several descriptors, and a path in /proc lasts as long as the descriptor: then the path is found
// again.
func openSite(reader *process.Client, site uprobe.Site) (*os.File, error) {
	file, err := reader.OpenPath(site.Path, site.Dev, site.Inode)
	var pid int
	if n, _ := fmt.Sscanf(site.Path, "/proc/%d/", &pid); err == nil || n == 0 {
		return file, err
	}
	objects, _ := reader.Read(pid, false)
	for _, o := range objects {
		if o.Dev == site.Dev && o.Inode == site.Inode && o.Path != site.Path {
			return reader.OpenPath(o.Path, o.Dev, o.Inode)
		}
	}
	return nil, err
}
