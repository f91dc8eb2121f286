//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/test/vm/task"
)

// unit has the command of the task. The machine goes off with it, at once: nothing of it is kept.
const unit = `[Unit]
Description=The command of make vm
After=multi-user.target
SuccessAction=poweroff-immediate
FailureAction=poweroff-immediate

[Service]
ExecStart=` + task.DeskDirectory + "/" + task.Init + " " + task.AsUnit + `
`

// becomeSystemd has the root's systemd go on as the first process.
func becomeSystemd() error {
	const directory, name = "/run/systemd/system", "vm.service"
	wants := filepath.Join(directory, "multi-user.target.wants")
	if err := os.MkdirAll(wants, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(directory, name), []byte(unit), 0o644); err != nil {
		return err
	}
	if err := os.Symlink("../"+name, filepath.Join(wants, name)); err != nil {
		return err
	}
	const systemd = "/lib/systemd/systemd"
	return fmt.Errorf("%s: %w", systemd, unix.Exec(systemd, []string{systemd}, nil))
}
