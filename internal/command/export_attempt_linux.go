package command

import (
	"errors"
	"io/fs"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// An attempt to attach to sites knows which of them were skipped.
type attempt struct {
	ofFiles bool // that are named, not those of a process

	missing map[missingSite]bool
	reasons []error // why, but for those of a process that has ended
	last    error   // why the last site was skipped
}

// A missingSite is a site that was skipped, by whatever path it was to be reached.
type missingSite struct {
	file process.FileID
	note sdtnote.Note
}

// skip is uprobe.Options.Skipped.
func (a *attempt) skip(site uprobe.Site, err error) {
	if a.missing == nil {
		a.missing = make(map[missingSite]bool)
	}
	a.missing[missingSite{fileOf(site), site.Note}] = true
	a.last = err
	if !a.tellsOfEnd(err) {
		a.reasons = append(a.reasons, err)
	}
}

// tellsOfEnd tells whether a site was skipped because the process has ended, or has unloaded the
// probes. An error with a path is about another file than the site's, such as one in /sys.
func (a *attempt) tellsOfEnd(err error) bool {
	var ofOther *fs.PathError
	return !a.ofFiles && !errors.As(err, &ofOther) &&
		(errors.Is(err, unix.ESRCH) || errors.Is(err, fs.ErrNotExist))
}

// isMissing tells whether the site of a note was skipped.
func (a *attempt) isMissing(o process.Object, n sdtnote.Note) bool {
	return a.missing[missingSite{deviceAndInode(o), n}]
}

// failure returns why sites are not traced that could be, where err is what attaching has returned:
// the reason of the last site, if all were skipped.
func (a *attempt) failure(err error) error {
	if a.last != nil && errors.Is(err, a.last) {
		err = nil
	}
	return errors.Join(append(a.reasons, err)...)
}

// unsee lets sites be new again that were not attached to.
func (v *inventory) unsee(
	objects []process.Object, isMissing func(process.Object, sdtnote.Note) bool,
) {
	for i, file := range v.identify(objects) {
		o := objects[i]
		pid := o.PID
		if v.everywhere {
			pid = 0
		}
		for _, n := range o.Notes {
			if isMissing(o, n) {
				delete(v.seen, siteID{pid, file, n.FileOffset, nameOf(n)})
			}
		}
	}
}
