package cluster

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// Command returns a command that has kubectl in its path, as the administrator of the cluster.
func Command(name string, arguments ...string) *exec.Cmd {
	cmd := exec.Command(name, arguments...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+kubeconfig("admin"),
		"PATH="+programs+":/images:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root")
	return cmd
}

// Kubectl runs kubectl, and returns what it prints.
func Kubectl(arguments ...string) (string, error) {
	return Output(Command(programs+"kubectl", arguments...))
}

// Output runs a command, and returns what it prints.
func Output(cmd *exec.Cmd) (string, error) {
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return stdout.String(), fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args, " "), err, &stderr)
	}
	return stdout.String(), nil
}
