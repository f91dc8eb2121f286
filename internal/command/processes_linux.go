package command

import (
	"errors"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/kernel"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// newProcesses returns a set that the kernel keeps up to date while processes come that satisfy the
// criteria of the scope, without those that are there. It is nil if the scope needs none, or if the
// kernel cannot: each process is then attached to when it is seen.
func newProcesses(s scope, c criteria) (*uprobe.Processes, error) {
	if !s.describes() && !s.children || !kernel.Running().Features.Semaphores {
		return nil, nil
	}
	if len(c.pods.patterns) > 0 {
		return nil, nil // pods that come later have cgroups that are not there yet
	}
	criteria := c.forKernel(s.children)
	if len(c.exes) > 0 && len(criteria.Executables) == 0 ||
		!c.cgroupCriteria.isZero() && len(criteria.Cgroups) == 0 {
		return nil, nil // only processes have these files still, or the cgroups are of version 1
	}
	set, err := uprobe.NewProcesses()
	if err != nil {
		return nil, unlessUnable(err)
	}
	if err := set.Follow(criteria); err != nil {
		return nil, errors.Join(unlessUnable(err), set.Close())
	}
	return set, nil
}

// unlessUnable returns an error that is not about what the kernel is able to do. What this user may
// not do is told when it attaches.
func unlessUnable(err error) error {
	for _, unable := range []error{uprobe.ErrNoProcesses, uprobe.ErrNoFollow, uprobe.ErrRights} {
		if errors.Is(err, unable) {
			return nil
		}
	}
	return err
}

// forKernel returns the criteria as the kernel takes them.
func (c criteria) forKernel(descend bool) uprobe.Criteria {
	k := uprobe.Criteria{Comms: c.comms, Cgroups: c.directories(), Descend: descend}
	for _, uid := range c.uids {
		id, _ := strconv.ParseUint(uid, 10, 32) // criteria has parsed it
		k.Users = append(k.Users, uint32(id))
	}
	for _, exe := range c.exes {
		var st unix.Stat_t
		if unix.Stat(exe, &st) == nil {
			k.Executables = append(k.Executables, uprobe.Executable{Dev: st.Dev, Inode: st.Ino})
		}
	}
	return k
}
