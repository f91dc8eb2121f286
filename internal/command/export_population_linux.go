package command

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-usdt/usdt/internal/export/config"
	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A population is the processes that one or several entries of a configuration mean. What they are
// described by, such as the name of a container, can come and go.
type population struct {
	from    config.From
	scope   scope
	members *members // nil as long as nobody knows what is meant
	err     error    // why
	entries []*job
}

// newPopulation returns the processes of an entry, which are not looked for yet.
func newPopulation(from config.From) *population {
	p := &population{from: from, scope: scope{
		pids: from.PIDs, comms: from.Comms, exes: from.Exes, users: from.Users,
		services: from.Services, containers: from.Containers, pods: from.Pods, cgroups: from.Cgroups,
		files: from.Files, children: from.Children, isOfKeys: true,
	}}
	p.scope.found = len(from.PIDs) == 0
	p.scope.all = p.scope.found && !p.scope.describes()
	return p
}

// is tells whether the population is of that entry, too.
func (p *population) is(from config.From) bool { return reflect.DeepEqual(p.from, from) }

// refresh finds out anew what is meant: which container has a name, for instance.
func (p *population) refresh(reader *process.Client) error {
	c, err := p.scope.criteria()
	if err != nil {
		return err
	}
	if err := p.scope.readFiles(reader); err != nil {
		return err
	}
	if p.members != nil {
		p.members.criteria, p.members.scope.named = c, p.scope.named
		return nil
	}
	set, err := newProcesses(p.scope, c)
	if err != nil {
		return err
	}
	if !p.scope.all && p.scope.found {
		p.scope.pids, _ = p.scope.find(c) // there may be none yet
	}
	p.members, err = newMembers(p.scope, c, set)
	return err
}

// processes returns the set in the kernel; nil if there is none.
func (p *population) processes() *uprobe.Processes {
	if p.members == nil {
		return nil
	}
	return p.members.processes
}

// has tells whether a process belongs to it.
func (p *population) has(pid int) bool { return p.members != nil && p.members.has(pid) }

// choose tells whether a process that maps code belongs to it, and makes it belong if it is to.
func (p *population) choose(pid int) bool {
	switch {
	case p.members == nil:
		return false
	case p.scope.all:
		return true
	}
	return p.members.choose(pid)
}

// all returns the processes that are there.
func (p *population) all() []int {
	if p.members == nil {
		return nil
	}
	if p.scope.all {
		return processIDs()
	}
	return p.members.all()
}

func (p *population) close() error { return p.members.close() }

// processIDs returns the ids of all processes but this one.
func processIDs() (ids []int) {
	names, _ := filepath.Glob("/proc/[0-9]*") // the pattern is valid
	for _, name := range names {
		if pid, err := strconv.Atoi(filepath.Base(name)); err == nil && pid != os.Getpid() {
			ids = append(ids, pid)
		}
	}
	return ids
}

// refreshInterval is how often populations are refreshed, and what failed is tried again.
const refreshInterval = 5 * time.Second

// refreshAll refreshes populations, and attaches to what these mean by now.
func (e *exporter) refreshAll() {
	for _, p := range e.populations {
		wasKnown, before := p.members != nil, p.scope.named
		if e.refresh(p) != nil {
			continue
		}
		isRenewed := !slices.EqualFunc(before, p.scope.named, func(a, b process.Object) bool {
			return a.FileID == b.FileID
		})
		for _, j := range p.entries {
			j.selection.inventory.scope.named = p.scope.named
			if isRenewed {
				e.extendNamed(j)
			}
		}
		if !wasKnown || isRenewed {
			e.addAll(p)
		}
	}
}

// refresh refreshes a population, and tells of each reason once why that fails.
func (e *exporter) refresh(p *population) error {
	was := p.err
	if p.err = p.refresh(e.reader); p.err != nil {
		p.err = fmt.Errorf("from: %w", p.err)
	}
	if p.err != nil && (was == nil || was.Error() != p.err.Error()) {
		e.log.Warn("processes are not found", "entries", shortened(p.names()),
			"why", shortened(p.err.Error()))
	}
	return p.err
}

// names returns the names of the entries that mean the processes.
func (p *population) names() string {
	var names []string
	for _, j := range p.entries {
		names = append(names, j.entryName())
	}
	return strings.Join(names, ", ")
}
