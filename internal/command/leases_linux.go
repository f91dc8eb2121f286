package command

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/lease"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/process"
)

// fileLeases are the leases of files that are attached to: who is going to write such a file waits
// until it is detached from.
type fileLeases struct {
	*lease.Set
	open   func(path string, id process.FileID) (*os.File, error) // with a lease
	failed map[process.FileID]error                               // why there is none, until retry
	denied func()                                                 // is called once
	most   int                                                    // as others take descriptors, too
	again  repetition                                             // of what is being written
}

// newFileLeases returns no leases yet. It calls denied if it may not have those of all files.
func newFileLeases(
	open func(string, process.FileID) (*os.File, error), denied func(),
) *fileLeases {
	l := &fileLeases{
		Set: lease.NewSet(), open: open, failed: make(map[process.FileID]error),
		denied: sync.OnceFunc(denied),
	}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err == nil {
		l.most = int(min(limit.Cur, math.MaxInt32) / 4) // #nosec G115 -- at most MaxInt32
	}
	return l
}

// take takes the lease of the file of an object that is going to be attached to. It fails if the
// file is being written: then what was read of it may not be there any more. It is no error if
// there can be no lease.
func (l *fileLeases) take(o process.Object) error {
	id := deviceAndInode(o)
	if isImage(o) || l.Has(id) || l.Len() >= l.most {
		return nil
	}
	err, isKnown := l.failed[id]
	if !isKnown {
		if err = l.try(id, o); err != nil {
			l.failed[id] = err
		}
	}
	if !errors.Is(err, process.ErrBeingWritten) {
		return nil
	}
	l.again.later()
	return fmt.Errorf("%s: %w", printable.Text(o.Name), err)
}

// free takes the leases of the files of objects, and returns the objects that can be attached to.
// It calls refuse for the others, which are to be tried again.
func (l *fileLeases) free(objects []process.Object, refuse func(error)) []process.Object {
	return slices.DeleteFunc(slices.Clone(objects), func(o process.Object) bool {
		err := l.take(o)
		if err != nil {
			refuse(err)
		}
		return err != nil
	})
}

func (l *fileLeases) try(id process.FileID, o process.Object) error {
	file, err := l.open(o.Path, o.FileID)
	if errors.Is(err, process.ErrNoLease) {
		l.denied()
	}
	if err != nil {
		return err
	}
	return l.Add(id, file)
}

// heed calls cancel when somebody waits, until stop is called. Then who waits has been heard.
func (l *fileLeases) heed(cancel func()) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-l.Waiters():
			cancel()
		case <-done:
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}

// broken returns the files for whose leases somebody waits, and their paths.
func (l *fileLeases) broken() (files map[process.FileID]bool, paths string) {
	files = make(map[process.FileID]bool)
	var all []string
	for _, id := range l.Broken() {
		files[id] = true
		all = append(all, printable.Text(l.Path(id)))
	}
	return files, strings.Join(all, ", ")
}

// giveUp lets files be written.
func (l *fileLeases) giveUp(files map[process.FileID]bool) {
	l.GiveUp(slices.Collect(maps.Keys(files))...)
}

// retry lets leases be tried again that could not be had.
func (l *fileLeases) retry() { clear(l.failed) }
