package process

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// cgroupRoot is where the cgroups are, by the convention of all distributions.
const cgroupRoot = "/sys/fs/cgroup"

// Containers names the containers of processes that may be gone by the time when somebody asks: by
// the first 12 digits of the id, or "-" for none. It remembers what it has found. The zero value is
// ready. It is not safe for concurrent use.
type Containers struct {
	root      string // of the cgroups; "" means cgroupRoot
	byCgroup  map[uint64]string
	byProcess map[uint64]string
}

// CgroupsTell reports whether OfCgroup knows the containers: this machine has cgroups of version 2
// alone. Otherwise container engines may use those of version 1, to which BPF programs have no key.
func CgroupsTell() bool {
	var s unix.Statfs_t
	return unix.Statfs(cgroupRoot, &s) == nil && s.Type == unix.CGROUP2_SUPER_MAGIC
}

// OfCgroup returns the container that a cgroup is in, by the id that a BPF program gets, which is
// never given to another one. One that was gone before anybody asked is "cgroup ID".
func (c *Containers) OfCgroup(id uint64) string {
	if name, known := c.byCgroup[id]; known {
		return name
	}
	c.Remember()
	name, known := c.byCgroup[id]
	if !known {
		name = fmt.Sprintf("cgroup %d", id)
		c.byCgroup[id] = name
	}
	return name
}

// Remember reads which cgroups there are, for OfCgroup to know when they are gone.
func (c *Containers) Remember() {
	if c.byCgroup == nil {
		c.byCgroup = make(map[uint64]string)
	}
	root := cmp.Or(c.root, cgroupRoot)
	_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return nil //nolint:nilerr // one that is just being removed
		}
		if id, err := cgroupID(path); err == nil {
			c.byCgroup[id] = nameContainer(strings.TrimPrefix(path, root))
		}
		return nil
	})
}

var errNoID = errors.New("no id")

// cgroupID returns the id of a cgroup, which is what the kernel makes a handle of.
func cgroupID(path string) (uint64, error) {
	handle, _, err := unix.NameToHandleAt(unix.AT_FDCWD, path, 0)
	if err != nil {
		return 0, err
	}
	if len(handle.Bytes()) < 8 {
		return 0, errNoID
	}
	return binary.NativeEndian.Uint64(handle.Bytes()), nil
}

// OfProcess returns the container of a process. One that was gone before anybody asked is "pid ID".
func (c *Containers) OfProcess(pid uint64) string {
	if name, known := c.byProcess[pid]; known {
		return name
	}
	if c.byProcess == nil {
		c.byProcess = make(map[uint64]string)
	}
	name := fmt.Sprintf("pid %d", pid)
	cgroups, err := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid))
	if err == nil {
		name = nameContainer(string(cgroups))
	}
	c.byProcess[pid] = name
	return name
}

func nameContainer(cgroups string) string {
	if id := containerID(cgroups); id != "" {
		return id
	}
	return "-"
}
