//go:build linux && cgo && (amd64 || arm64)

package main

import (
	"errors"
	"os"
)

// force makes the probe of package stapsdt seem traced although nobody is attached: it writes a
// return over the site in this process's own mappings. That byte is not the site's, so Fire takes
// its slow path, and the stub still does nothing. The file and what tracers see of it stay.
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

// patch writes code over the probe's site wherever it is mapped. The kernel gives us copies of
// the pages, which are private, although they are not writable.
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
