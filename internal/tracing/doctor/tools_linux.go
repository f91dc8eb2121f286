package doctor

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"time"
)

// versionCommands make the tools print their versions. bcc is a module of the distribution's
// Python, which need not be the first python3 in PATH.
var versionCommands = map[string][]string{
	"bpftrace": {"bpftrace", "--version"},
	"bcc":      {"/usr/bin/python3", "-c", "import bcc; print(bcc.__version__)"},
	"perf":     {"perf", "--version"},
	"gdb":      {"gdb", "--version"},
}

// tools returns those that are installed.
func tools() map[string]Tool {
	found := make(map[string]Tool)
	for name, command := range versionCommands {
		if _, err := exec.LookPath(command[0]); err != nil {
			continue
		}
		version, err := toolVersion(command)
		if name != "bcc" || err == nil { // a python3 may have no bcc
			found[name] = Tool{version, err}
		}
	}
	return found
}

var versionNumber = regexp.MustCompile(`\d+\.\d+(\.\d+)*`)

func toolVersion(command []string) (string, error) {
	// A tool that hangs must not hang us.
	const patience = 5 * time.Second
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	// #nosec G204 -- all commands are written in this file
	out, err := exec.CommandContext(ctx, command[0], command[1:]...).Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w", command[0], err)
	}
	version := versionNumber.FindString(string(out))
	if version == "" {
		return "", fmt.Errorf("%s says no version in %q", command[0], out)
	}
	return version, nil
}

// other judges a tool that usdt does not need. note says how the tool finds probes.
func (s System) other(name, note string) Finding {
	tool, installed := s.Tools[name]
	switch {
	case !installed:
		return ok("not installed; usdt does not need it")
	case tool.Error != nil:
		return ok("installed, version unknown: %v", tool.Error)
	}
	return ok("%s: %s", tool.Version, note)
}

func bpftrace(s System) Finding {
	var major, minor int
	_, err := fmt.Sscanf(s.Tools["bpftrace"].Version, "%d.%d", &major, &minor)
	if err == nil && (major > 0 || minor >= 25) {
		return s.other("bpftrace", "finds probes in memory by the path that usdt list shows, "+
			"not by pid; those in named files by both")
	}
	return s.other("bpftrace", "finds probes by pid and by path")
}

func bcc(s System) Finding {
	return s.other("bcc", "finds probes by pid and by path; needs the kernel's headers")
}

func perf(s System) Finding {
	return s.other("perf", "records probes in named files after perf buildid-cache --add; "+
		"see usdt script --tool perf")
}

func gdb(s System) Finding {
	return s.other("gdb", "info probes stap; break -probe-stap PROVIDER:PROBE")
}
