package uprobe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/link"
	"github.com/cilium/ebpf/rlimit"

	"github.com/go-usdt/usdt/internal/tracing/kernel"
)

// MaxProcesses is how many processes a set has at most.
const MaxProcesses = 1 << 16

// ErrNoProcesses matches the error of [NewProcesses] when programs cannot know here by which id
// this process knows another. Processes then have to be attached to one by one.
var ErrNoProcesses = errors.New("the kernel does not tell programs the ids of this pid namespace")

// Processes is a set of processes, by their ids in the pid namespace of this process. A program of
// [Options].Processes asks it at each hit, so the set can change while they trace. It is safe for
// concurrent use, except for Close.
//
// A process that ends stays in the set until it is removed, unless the set follows processes: see
// [Processes.Follow].
type Processes struct {
	ids *ebpf.Map

	// If the set follows processes:
	maps     []*ebpf.Map
	programs []*ebpf.Program
	links    []link.Link
	full     *ebpf.Map // counts those for which there was no room
}

// NewProcesses makes an empty set. The caller closes it, after what uses it. It takes the rights of
// attaching.
func NewProcesses() (*Processes, error) {
	if _, nested := pidNamespace(); nested && !kernel.Running().Features.NamespacePID {
		return nil, fmt.Errorf("%w before Linux %v", ErrNoProcesses, kernel.NamespacePID.Since)
	}
	_ = rlimit.RemoveMemlock() // see newSession
	// All memory is allocated beforehand: before Linux 6.1 the kernel logs a warning if a program
	// of this type may allocate some.
	p := new(Processes)
	var err error
	p.ids, err = p.newMap(&ebpf.MapSpec{
		Name: "usdt_processes", Type: ebpf.Hash, KeySize: 4, ValueSize: 4, MaxEntries: MaxProcesses,
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// newMap makes a map that lives as long as the set.
func (p *Processes) newMap(spec *ebpf.MapSpec) (*ebpf.Map, error) {
	m, err := newMap(spec)
	if err == nil {
		p.maps = append(p.maps, m)
	}
	return m, err
}

// Add adds a process. It is no error if it is there already.
func (p *Processes) Add(pid int) error {
	key, err := processKey(pid)
	if err != nil {
		return err
	}
	if err := p.ids.Put(key, uint32(1)); err != nil {
		return fmt.Errorf("add process %d to those that are traced, at most %d: %w",
			pid, MaxProcesses, err)
	}
	return nil
}

// Remove takes a process away. It is no error if it is not there.
func (p *Processes) Remove(pid int) error {
	key, err := processKey(pid)
	if err != nil {
		return err
	}
	if err := p.ids.Delete(key); err != nil && !errors.Is(err, ebpf.ErrKeyNotExist) {
		return fmt.Errorf("take process %d away from those that are traced: %w", pid, err)
	}
	return nil
}

// Close frees the set. Programs that use it keep it as it is. It is safe to call twice.
func (p *Processes) Close() error {
	errs := []error{p.unfollow()}
	for _, m := range p.maps {
		errs = append(errs, m.Close())
	}
	p.maps = nil
	return errors.Join(errs...)
}

func processKey(pid int) ([]byte, error) {
	if pid <= 0 || pid > math.MaxInt32 {
		return nil, fmt.Errorf("process %d: no process has this id", pid)
	}
	return binary.NativeEndian.AppendUint32(nil, uint32(pid)), nil
}

// onlyIn ends the program unless the process is in the set. It changes R0 to R5, frameWord and
// frameWord2.
func (p *program) onlyIn(set *Processes) {
	member, end := p.newLabel(), p.newLabel()
	p.processID(end)
	p.emit(asm.StoreMem(asm.RFP, frameWord, asm.R0, asm.Word))
	p.lookup(set.ids, frameWord)
	p.emit(asm.JNE.Imm(asm.R0, 0, member))
	p.exitAt(end)
	p.place(member)
}

// onlyInOne ends the program unless the process has this id. It changes the same.
func (p *program) onlyInOne(pid int) {
	member, end := p.newLabel(), p.newLabel()
	p.processID(end)
	p.emit(asm.JEq.Imm(asm.R0, imm(pid), member))
	p.exitAt(end)
	p.place(member)
}

// processID sets R0 to the process id of the traced thread in the pid namespace of this process. It
// jumps to none if there is none. It changes R1 to R5 and frameWord2.
func (p *program) processID(none string) {
	if id, nested := pidNamespace(); nested {
		p.namespaceIDs(id, frameWord2, none)
		// The thread id comes first.
		p.emit(asm.LoadMem(asm.R0, asm.RFP, displacement(frameWord2+4), asm.Word))
	} else {
		p.emit(asm.FnGetCurrentPidTgid.Call(), asm.RSh.Imm(asm.R0, 32))
	}
}

// exitAt ends the program, and places a label there if anything leads to it.
func (p *program) exitAt(label string) {
	if p.leadsTo(label) {
		p.place(label)
	}
	p.exit()
}
