package uprobe

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/kernel"
	"github.com/go-usdt/usdt/internal/tracing/rights"
)

// explain says what to do about the errors that a user can do something about.
func explain(err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		var errno syscall.Errno
		if errors.As(err, &errno) {
			err = errno
		}
		return fmt.Errorf("%w (%w): %s", ErrRights, err, permission(kernel.Running(), memoryLimit()))
	case errors.Is(err, fs.ErrNotExist) && strings.Contains(err.Error(), " /sys/"):
		return fmt.Errorf("%w: mount the sysfs file system on /sys", err)
	case errors.Is(err, unix.EMFILE):
		return fmt.Errorf("%w: choose fewer probes, or raise the limit%s by ulimit -n, "+
			"or by LimitNOFILE= of a systemd unit", err, descriptorLimit())
	case errors.Is(err, unix.ENFILE):
		return fmt.Errorf("%w: choose fewer probes, or raise the sysctl fs.file-max", err)
	case errors.Is(err, unix.ENOMEM):
		return fmt.Errorf("%w: choose fewer probes, or give the machine, or the control group that "+
			"usdt is in, more memory", err)
	}
	return err
}

// permission says what lets this process do what the kernel has refused. Before Linux 5.11, the
// kernel refuses with the same error what takes more locked memory than the process may have.
func permission(k kernel.Kernel, memory uint64) string {
	isLimited := !kernel.UnlimitedMemory.In(k.Release) && memory != unix.RLIM_INFINITY
	multi := k.Expected().Multi
	if isLimited && rights.MayAttach(multi) {
		return "the limit of locked memory is too low: raise it by ulimit -l unlimited, " +
			"or by LimitMEMLOCK=infinity of a systemd unit"
	}
	return rights.ToAttach(multi)
}

func memoryLimit() uint64 {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_MEMLOCK, &limit) != nil {
		return unix.RLIM_INFINITY
	}
	return limit.Cur
}

// descriptorLimit returns what the limit of descriptors is, which Go has raised as far as it may.
func descriptorLimit() string {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil {
		return ""
	}
	return fmt.Sprintf(" of %d", limit.Cur)
}

// concernsAll reports whether an error about a site would come for each other site, too.
func concernsAll(err error) bool {
	for _, e := range []error{ErrRights, unix.EMFILE, unix.ENFILE, unix.ENOMEM} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// tooMany adds to an error about descriptors how many the groups take.
func (s *session) tooMany(err error, groups []*group) error {
	if !errors.Is(err, unix.EMFILE) {
		return err
	}
	sites, links := 0, 0
	for _, g := range groups {
		links += len(g.targets)
		for _, t := range g.targets {
			sites += len(t.sites)
		}
	}
	if !s.features.Multi {
		links = sites
	}
	return fmt.Errorf("%d sites take some %d descriptors: %w", sites, links+len(groups), err)
}
