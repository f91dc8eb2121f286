package cluster

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// setEnvironment has commands find kubectl and usdt, and be the administrator of the cluster.
func setEnvironment() error {
	return errors.Join(os.Setenv("PATH", programs+":/images:/usr/sbin:/usr/bin:/sbin:/bin"),
		os.Setenv("KUBECONFIG", AdminConfig), os.Setenv("HOME", "/root"))
}

// Kubectl runs kubectl, and returns what it prints.
func Kubectl(arguments ...string) (string, error) {
	return Output(exec.Command("kubectl", arguments...))
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

// Describe returns what there is to know of the pods of a namespace, for somebody who asks why one
// does not run.
func Describe(namespace string) string {
	pods, err := Kubectl("-n", namespace, "describe", "pods")
	logs, _ := Kubectl("-n", namespace, "logs", "--prefix", "-l",
		"app.kubernetes.io/name", "--tail=30")
	if err != nil {
		pods = err.Error()
	}
	return pods + "\n" + logs + "\nkubelet:\n" + LogOf("kubelet")
}
