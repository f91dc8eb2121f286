//go:build linux

package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
)

// errInterrupted is the cause of the end of a context that a signal ended.
var errInterrupted = errors.New("interrupted")

// endSignals ask a process to end.
var endSignals = []os.Signal{unix.SIGINT, unix.SIGTERM, unix.SIGHUP}

// signalGrace is how long a signal to end may come again, as timeout(1) sends it to a process and to its group, and
// still mean the same. Another one after that ends this process at once.
const signalGrace = time.Second

// catchSignals has the context of cmd end when a signal asks this process to end. From now on such a signal does
// nothing else: it is called right before anything is attached, and what takes time before that is ended by a signal
// as usual. The caller calls release when nothing waits for the context any more.
//
// SIGPIPE stays as it is: whoever closes our stdout ends the program without a message, and the kernel detaches.
func catchSignals(cmd *cobra.Command) (release func()) {
	ctx, cancel := context.WithCancelCause(cmd.Context())
	cmd.SetContext(ctx)
	release = func() { cancel(nil) }
	signals := heededSignals()
	if len(signals) == 0 { // to NotifyContext, that would mean all
		return release
	}
	signalled, stop := signal.NotifyContext(context.Background(), signals...)
	context.AfterFunc(signalled, func() {
		cancel(errInterrupted)
		time.AfterFunc(signalGrace, stop)
	})
	return release
}

// heededSignals leaves out what nohup(1), or a shell in the background, has us ignore.
func heededSignals() []os.Signal {
	var heeded []os.Signal
	for _, s := range endSignals {
		if !signal.Ignored(s) {
			heeded = append(heeded, s)
		}
	}
	return heeded
}
