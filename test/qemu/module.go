package qemu

import (
	"bytes"
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
)

// A Module is a loadable module of a kernel.
type Module struct {
	Name    string
	Content []byte // uncompressed
}

// moduleDirectories have the modules that mount file systems of the host. Not every package has
// each directory.
var moduleDirectories = []string{
	"drivers/virtio/", "net/9p/", "fs/9p/", "fs/fscache/", "fs/netfs/", "fs/overlayfs/",
}

// Modules returns the named modules and those that they depend on, in the order in which they
// must be loaded. A name that is not in the package is part of the kernel itself.
func (p Packages) Modules(ctx context.Context, names ...string) ([]Module, error) {
	packed := make(map[string][]byte)
	err := walk(ctx, p.modules, func(name string, content io.Reader) error {
		if !slices.ContainsFunc(moduleDirectories,
			func(d string) bool { return strings.Contains(name, "/kernel/"+d) }) {
			return nil
		}
		b, err := unpackModule(ctx, name, content)
		base, _, _ := strings.Cut(path.Base(name), ".ko")
		packed[moduleName(base)] = b
		return err
	})
	if !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read modules of %s: %w", p.modules, err)
	}
	return inOrder(packed, names)
}

// moduleName returns the kernel's name of a module, which has underscores where the file may have
// dashes.
func moduleName(file string) string { return strings.ReplaceAll(file, "-", "_") }

func unpackModule(ctx context.Context, name string, content io.Reader) ([]byte, error) {
	if !strings.HasSuffix(name, ".xz") {
		return io.ReadAll(content)
	}
	cmd := exec.CommandContext(ctx, "xz", "--decompress", "--stdout")
	cmd.Stdin = content
	return cmd.Output()
}

// inOrder returns the named modules, each behind the modules that it depends on.
func inOrder(packed map[string][]byte, names []string) ([]Module, error) {
	var ordered []Module
	seen := make(map[string]bool)
	var add func(name string) error
	add = func(name string) error {
		content, ok := packed[moduleName(name)]
		if !ok || seen[name] {
			return nil
		}
		seen[name] = true
		depends, err := dependences(content)
		if err != nil {
			return fmt.Errorf("module %s: %w", name, err)
		}
		for _, d := range depends {
			if err := add(d); err != nil {
				return err
			}
		}
		ordered = append(ordered, Module{name, content})
		return nil
	}
	for _, name := range names {
		if err := add(name); err != nil {
			return nil, err
		}
	}
	return ordered, nil
}

// dependences reads the names of modules that modpost has written into the module.
func dependences(module []byte) ([]string, error) {
	f, err := elf.NewFile(bytes.NewReader(module))
	if err != nil {
		return nil, err
	}
	section := f.Section(".modinfo")
	if section == nil {
		return nil, errors.New("no section .modinfo")
	}
	info, err := section.Data()
	if err != nil {
		return nil, err
	}
	for _, field := range strings.Split(string(info), "\x00") {
		if list, ok := strings.CutPrefix(field, "depends="); ok && list != "" {
			return strings.Split(list, ","), nil
		}
	}
	return nil, nil
}
