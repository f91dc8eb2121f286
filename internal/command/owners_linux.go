package command

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// owners are the processes that have images. An image goes with the process that published it, and
// with those that it has forked.
type owners map[process.FileID]map[int]bool

// isImage tells whether a file is an image of a process: a memfd, or one in a directory for images.
func isImage(o process.Object) bool {
	return strings.HasPrefix(o.Name, "/memfd:") ||
		strings.HasPrefix(filepath.Base(filepath.Dir(o.Name)), "stapsdt-")
}

// add adds the processes of images.
func (o owners) add(objects []process.Object) {
	for _, object := range objects {
		if !isImage(object) {
			continue
		}
		file := deviceAndInode(object)
		if o[file] == nil {
			o[file] = make(map[int]bool)
		}
		o[file][object.PID] = true
	}
}

func (o owners) has(pid int) bool {
	for _, pids := range o {
		if pids[pid] {
			return true
		}
	}
	return false
}

// list returns the ids of all owners.
func (o owners) list() (list []int) {
	for _, pids := range o {
		list = slices.AppendSeq(list, maps.Keys(pids))
	}
	return list
}

// fork adds a process that has all files of its parent.
func (o owners) fork(parent, pid int) {
	for _, pids := range o {
		if pids[parent] {
			pids[pid] = true
		}
	}
}

// end takes processes away, and returns which sites are gone then.
func (o owners) end(gone []int) (isGone func(uprobe.Site) bool) {
	pids, files := make(map[int]bool), make(map[process.FileID]bool)
	for _, pid := range gone {
		pids[pid] = true
	}
	for file, of := range o {
		for _, pid := range gone {
			delete(of, pid)
		}
		if len(of) == 0 {
			files[file] = true
			delete(o, file)
		}
	}
	return func(s uprobe.Site) bool {
		return pids[s.PID] || files[fileOf(s)]
	}
}
