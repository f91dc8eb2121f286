package qemu

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"strings"
)

// WriteImage writes the kernel to a file.
func (p Packages) WriteImage(ctx context.Context, file string) error {
	err := walk(ctx, p.image, func(name string, content io.Reader) error {
		if !strings.HasPrefix(path.Base(name), "vmlinuz") {
			return nil
		}
		if err := save(file, content); err != nil {
			return err
		}
		return errFound // the modules come later, and need not be unpacked
	})
	if !errors.Is(err, errFound) {
		return fmt.Errorf("find vmlinuz in %s: %w", p.image, err)
	}
	return nil
}

var errFound = errors.New("found")

// walk calls f for each regular file in the package deb, until f returns an error. It returns
// that error, or io.EOF.
func walk(ctx context.Context, deb string, f func(name string, content io.Reader) error) error {
	ctx, cancel := context.WithCancel(ctx)
	cmd := exec.CommandContext(ctx, "dpkg-deb", "--fsys-tarfile", deb)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		cancel()
		return err
	}
	if err := cmd.Start(); err != nil {
		cancel()
		return err
	}
	defer cmd.Wait() // fails when it is killed
	defer cancel()

	files := tar.NewReader(stdout)
	for {
		header, err := files.Next()
		if err != nil {
			return err
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		if err := f(header.Name, files); err != nil {
			return err
		}
	}
}

func save(file string, from io.Reader) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, from)
	return errors.Join(err, f.Close())
}
