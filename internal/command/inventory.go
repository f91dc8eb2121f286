//go:build linux

package command

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/rights"
)

// An inventory is the probes that the processes of a scope have, or files: what a command line
// selects from.
type inventory struct {
	scope scope
	// everywhere says that sites are attached to in every process that has them, not in one.
	everywhere bool
	reader     *process.Client
	files      []string         // if it is not about processes
	objects    []process.Object // the files with probes
	seen       map[siteID]bool  // the sites that are selected, or refused
	unread     []error          // what could not be read, and what would help
	room       room             // for probes
	filled     map[objectID]int // how much of the room each object takes
	leftOut    int              // probes for which there was no room

	descriptions descriptions

	findsGoroutines   bool  // of the probes of this library
	unknownGoroutines error // why those of a process are not found

	moreUnread int // files that could not be read, apart from those in unread
}

// newInventory returns the inventory of a scope before it has been read.
func newInventory(s scope) *inventory {
	v := &inventory{scope: s, everywhere: s.all}
	v.clear()
	return v
}

// clear makes the inventory as it was before it was read.
func (v *inventory) clear() {
	v.objects, v.unread, v.moreUnread, v.leftOut = nil, nil, 0, 0
	v.room, v.filled, v.seen = newRoom(v.scope), make(map[objectID]int), make(map[siteID]bool)
}

// takeInventory resolves the scope, reads its processes and, unless types is nil, the descriptions.
func takeInventory(s scope, types *typeFiles) (*inventory, error) {
	s, err := s.resolve()
	if err != nil {
		return nil, err
	}
	return inventoryOf(s, types)
}

// inventoryOf is takeInventory for a scope that is resolved. The reader stays for
// [follower.follow], and ends with this process at the latest.
func inventoryOf(s scope, types *typeFiles) (*inventory, error) {
	if s.command != nil {
		if err := s.command.prepare(); err != nil {
			return nil, err
		}
		s.pids = pidList{s.command.launch.PID()}
	}
	for _, pid := range s.pids {
		if err := checkMainThread(pid); err != nil && !s.found {
			return nil, err
		}
	}
	reader, err := startReader()
	if err != nil {
		return nil, err
	}
	v := newInventory(s)
	v.reader = reader
	if types != nil {
		if v.descriptions, err = types.open(reader); err != nil {
			return nil, err
		}
	}
	if err := v.scope.readFiles(reader); err != nil {
		return nil, err
	}
	denied, err := v.read()
	if err != nil {
		return nil, forTracing(err)
	}
	v.endReading(denied)
	return v, nil
}

// endReading completes what could not be read, among that the denied processes.
func (v *inventory) endReading(denied []int) {
	if v.moreUnread > 0 {
		v.unread = append(v.unread,
			fmt.Errorf("%s more could not be read", plural(v.moreUnread, "file", "files")))
	}
	if v.leftOut > 0 {
		v.unread = append(v.unread, tooManyProbes(v.leftOut))
	}
	if len(denied) > 0 {
		v.unread = append(v.unread,
			fmt.Errorf("%s may not be read by this user", deniedProcesses(denied)))
	}
	if len(denied) > 0 || errors.Is(errors.Join(v.unread...), fs.ErrPermission) {
		v.unread = append(v.unread, errors.New(rights.ToRead()))
	}
}

// tooManyProbes is the error that there was no room for some probes.
func tooManyProbes(leftOut int) error {
	return fmt.Errorf("the processes have too many probes: %s left out; trace fewer processes, or "+
		"choose files by --file", plural(leftOut, "was", "were"))
}

// read reads the processes, or the files that stand for all processes that map them.
func (v *inventory) read() (denied []int, err error) {
	if v.scope.isOfFiles() {
		v.add(v.scope.named)
		return nil, nil
	}
	return v.scope.each(v.reader, false, v.add)
}

// add adds the objects of a process.
func (v *inventory) add(objects []process.Object) {
	v.objects = append(v.objects, v.admit(objects)...)
}

// admit returns the objects of a process that could be read and for which there is room.
func (v *inventory) admit(objects []process.Object) (admitted []process.Object) {
	share := v.room.share()
	for _, o := range objects {
		if o.Err != nil {
			v.addUnread(o.Err)
		} else if v.admits(o, &share) {
			admitted = append(admitted, o)
		}
	}
	return admitted
}

// An objectID tells objects apart.
type objectID struct {
	pid  int // 0: in all processes
	file process.FileID
}

// admits reports whether an object finds room in the share of its process. Then it has its room,
// until it is forgotten.
func (v *inventory) admits(o process.Object, share *int) bool {
	size := 0
	for _, n := range o.Notes {
		size += roomOf(n, o.Signatures)
	}
	if size > *share {
		v.leftOut += len(o.Notes)
		return false
	}
	*share -= size
	v.room.fill(size)
	v.filled[objectID{o.PID, deviceAndInode(o)}] += size
	return true
}

// addUnread keeps an error about a file, if it is not one of very many.
func (v *inventory) addUnread(err error) {
	if len(v.unread) < mostUnread {
		v.unread = append(v.unread, err)
		return
	}
	v.moreUnread++
}

// forTracing replaces the remedy of an error about rights. To be the same user is enough to read a
// process, but not to trace it.
func forTracing(err error) error {
	var denied *process.Error
	if errors.As(err, &denied) && errors.Is(err, fs.ErrPermission) {
		forTracing := *denied
		forTracing.Remedy = rights.ToRead()
		return &forTracing
	}
	return err
}

// withUnread completes errors about probes that were not found: they may be in what could not be
// read. Where there is nothing at all, that comes first, because it is why.
func (v *inventory) withUnread(errs ...error) error {
	if len(v.objects) == 0 {
		return errors.Join(append(slices.Clone(v.unread), errs...)...)
	}
	return errors.Join(append(errs, v.unread...)...)
}

// noProbes is the error when there is nothing to select from.
func (v *inventory) noProbes() error {
	switch {
	case len(v.unread) > 0:
		return fmt.Errorf("found no probes in the rest of %v", v.scope)
	case v.scope.all:
		return errors.New("found no probes in any process")
	case len(v.scope.pids) != 1 || v.scope.command != nil:
		return fmt.Errorf("found no probes in %v", v.scope)
	}
	return fmt.Errorf("found no probes in %v (%s)",
		v.scope, printable.Text(processComm(v.scope.pids[0])))
}

// names returns the names of all probes.
func (v *inventory) names() []probeName { return namesIn(v.objects) }

// hint says which of the names the user may have meant by text.
func (v *inventory) hint(text string, names []string) string {
	if similar := nearest(text, names); len(similar) > 0 {
		return fmt.Sprintf("did you mean %s?", printable.Text(strings.Join(similar, " or ")))
	}
	where := v.scope.flag()
	if len(v.files) > 0 {
		where = printable.Text(strings.Join(v.files, " "))
	}
	return fmt.Sprintf("usdt list %s shows the probes", where)
}

// place says what the inventory is of.
func (v *inventory) place() string {
	if len(v.files) > 0 {
		return printable.Text(strings.Join(v.files, ", "))
	}
	return v.scope.String()
}

func namesIn(objects []process.Object) []probeName {
	var names []probeName
	for _, o := range objects {
		for _, n := range o.Notes {
			names = append(names, nameOf(n))
		}
	}
	return names
}
