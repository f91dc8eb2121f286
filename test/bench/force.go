//go:build linux && cgo && (amd64 || arm64)

package main

import (
	"errors"
	"os"
)

// force makes the probe of package stapsdt seem traced although no tracer is attached: it writes
// a return over the site in this process's own mappings. Fire then finds another byte than the
// site's, and takes its slow path, in which the stub still does nothing. The file, and what
// tracers see of it, does not change.
//
// release puts the site back.
func force(file, probe string) (release func() error, err error) {
	code, err := siteCode(file, probe)
	if err != nil {
		return nil, err
	}
	if err := patch(file, probe, returnCode); err != nil {
		return nil, err
	}
	original := code[:len(returnCode)] // no site is shorter
	return func() error { return patch(file, probe, original) }, nil
}

// patch writes code over the probe's site wherever the site is mapped. The kernel gives this
// process private copies of the pages, even though they are not writable.
func patch(file, probe string, code []byte) error {
	offset, err := siteOffset(file, probe)
	if err != nil {
		return err
	}
	addresses, err := siteAddresses(file, offset)
	if err != nil {
		return err
	}
	mem, err := os.OpenFile("/proc/self/mem", os.O_RDWR, 0)
	if err != nil {
		return err
	}
	for _, a := range addresses {
		_, e := mem.WriteAt(code, int64(a))
		err = errors.Join(err, e)
	}
	return errors.Join(err, mem.Close())
}
