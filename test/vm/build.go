//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

const module = "github.com/go-usdt/usdt/"

// build makes a static program of a package of this module.
func build(ctx context.Context, arch, pkg, file string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-o", file, module+pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch)
	_, err := output(cmd)
	return err
}

// defaultRoot returns the directory that is the root of a machine, unless another one is asked
// for.
func defaultRoot(ctx context.Context, arch string) (string, error) {
	if arch == runtime.GOARCH {
		return "/", nil
	}
	here, err := output(exec.CommandContext(ctx, "go", "list", "-f", "{{.Dir}}", module+"test/vm"))
	if err != nil {
		return "", err
	}
	return output(exec.CommandContext(ctx, filepath.Join(here, "..", "chroot.sh"), "bookworm/"+arch))
}

// output runs cmd and returns the line that it prints. What it writes to its standard error is in
// the error.
func output(cmd *exec.Cmd) (string, error) {
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%v: %w\n%s", cmd, err, complaint.Bytes())
	}
	return strings.TrimSpace(string(out)), nil
}
