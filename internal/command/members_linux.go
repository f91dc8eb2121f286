package command

import (
	"maps"
	"os"
	"slices"
	"sync"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// members are the processes of a scope, those that come included. They are safe for concurrent use.
type members struct {
	scope    scope
	named    []int // the processes that are named by their ids
	criteria criteria

	// processes, unless nil, is the same set in the kernel, which keeps it up to date as far as it can
	// tell. The probes are then attached to everywhere.
	processes *uprobe.Processes

	mu  sync.Mutex
	ids map[int]bool // none if all processes are members; true: it has traced probes
}

// newMembers returns the members of a scope whose processes have been found by the criteria. set is
// what newProcesses has returned.
func newMembers(s scope, c criteria, set *uprobe.Processes) (*members, error) {
	m := &members{scope: s, criteria: c, processes: set, ids: make(map[int]bool)}
	for _, pid := range s.pids {
		m.ids[pid] = false
	}
	if !s.found && s.command == nil { // a command has its probes once it has begun
		m.named = s.pids
	}
	if set == nil {
		return m, nil
	}
	return m, m.addAll(s.pids)
}

// addAll adds the processes to the set in the kernel, and those that they have forked meanwhile.
func (m *members) addAll(pids []int) error {
	for more := pids; len(more) > 0; {
		for _, pid := range more {
			if err := m.processes.Add(pid); err != nil {
				return err
			}
			m.ids[pid] = false
		}
		found, err := m.scope.find(m.criteria)
		if err != nil {
			return nil // all have ended
		}
		more = slices.DeleteFunc(found, func(pid int) bool {
			_, has := m.ids[pid]
			return has
		})
	}
	return nil
}

// missed returns how many processes are not in the set because there was no room.
func (m *members) missed() uint64 {
	if m.processes == nil {
		return 0
	}
	missed, _ := m.processes.Missed()
	return missed
}

// close frees the set in the kernel.
func (m *members) close() error {
	if m == nil || m.processes == nil {
		return nil
	}
	return m.processes.Close()
}

func (m *members) isNamed(pid int) bool { return slices.Contains(m.named, pid) }

// has tells whether a process is a member.
func (m *members) has(pid int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, has := m.ids[pid]
	return m.scope.all || has
}

// hasOne tells whether a process is a member, not only because all are.
func (m *members) hasOne(pid int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, has := m.ids[pid]
	return has
}

// trace takes note of a member that has traced probes, and tells whether it had none before.
func (m *members) trace(pid int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	traced, has := m.ids[pid]
	if has {
		m.ids[pid] = true
	}
	return has && !traced
}

// choose tells whether a process that maps code is a member, and makes it one if it is to be.
func (m *members) choose(pid int) bool {
	if m.scope.isOfFiles() {
		return false // usdt has attached in every process
	}
	if m.has(pid) {
		return true
	}
	if !m.scope.describes() {
		return false
	}
	is, _ := m.criteria.match(pid, readStatus(pid))
	if is {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.ids[pid] = false
		if m.processes != nil { // the kernel may know its file by another name
			_ = m.processes.Add(pid)
		}
	}
	return is
}

// fork adds a process whose parent is a member, if it is as its parent, and tells whether it is to
// be read: where the kernel does not add it to the set.
func (m *members) fork(parent, pid int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	traced, has := m.ids[parent]
	if !has || !m.scope.children && !m.scope.describes() {
		return false
	}
	m.ids[pid] = traced && m.processes != nil
	return m.processes == nil
}

// end takes processes away, so that there is room for others.
func (m *members) end(gone []int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, pid := range gone {
		_, has := m.ids[pid]
		delete(m.ids, pid)
		if has && m.processes != nil {
			_ = m.processes.Remove(pid)
		}
	}
}

// list returns the ids of the members that are known one by one.
func (m *members) list() []int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Collect(maps.Keys(m.ids))
}

// all returns the ids of all members that are there.
func (m *members) all() []int {
	if m.scope.isOfFiles() {
		return nil
	}
	if m.scope.all || m.scope.describes() || m.scope.children {
		found, _ := m.scope.find(m.criteria)
		return found
	}
	return m.list()
}

// living returns one of the members with traced probes, or that can get some from their parents,
// that have not ended: 0 if there is none.
func (m *members) living() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	for pid, traced := range m.ids {
		if (traced || m.scope.children) && pid != os.Getpid() && !hasEnded(pid) {
			return pid
		}
	}
	return 0
}
