//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/go-usdt/usdt/test/qemu"
	"github.com/go-usdt/usdt/test/vm/task"
)

// writeInitramfs writes what the machine boots from: package init, and the modules that it loads.
func writeInitramfs(ctx context.Context, m qemu.Machine, modules []qemu.Module) error {
	file := filepath.Join(filepath.Dir(m.Initramfs), task.Init)
	if err := build(ctx, m.Arch, "test/vm/init", file); err != nil {
		return err
	}
	program, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var root qemu.Initramfs
	root.AddProgram("init", program)
	root.AddDirectory("modules")
	for i, module := range modules {
		root.AddFile(fmt.Sprintf("modules/%02d-%s.ko", i, module.Name), module.Content)
	}
	return root.Write(m.Initramfs)
}
