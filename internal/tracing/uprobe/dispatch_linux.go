package uprobe

import (
	"fmt"
	"runtime"
	"sync"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
)

// Where the arguments of very many sites are in different places, their programs would take a link
// each, and the kernel detaches links one grace period at a time. So all these sites get one
// program, the dispatcher, by one link for each file. It jumps to the program of the site, whose
// index in an array is the upper half of the site's cookie.

// needsDispatcher reports whether a dispatcher saves many links. A program that may sleep cannot be
// jumped to.
func (s *session) needsDispatcher(groups []*group) bool {
	links, files := 0, make(map[targetKey]bool)
	for _, g := range groups {
		if g.program.sleeps {
			return false
		}
		for _, t := range g.targets {
			links++
			first := t.sites[0].Site
			files[targetKey{siteFile: first.file(), pid: s.pidOf(first)}] = true
		}
	}
	return s.features.Multi && links-len(files) >= manySites
}

// dispatched are the programs that the dispatcher of a session can jump to.
type dispatched struct {
	array   *ebpf.Map
	indexes map[string]int // in the array, by code
	room    int
}

// leastRoom is the room for programs, so that those of sites that come later find the first ones.
const leastRoom = 1 << 13

// dispatch loads the programs of groups, and returns the group of their dispatcher.
func (s *session) dispatch(groups []*group) (*group, error) {
	if err := s.loadDispatched(groups); err != nil {
		return nil, err
	}
	p := newProgram(groups[0].targets[0].sites[0], s.features)
	p.emit(
		asm.FnGetAttachCookie.Call(),
		asm.Mov.Reg(asm.R3, asm.R0),
		asm.RSh.Imm(asm.R3, cookieProgram),
		asm.Mov.Reg(asm.R1, regContext),
		asm.LoadMapPtr(asm.R2, s.dispatched.array.FD()),
		asm.FnTailCall.Call(),
	)
	p.exit() // never: all programs are there
	code, err := p.code()
	if err != nil {
		return nil, err
	}
	var g grouping
	for _, group := range groups {
		for _, t := range group.targets {
			for _, site := range t.sites {
				site.program = s.dispatched.indexes[group.code]
				g.add(site, p, code, s.pidOf(site.Site))
			}
		}
	}
	return g.groups[0], nil
}

// loadDispatched loads the programs of groups, but for those that are there.
func (s *session) loadDispatched(groups []*group) error {
	d := &s.dispatched
	var missing []*group
	for _, g := range groups {
		if _, ok := d.indexes[g.code]; !ok {
			missing = append(missing, g)
		}
	}
	if len(d.indexes)+len(missing) > d.room {
		missing = groups
		*d = dispatched{indexes: make(map[string]int), room: max(len(groups), leastRoom)}
		var err error
		if d.array, err = s.newMap(&ebpf.MapSpec{
			Name: "usdt_programs", Type: ebpf.ProgramArray, KeySize: 4, ValueSize: 4,
			MaxEntries: uint32(d.room), // #nosec G115 -- about as many as sites, at most
		}); err != nil {
			return err
		}
	}
	first := len(d.indexes)
	if err := s.loadInto(d.array, first, missing); err != nil {
		return err
	}
	for i, g := range missing {
		d.indexes[g.code] = first + i
	}
	return nil
}

// loadInto loads the programs of groups into an array, which keeps them, from an index on. Each
// takes the kernel some time, so all processors do it.
func (s *session) loadInto(array *ebpf.Map, first int, groups []*group) error {
	nowhere, err := s.newNowhere()
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	next, failed := make(chan int), make(chan error, 1)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				if err := load(groups[i].program, nowhere, array, first+i); err != nil {
					select {
					case failed <- err:
					default: // another has failed, too
					}
				}
			}
		})
	}
	for i := range groups {
		if err = s.interrupted(); err != nil || len(failed) > 0 {
			break
		}
		next <- i
	}
	close(next)
	wg.Wait()
	close(failed)
	if err != nil {
		return err
	}
	return <-failed
}

func load(p *program, nowhere, array *ebpf.Map, i int) error {
	prog, err := p.load(ebpf.AttachTraceUprobeMulti, nowhere)
	if err != nil {
		return err
	}
	defer prog.Close()
	if err := array.Put(uint32(i), prog); err != nil { // #nosec G115 -- not negative
		return fmt.Errorf("load program for %s: %w", p.site.probe, err)
	}
	return nil
}
