// Package testbuild builds Go programs for tests, also such that have their probes in their files.
package testbuild

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/tracing/embed"
)

// Build builds a program by go with these arguments, such as {"build", "./cmd/shop"}, and additions
// to the environment, and embeds its probes.
func Build(path string, environment []string, arguments ...string) error {
	if err := Go(path, environment, arguments...); err != nil {
		return err
	}
	return Embed(path, path, probesite.Nop)
}

// Go builds a program in the same way, and leaves it as it is.
func Go(path string, environment []string, arguments ...string) error {
	return In(".", path, environment, arguments...)
}

// In builds a program in the same way in a directory, as of another module. The path is absolute.
func In(dir, path string, environment []string, arguments ...string) error {
	// #nosec G204 -- a test chooses them
	cmd := exec.Command("go", append([]string{arguments[0], "-o", path}, arguments[1:]...)...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), environment...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%v: %w\n%s", cmd, err, out)
	}
	return nil
}

// Copy copies a program. No process that starts meanwhile inherits the open file, with which
// nobody could run the copy.
func Copy(path, to string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	return os.WriteFile(to, content, 0o755)
}

// Embed writes the program with its probes to another path, or the same. Its sites are of the form.
func Embed(path, to string, form probesite.Form) error {
	source, err := embed.Read(path)
	if err != nil {
		return err
	}
	program, err := embed.Open(source.Content)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	list, err := program.Declared(context.Background(), filepath.Dir(path))
	for errors.Is(err, syscall.ETXTBSY) { // another test forked while the copy was written
		list, err = program.Declared(context.Background(), filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	result, err := program.Embed(list, form)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	syscall.ForkLock.RLock() // who executes the file must not find a child that has it open, too
	defer syscall.ForkLock.RUnlock()
	if path == to {
		_, err = source.Replace(context.Background(), result.Content)
		return err
	}
	return source.WriteTo(context.Background(), to, result.Content)
}
