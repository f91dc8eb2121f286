package command

import "github.com/go-usdt/usdt/internal/tracing/process"

// leaseAttached takes the leases of the files that were attached to before the follower began. It
// detaches from those that are being written.
func (f *follower) leaseAttached() {
	written := make(map[process.FileID]bool)
	for _, o := range f.selection.objects {
		if err := f.leases.take(o); err != nil {
			written[deviceAndInode(o)] = true
			f.refuse(err)
		}
	}
	f.detachFrom(written)
}

// yield detaches from the files that somebody waits to write, which then are written.
func (f *follower) yield() {
	broken, paths := f.leases.broken()
	if len(broken) > 0 {
		f.detachFrom(broken)
		f.leases.again.soon() // others may have the file below an overlay
		f.tell.now("detached from %s, which is going to be written, until a process has it", paths)
	}
}

// detachFrom detaches from files, and waits for it: what is attached to again meanwhile would be
// counted twice.
func (f *follower) detachFrom(files map[process.FileID]bool) {
	if len(files) == 0 {
		return
	}
	f.selection.inventory.forgetFiles(files)
	f.tracing.release(sitesOf(files))()
	f.leases.giveUp(files)
}

// extendNamed attaches to the files that the scope names, before a process maps them.
func (f *follower) extendNamed() {
	v := f.selection.inventory
	if !v.scope.isOfFiles() {
		return
	}
	err := v.scope.readFiles(v.reader)
	if err == nil {
		_, err = f.extend(f.leases.free(f.selection.meant(v.scope.named), f.refuse))
	}
	if err != nil { // it is still being written
		f.refuse(err)
		f.leases.again.later()
	}
}
