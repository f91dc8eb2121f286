package command

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/go-usdt/usdt/internal/export/collect"
	"github.com/go-usdt/usdt/internal/export/front"
	"github.com/go-usdt/usdt/internal/tracing/cgroup"
)

// An exportedProcess is what labels and resources say of a process.
type exportedProcess struct {
	isUnknown bool   // it was gone before anybody looked
	name      string // of the file that it executes
	container cgroup.Container
	pod       cgroup.Pod
	resource  *front.Resource
	ended     time.Time // 0: it has not, as far as is known
}

// unknown is what labels say of a process that was gone before anybody looked.
const unknown = "unknown"

// An exportedProcesses knows processes, also for a while after their ends. Nothing that it reads
// can be held up by a process. It is safe for concurrent use.
type exportedProcesses struct {
	host string
	pods *cgroup.Pods

	mu        sync.Mutex
	known     map[int]*exportedProcess
	resources map[string]*front.Resource // by their attributes
}

const (
	// rememberEnded is how long processes that have ended are known: their hits are read later.
	rememberEnded = 2 * time.Minute

	// mostEnded bounds what processes that start and end quickly can make usdt remember.
	mostEnded = 1 << 16
)

func newExportedProcesses() *exportedProcesses {
	host, _ := os.Hostname()
	return &exportedProcesses{
		host: host, pods: hostPods(), known: make(map[int]*exportedProcess),
		resources: make(map[string]*front.Resource),
	}
}

// of returns what is known of a process.
func (e *exportedProcesses) of(pid int) exportedProcess {
	e.mu.Lock()
	defer e.mu.Unlock()
	if p := e.known[pid]; p != nil {
		return *p
	}
	return *e.read(pid)
}

// look reads a process anew: it may execute another file by now.
func (e *exportedProcesses) look(pid int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.read(pid)
}

// read reads a process. If it is gone, what is known of it stays.
func (e *exportedProcesses) read(pid int) *exportedProcess {
	exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	comm, cgroups := processComm(pid), readCgroups(pid)
	isGone := comm == "" || cgroup.IsExiting(uint64(pid)) // #nosec G115 -- the id of a process
	switch known := e.known[pid]; {
	case isGone && known != nil:
		return known
	case isGone:
		p := &exportedProcess{name: unknown, isUnknown: true}
		p.resource = e.resource(0, p)
		return p
	}
	p := &exportedProcess{name: comm}
	if err == nil {
		p.name = filepath.Base(strings.TrimSuffix(exe, " (deleted)"))
	}
	p.name = collect.Text(p.name)
	if all := cgroups.Containers(); len(all) > 0 {
		p.container = all[len(all)-1]
	}
	if uid := cgroups.PodUID(); uid != "" {
		p.pod = e.pods.OfUID(uid)
	}
	p.resource = e.resource(pid, p)
	e.known[pid] = p
	return p
}

// end takes note of processes that have ended.
func (e *exportedProcesses) end(pids []int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := time.Now()
	for _, pid := range pids {
		if p := e.known[pid]; p != nil && p.ended.IsZero() {
			p.ended = now
		}
	}
	for pid, p := range e.known {
		if !p.ended.IsZero() && (now.Sub(p.ended) > rememberEnded || len(e.known) > mostEnded) {
			delete(e.known, pid)
		}
	}
}

// list returns the processes that are known and have not ended, as far as is known.
func (e *exportedProcesses) list() (pids []int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for pid, p := range e.known {
		if p.ended.IsZero() {
			pids = append(pids, pid)
		}
	}
	return pids
}

// fork forgets the process that had the id before. The new one is as its parent until it is read,
// as it may end sooner than that.
func (e *exportedProcesses) fork(parent, pid int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.known, pid)
	if p := e.known[parent]; p != nil {
		child := *p
		child.ended = time.Time{}
		child.resource = e.resource(pid, &child)
		e.known[pid] = &child
	}
}
