//go:build linux && cgo && (amd64 || arm64)

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/sdtnote"
)

// returnCode is the machine code of a return from a call.
var returnCode = map[string][]byte{
	"amd64": {0xc3},
	"arm64": {0xc0, 0x03, 0x5f, 0xd6},
}[runtime.GOARCH]

// siteOffset returns where in the file the site of the probe is, in bytes.
func siteOffset(file, probe string) (uint64, error) {
	notes, err := sdtnote.ReadFile(file)
	if err != nil {
		return 0, err
	}
	for _, n := range notes {
		if n.Name == probe {
			return n.FileOffset, nil
		}
	}
	return 0, fmt.Errorf("%s has no probe %s", file, probe)
}

// siteCode returns the machine code that a tracer replaces at the probe: everything before the
// return.
func siteCode(file, probe string) ([]byte, error) {
	offset, err := siteOffset(file, probe)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var stub [16]byte
	if _, err := f.ReadAt(stub[:], int64(offset)); err != nil {
		return nil, err
	}
	code, _, ok := bytes.Cut(stub[:], returnCode)
	if !ok {
		return nil, fmt.Errorf("%s: no return behind the site of %s", file, probe)
	}
	return code, nil
}

// siteAddresses returns where this process has mapped the file's offset for execution: in the
// dynamic linker's mapping, and in that of package stapsdt.
func siteAddresses(file string, offset uint64) ([]uint64, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	stat := info.Sys().(*syscall.Stat_t)
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		return nil, err
	}
	defer maps.Close()

	var addresses []uint64
	lines := bufio.NewScanner(maps)
	for lines.Scan() {
		var m struct {
			start, end, offset, inode uint64
			major, minor              uint32
			perms                     string
		}
		if _, err := fmt.Sscanf(lines.Text(), "%x-%x %s %x %x:%x %d", &m.start, &m.end, &m.perms,
			&m.offset, &m.major, &m.minor, &m.inode); err != nil {
			return nil, fmt.Errorf("parse /proc/self/maps: %w", err)
		}
		same := m.inode == stat.Ino && unix.Mkdev(m.major, m.minor) == uint64(stat.Dev)
		if same && m.perms[2] == 'x' && m.offset <= offset && offset-m.offset < m.end-m.start {
			addresses = append(addresses, m.start+offset-m.offset)
		}
	}
	if len(addresses) == 0 {
		return nil, fmt.Errorf("%s is not mapped executable at offset %#x", file, offset)
	}
	return addresses, lines.Err()
}
