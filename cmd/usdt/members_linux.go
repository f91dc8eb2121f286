package main

import (
	"maps"
	"os"
	"slices"
	"sync"
)

// members are the processes of a scope, those that come included. They are safe for concurrent use.
type members struct {
	scope    scope
	named    []int // the processes that are named by their ids
	criteria criteria

	mu  sync.Mutex
	ids map[int]bool // none if all processes are members; true: it has traced probes
}

// newMembers returns the members of a scope whose processes have been found.
func newMembers(s scope) (*members, error) {
	m := &members{scope: s, ids: make(map[int]bool)}
	for _, pid := range s.pids {
		m.ids[pid] = false
	}
	if !s.found {
		m.named = s.pids
	}
	var err error
	m.criteria, err = s.criteria()
	return m, err
}

func (m *members) isNamed(pid int) bool { return slices.Contains(m.named, pid) }

// has tells whether a process is a member.
func (m *members) has(pid int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, has := m.ids[pid]
	return m.scope.all || has
}

// trace takes note of a member that has traced probes.
func (m *members) trace(pid int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, has := m.ids[pid]; has {
		m.ids[pid] = true
	}
}

// choose tells whether a process that maps code is a member, and makes it one if it is to be.
func (m *members) choose(pid int) bool {
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
	}
	return is
}

// fork adds a process whose parent is a member, if it is as its parent.
func (m *members) fork(parent, pid int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	traced, has := m.ids[parent]
	if has && (m.scope.children || m.scope.describes()) {
		m.ids[pid] = traced
	}
}

// end takes processes away.
func (m *members) end(gone []int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, pid := range gone {
		delete(m.ids, pid)
	}
}

// all returns the ids of all members that are there.
func (m *members) all() []int {
	if m.scope.all || m.scope.describes() || m.scope.children {
		found, _ := m.scope.find()
		return found
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Collect(maps.Keys(m.ids))
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
