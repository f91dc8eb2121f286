//go:build linux && (amd64 || arm64)

package main

import (
	"fmt"
	"os"
	"syscall"
)

// limit sets a soft limit.
func limit(argument string) error {
	var resource int
	var value int64
	if _, err := fmt.Sscan(argument, &resource, &value); err != nil {
		return err
	}
	var l syscall.Rlimit
	if err := syscall.Getrlimit(resource, &l); err != nil {
		return os.NewSyscallError("getrlimit", err)
	}
	l.Cur = min(uint64(value), l.Max)
	return os.NewSyscallError("setrlimit", syscall.Setrlimit(resource, &l))
}
