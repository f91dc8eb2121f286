package doctor

import "errors"

// toolsTests are about the findings of tools_linux.go.
var toolsTests = []findingTest{
	{
		"old bpftrace",
		func(s *System) { s.Tools = map[string]Tool{"bpftrace": {Version: "0.17.0"}} },
		"bpftrace", OK, []string{"0.17.0: finds probes by pid and by path"},
	},
	{
		"new bpftrace",
		func(s *System) { s.Tools = map[string]Tool{"bpftrace": {Version: "0.25.0"}} },
		"bpftrace", OK, []string{"not by pid"},
	},
	{
		"mute perf",
		func(s *System) { s.Tools = map[string]Tool{"perf": {Error: errors.New("exit status 2")}} },
		"perf", OK, []string{"version unknown: exit status 2"},
	},
	{
		"no gdb",
		func(s *System) {},
		"gdb", OK, []string{"not installed"},
	},
}
