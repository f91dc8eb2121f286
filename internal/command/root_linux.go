package command

import "github.com/spf13/cobra"

// kernelCommands are those that are about files and the kernel of this system.
func kernelCommands() []*cobra.Command {
	return []*cobra.Command{
		newExportCommand(), newInspectCommand(), newScriptCommand(), newDoctorCommand(),
		newReaderCommand(), newLaunchCommand(),
	}
}
