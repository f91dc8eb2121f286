package doctor

import (
	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/tracing/kernel"
)

// siteCosts says what a form of site costs; package probesite has the figures.
var siteCosts = map[probesite.Form]string{
	probesite.Nop: "each traced fire costs an exception, 0.5 to 3 µs by the machine",
	probesite.Nop5: "the kernel turns traced sites into calls, " +
		"which cost about two thirds of an exception",
	probesite.Nop10: "the kernel turns traced sites into calls, " +
		"which cost less than an exception",
}

func site(s System) Finding {
	if s.SiteError != nil {
		return warning("unset "+probesite.Env, "%v", s.SiteError)
	}
	return ok("%v: %s", s.Site, siteCosts[s.Site])
}

// memfdPolicy judges vm.memfd_noexec. The library's memfds are of a kind that every setting allows.
func memfdPolicy(s System) Finding {
	const setting = "proc/sys/vm/memfd_noexec"
	switch text, readable := s.read(setting); {
	case !readable && s.lists("proc/sys/vm") && !s.exists(setting):
		return ok("none before Linux %v", kernel.MemfdNoexec.Since)
	case !readable:
		return ok("unknown, since /%s is hidden; any value is fine for this package", setting)
	case text == "2":
		return ok("2: fine for this package; " +
			"programs with the original libstapsdt cannot load their probes")
	default:
		return ok("%s", text)
	}
}

// noProbes reports whether programs can load no probes at all. Then usdt has none to try to trace.
func (s System) noProbes() bool { return s.Memory != nil && s.File != nil }

func inMemory(s System) Finding {
	if s.Memory == nil {
		return ok("a Go program can load them")
	}
	if s.File == nil {
		return warning("export STAPSDT_BACKING=file",
			"a Go program started here cannot load them: %v", s.Memory)
	}
	return warning("Run the programs with memfd_create allowed, "+
		"or with STAPSDT_DIR set to a directory on a mount without noexec.",
		"a Go program started here can load no probes: %v", s.Memory)
}

func inFiles(s System) Finding {
	if s.File == nil {
		return ok("a Go program can load them")
	}
	return warning("export STAPSDT_DIR=DIRECTORY, one of your own on a mount without noexec",
		"a Go program started here cannot load them, which perf needs: %v", s.File)
}
