package imagefile

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
)

// made counts the paths that this process made, so that each is another.
var made atomic.Uint64

// Path returns a path in dir that no other process and no other call uses.
func Path(dir, provider string) string {
	n := made.Add(1)
	p, ok := self()
	if !ok {
		// The zeros in p keep others from taking the file for stale, but do not tell us apart.
		n = rand.Uint64()
	}
	return filepath.Join(dir, fmt.Sprintf("%v-%d-%s.so", p, n, provider))
}

// parse returns the process that made the file called name.
func parse(name string) (p process, ok bool) {
	var n uint64
	var provider string
	_, err := fmt.Sscanf(name, "%d-%d-%d-%d-%d-%s", &p.namespaces.pid, &p.namespaces.time, &p.pid, &p.start, &n, &provider)
	return p, err == nil && p.start != 0
}

// RemoveStale removes the files in dir of processes that have ended. A file stays whose process
// is alive, or in other namespaces, where we cannot tell.
func RemoveStale(dir string) error {
	me, ok := self()
	if !ok {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range entries {
		p, ok := parse(e.Name())
		if !ok || p.namespaces != me.namespaces || p == me || !p.gone() {
			continue
		}
		// Another process may be removing it too.
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Write creates the file at path, which must not exist, with content, readable and executable by
// its owner only.
func Write(path string, content []byte) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o500)
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			err = errors.Join(err, os.Remove(path))
		}
	}()
	_, err = f.Write(content)
	return err
}
