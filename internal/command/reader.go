//go:build linux

package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"runtime/debug"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/process"
)

const readerCommand = "read-processes"

// heapLimit is the memory from which on the reader of processes, and the command that lists what it
// finds, look for garbage more often, in bytes. Without hostile processes they take a tenth of it.
const heapLimit = 80 << 20

// newReaderCommand returns the command that reads processes and files for the other commands: see
// [process.Serve].
func newReaderCommand() *cobra.Command {
	return &cobra.Command{
		Use:    readerCommand,
		Short:  "Read processes for another usdt, until the end of the input",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			signal.Ignore(endSignals...) // the end of the input ends it
			debug.SetMemoryLimit(heapLimit)
			return process.Serve(os.Stdin, os.Stdout,
				os.NewFile(process.ServerSocket, "socket"))
		},
	}
}

// startReader starts this program as a reader of processes. The caller closes the client.
func startReader() (*process.Client, error) {
	client, err := newReader()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = fmt.Errorf("%w: mount the proc file system", err)
	case errors.Is(err, unix.EMFILE):
		err = fmt.Errorf("%w: raise the limit by ulimit -n", err)
	}
	return client, err
}

// newReader is startReader for those who say themselves what to do about an error.
func newReader() (*process.Client, error) {
	cmd := exec.Command("/proc/self/exe", readerCommand)
	cmd.Args[0] = "usdt"
	return process.NewClient(cmd)
}
