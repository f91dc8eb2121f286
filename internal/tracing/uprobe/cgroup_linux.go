package uprobe

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/cgroup"
	"github.com/go-usdt/usdt/internal/tracing/kernel"
)

const (
	cgroupPath  = 384     // bytes of the longest path of a cgroup that comes later, and its NUL
	mostCgroups = 1 << 14 // of which the ids are known
)

// followCgroups finds the ids of the cgroups and of those below them, now and whenever one is made.
func (k *keeper) followCgroups() error {
	var err error
	if k.cgroups, err = k.newSet(8, mostCgroups); err != nil {
		return err
	}
	var paths [][]byte
	for _, dir := range k.criteria.Cgroups {
		if path := kernelCgroup(dir); path != "" && len(path) < cgroupPath {
			key := make([]byte, cgroupPath)
			copy(key, path)
			paths = append(paths, key)
		}
	}
	mkdir, err := k.mkdir(paths)
	if err != nil {
		return err
	}
	if err := k.attachTo("cgroup_mkdir", mkdir); err != nil {
		return err
	}
	for _, dir := range k.criteria.Cgroups {
		if err := k.addBelow(dir); err != nil {
			return err
		}
	}
	return nil
}

// addBelow adds the ids of a cgroup and of those below it.
func (k *keeper) addBelow(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			return nil
		}
		var id uint64
		if err == nil {
			id, err = cgroup.ID(path)
		}
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // another may come
		case err != nil:
			return fmt.Errorf("find cgroup %s: %w", path, err)
		}
		return k.cgroups.Put(id, uint32(1))
	})
}

// kernelCgroup returns the path of a cgroup as the kernel has it, by its directory: "" if that is
// unknown, because this process is in a cgroup namespace.
func kernelCgroup(dir string) string {
	var st unix.Stat_t
	err := unix.Stat("/proc/self/ns/cgroup", &st)
	if err != nil || st.Ino != kernel.InitialCgroupNamespace {
		return ""
	}
	mounts, err := cgroup.ReadMounts()
	if err != nil {
		return ""
	}
	for _, c := range mounts.Named(dir) {
		if c.Hierarchy == "" { // version 2
			return c.Path
		}
	}
	return ""
}

// mkdir writes the program that runs where a cgroup is made. It adds the cgroup's id if its path is
// one of some, or if it is in a cgroup whose id is known.
func (k *keeper) mkdir(paths [][]byte) (*program, error) {
	p := newFollowing()
	isWanted, end := p.newLabel(), p.newLabel()
	const path = 8 // the second argument of the tracepoint
	p.emit(asm.LoadMem(regOut, regContext, 0, asm.DWord))
	k.read(p, regOut, 8, "cgroup.root")
	k.read(p, asm.R0, 4, "cgroup_root.hierarchy_id")
	p.emit(asm.JNE.Imm(asm.R0, 0, end)) // 0 is that of version 2
	if len(paths) > 0 {
		wanted, err := k.newSet(cgroupPath, len(paths), paths...)
		if err != nil {
			return nil, err
		}
		if err := k.loadPath(p, path, end); err != nil {
			return nil, err
		}
		p.emit(
			asm.Mov.Reg(asm.R2, regTemp),
			asm.LoadMapPtr(asm.R1, wanted.FD()),
			asm.FnMapLookupElem.Call(),
			asm.JNE.Imm(asm.R0, 0, isWanted),
		)
	}
	self := k.offset("cgroup.self")
	p.emit(asm.Mov.Reg(asm.R0, regOut), asm.Add.Imm(asm.R0, self))
	k.read(p, asm.R0, 8, "cgroup_subsys_state.parent")
	p.emit(asm.Sub.Imm(asm.R0, self))
	k.cgroupID(p, asm.R0)
	p.lookup(k.cgroups, followID)
	p.emit(asm.JEq.Imm(asm.R0, 0, end))
	if len(paths) > 0 {
		p.place(isWanted)
	}
	k.cgroupID(p, regOut)
	k.add(p, k.cgroups, end)
	p.place(end)
	p.exit()
	return p, nil
}

// cgroupID writes the id of the cgroup whose address is in a register to followID.
func (k *keeper) cgroupID(p *program, cgroup asm.Register) {
	k.read(p, cgroup, 8, "cgroup.kn")
	k.read(p, asm.R0, 8, "kernfs_node.id")
	p.emit(asm.StoreMem(asm.RFP, followID, asm.R0, asm.DWord))
}

// loadPath sets regTemp to the address of the path to which an argument points, with zeros behind
// it. One that is too long is cut.
func (k *keeper) loadPath(p *program, argument int16, end string) error {
	scratch, err := k.set.newMap(&ebpf.MapSpec{
		Name: "usdt_path", Type: ebpf.PerCPUArray, KeySize: 4, ValueSize: cgroupPath, MaxEntries: 1,
	})
	if err != nil {
		return err
	}
	p.emit(asm.StoreImm(asm.RFP, followWord, 0, asm.Word))
	p.lookup(scratch, followWord)
	p.emit(
		asm.JEq.Imm(asm.R0, 0, end), // it never is
		asm.Mov.Reg(regTemp, asm.R0),
		asm.Mov.Imm(asm.R0, 0),
	)
	for word := range cgroupPath / 8 {
		p.emit(asm.StoreMem(regTemp, displacement(8*word), asm.R0, asm.DWord))
	}
	p.emit(
		asm.Mov.Reg(asm.R1, regTemp),
		asm.Mov.Imm(asm.R2, cgroupPath),
		asm.LoadMem(asm.R3, regContext, argument, asm.DWord),
	)
	if p.features.ReadUser { // which came with it
		p.emit(asm.FnProbeReadKernelStr.Call())
	} else {
		p.emit(asm.FnProbeReadStr.Call())
	}
	return nil
}
