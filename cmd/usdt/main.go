//go:build linux

// Command usdt shows and traces the USDT (stapsdt) probes of running programs, with nothing else
// installed. See usdt help.
package main

import (
	"context"
	"os"
	"os/signal"

	"golang.org/x/sys/unix"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGINT, unix.SIGTERM, unix.SIGHUP)
	// The first signal asks the command to detach and end; from then on another one kills as usual.
	context.AfterFunc(ctx, stop)
	// SIGPIPE stays as it is: whoever closes our stdout ends the program without a message, and the
	// kernel detaches.
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}
