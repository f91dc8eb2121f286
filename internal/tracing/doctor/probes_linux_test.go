package doctor

import (
	"errors"

	"golang.org/x/sys/unix"
)

// probesTests are about the findings of probes_linux.go.
var probesTests = []findingTest{
	{
		"strange site",
		func(s *System) { s.SiteError = errors.New(`"nop3" is none`) },
		"probe sites", Warning, []string{"nop3", "unset STAPSDT_SITE"},
	},
	{
		"strict memfd",
		func(s *System) { s.set("proc/sys/vm/memfd_noexec", "2\n") },
		"vm.memfd_noexec", OK, []string{"original libstapsdt"},
	},
	{
		"old memfd",
		func(s *System) {
			s.remove("proc/sys/vm/memfd_noexec")
			s.set("proc/sys/vm/overcommit_memory", "0\n")
		},
		"vm.memfd_noexec", OK, []string{"none before Linux 6.3"},
	},
	{
		"hidden memfd policy",
		func(s *System) { s.remove("proc/sys/vm/memfd_noexec") },
		"vm.memfd_noexec", OK, []string{"unknown", "/proc/sys/vm/memfd_noexec"},
	},
	{
		"unreadable memfd policy",
		func(s *System) { s.hide("proc/sys/vm/memfd_noexec") },
		"vm.memfd_noexec", OK, []string{"unknown"},
	},
	{
		"no memfd",
		func(s *System) { s.Memory = unix.EPERM },
		"probes in memory", Warning, []string{"STAPSDT_BACKING=file"},
	},
	{
		"no probes",
		func(s *System) { s.Memory, s.File = unix.EPERM, unix.EACCES },
		"probes in memory", Warning, []string{"can load no probes: operation not permitted"},
	},
	{
		"no file",
		func(s *System) { s.File = unix.EACCES },
		"probes in named files", Warning, []string{"STAPSDT_DIR"},
	},
}
