package command

import (
	"os"
	"runtime"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/launch"
)

const launchCommand = "execute-command"

// The main goroutine stays on the main thread of a process that will execute a command.
func init() {
	if len(os.Args) > 1 && os.Args[1] == launchCommand {
		runtime.LockOSThread()
	}
}

// newLaunchCommand returns the command that becomes the command that another usdt traces: see
// [launch.Serve].
func newLaunchCommand() *cobra.Command {
	return &cobra.Command{
		Use:    launchCommand + " SOCKET",
		Short:  "Become the command that another usdt traces",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			socket, err := strconv.Atoi(args[0])
			if err != nil {
				return err
			}
			launch.Serve(socket)
			return nil
		},
	}
}
