package doctor

import (
	"testing"

	"golang.org/x/sys/unix"
)

// FuzzExamine judges systems whose files say anything: every check finds something, and says what
// to do if, and only if, it is not well.
func FuzzExamine(f *testing.F) {
	f.Add("6.1.0", "CapEff:\t0000000000000000\nSeccomp:\t2\n", mounts, options,
		"none [integrity]", "4", "0.25.1")
	f.Add("", "CapEff:\t-1\n", "proc /proc proc hidepid=invisible 0 0\n", "CONFIG_UPROBES=m",
		"[", "-1", "0.")
	f.Fuzz(func(t *testing.T, release, status, mounts, config, lockdown, number, version string) {
		s := wellSystem()
		s.Kernel.Release = release
		s.set("proc/self/status", status)
		s.set("proc/self/mounts", mounts)
		s.set("boot/config-6.1.0", config)
		s.set("proc/config.gz", config)
		s.set("sys/kernel/security/lockdown", lockdown)
		for _, path := range []string{"proc/sys/kernel/perf_event_paranoid", "proc/sys/vm/memfd_noexec",
			"proc/sys/kernel/unprivileged_bpf_disabled", "sys/bus/event_source/devices/uprobe/type"} {
			s.set(path, number)
		}
		s.Tools = map[string]Tool{"bpftrace": {Version: version}, "perf": {Error: unix.ENOENT}}
		s.Traced = unix.EPERM
		findings := Examine(s)
		if len(findings) != len(checks) {
			t.Errorf("%d findings of %d checks", len(findings), len(checks))
		}
		for _, f := range findings {
			if f.Name == "" || f.Found == "" || (f.Status == OK) != (f.Remedy == "") {
				t.Errorf("%+v", f)
			}
		}
	})
}
