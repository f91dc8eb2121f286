package uprobe

import (
	"errors"
	"fmt"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/link"
)

// ErrNoFollow matches the error of [Processes.Follow] when the kernel does not describe its types
// (/sys/kernel/btf/vmlinux, since Linux 5.4), lacks what the criteria take, or when this process is
// in a pid namespace of its own. The set then is as its user leaves it.
var ErrNoFollow = errors.New("the kernel cannot keep up with processes that start")

// Criteria say which processes a set follows: those that one value holds for of each kind that has
// any. No values at all hold for no process.
//
// They are asked when a process executes a file. A process that changes its name, its user or its
// cgroup later stays what it was. The directory of a cgroup may come later, or go and come again.
type Criteria struct {
	Comms       []string     // names as in /proc/PID/comm; the kernel cuts them to 15 bytes
	Users       []uint32     // effective user ids, as the initial user namespace has them
	Executables []Executable // what /proc/PID/exe leads to
	Cgroups     []string     // directories of cgroups (version 2) that a process is in or below

	// Descend adds the processes that those in the set start, and theirs, whatever they execute.
	Descend bool
}

// An Executable identifies a file as stat(2) does.
type Executable struct{ Dev, Inode uint64 }

func (c Criteria) hasAny() bool {
	return len(c.Comms)+len(c.Users)+len(c.Executables)+len(c.Cgroups) > 0
}

// Follow lets the kernel keep the set up to date, before a new process runs its first instruction:
//
//   - A fork of a process in the set is added, if there are criteria or the set descends. Otherwise
//     its id is removed, which a process may have had that ended.
//   - A process that executes a file is added or removed as the criteria say. With Descend, what is
//     in the set stays there.
//
// Processes that run already are added by the caller, who looks for them after Follow, and then
// again until none is new: one of them may have forked meanwhile. It can be called once. It takes
// the same rights as attaching.
func (p *Processes) Follow(c Criteria) error {
	if p.full != nil {
		return errors.New("the set of processes follows some already")
	}
	if _, nested := pidNamespace(); nested {
		return fmt.Errorf("%w: usdt runs in a pid namespace of its own", ErrNoFollow)
	}
	k := &keeper{set: p, criteria: c, known: make(map[string]int32)}
	err := k.attach()
	if k.unknown != nil {
		err = fmt.Errorf("%w: %w", ErrNoFollow, k.unknown)
	}
	if err != nil {
		return errors.Join(err, p.unfollow())
	}
	return nil
}

// unfollow leaves the set as it is.
func (p *Processes) unfollow() error {
	var errs []error
	for _, l := range p.links {
		errs = append(errs, l.Close())
	}
	for _, prog := range p.programs {
		errs = append(errs, prog.Close())
	}
	p.links, p.programs, p.full = nil, nil, nil
	return errors.Join(errs...)
}

// Missed returns how many processes, or cgroups, were not added because there was no room.
func (p *Processes) Missed() (uint64, error) {
	if p.full == nil {
		return 0, nil
	}
	missed, err := sum(p.full, 0)
	return (missed + copies - 1) / copies, err // each counts
}

// A keeper attaches the programs that keep a set up to date.
type keeper struct {
	set      *Processes
	criteria Criteria
	cgroups  *ebpf.Map        // their ids, and those of the cgroups below them
	known    map[string]int32 // offsets in the kernel's structures
	unknown  error            // the first that the kernel does not tell
}

func (k *keeper) attach() error {
	p := k.set
	var err error
	if p.full, err = p.newMap(&ebpf.MapSpec{
		Name: "usdt_full", Type: ebpf.PerCPUArray, KeySize: 4, ValueSize: 8, MaxEntries: 1,
	}); err != nil {
		return err
	}
	if len(k.criteria.Cgroups) > 0 {
		if err := k.followCgroups(); err != nil {
			return err
		}
	}
	// In the other order, a process would stay that is forked and executes a file between the two.
	if k.criteria.hasAny() {
		exec, err := k.exec()
		if err != nil {
			return err
		}
		if err := k.attachTo("sched_process_exec", exec); err != nil {
			return err
		}
	}
	return k.attachTo("sched_process_fork", k.fork())
}

// copies is how many times a program is there, one after the other, to the same effect. Linux 7
// preempts programs at tracepoints, and leaves one out for other threads of the processor while a
// thread is in the middle of it. That thread is in the middle of one copy only.
const copies = 4

// attachTo makes the program run at a tracepoint, which needs no tracefs.
func (k *keeper) attachTo(tracepoint string, prog *program) error {
	if k.unknown != nil {
		return k.unknown
	}
	for range copies {
		loaded, err := ebpf.NewProgram(&ebpf.ProgramSpec{
			Name: "usdt_follow", Type: ebpf.RawTracepoint, Instructions: prog.ins, License: license,
		})
		if err != nil {
			return fmt.Errorf("load program for %s: %w", tracepoint, explain(err))
		}
		k.set.programs = append(k.set.programs, loaded)
		at := link.RawTracepointOptions{Name: tracepoint, Program: loaded}
		l, err := link.AttachRawTracepoint(at)
		if err != nil {
			return fmt.Errorf("attach to %s: %w", tracepoint, explain(err))
		}
		k.set.links = append(k.set.links, l)
	}
	return nil
}

// The frame of a program that follows. From 64 bytes on, it would have a stack of its own: see
// onThreadStack.
const (
	followID   = -8  // the id of the process
	followWord = -16 // something read
	followKey  = -32 // a value to be looked for
)

// fork writes the program that runs in a process that forks, before its child runs.
func (k *keeper) fork() *program {
	p := newFollowing()
	out, end := p.newLabel(), p.newLabel()
	const child = 8 // the second argument of the tracepoint
	p.emit(asm.LoadMem(regOut, regContext, child, asm.DWord))
	k.read(p, regOut, 4, "task_struct.tgid")
	p.emit(
		asm.StoreMem(asm.RFP, followID, asm.R0, asm.DWord),
		asm.Mov.Reg(regTemp, asm.R0),
	)
	k.read(p, regOut, 4, "task_struct.pid")
	p.emit(asm.JNE.Reg(asm.R0, regTemp, end)) // a thread
	if k.criteria.hasAny() || k.criteria.Descend {
		p.emit(
			asm.FnGetCurrentPidTgid.Call(),
			asm.RSh.Imm(asm.R0, 32),
			asm.StoreMem(asm.RFP, followWord, asm.R0, asm.DWord),
		)
		p.lookup(k.set.ids, followWord)
		p.emit(asm.JEq.Imm(asm.R0, 0, out))
		k.add(p, k.set.ids, end)
		p.place(out)
	}
	k.remove(p)
	p.place(end)
	p.exit()
	return p
}

// exec writes the program that runs in a process that executes a file, before the file runs.
func (k *keeper) exec() (*program, error) {
	p := newFollowing()
	out, end := p.newLabel(), p.newLabel()
	p.emit(
		asm.FnGetCurrentPidTgid.Call(),
		asm.RSh.Imm(asm.R0, 32),
		asm.StoreMem(asm.RFP, followID, asm.R0, asm.DWord),
	)
	if k.criteria.Descend {
		p.lookup(k.set.ids, followID)
		p.emit(asm.JNE.Imm(asm.R0, 0, end))
	}
	if err := k.unlessHolds(p, out); err != nil {
		return nil, err
	}
	k.add(p, k.set.ids, end)
	p.place(out)
	k.remove(p)
	p.place(end)
	p.exit()
	return p, nil
}

// add adds the id at followID to a set and jumps to end.
func (k *keeper) add(p *program, set *ebpf.Map, end string) {
	p.emit(asm.StoreImm(asm.RFP, followWord, 1, asm.Word))
	p.update(set, followID, followWord, anyKey)
	p.emit(
		asm.LSh.Imm(asm.R0, 32), // see openStarts.reach
		asm.JEq.Imm(asm.R0, 0, end),
		asm.StoreImm(asm.RFP, followWord, 0, asm.Word),
	)
	p.countAt(k.set.full, followWord)
	p.jump(end)
}

// remove takes the process at followID away.
func (k *keeper) remove(p *program) {
	p.emit(loadAddress(asm.R2, followID)...)
	p.emit(asm.LoadMapPtr(asm.R1, k.set.ids.FD()), asm.FnMapDeleteElem.Call())
}
