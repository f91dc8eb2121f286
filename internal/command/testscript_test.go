//go:build linux && (amd64 || arm64)

package command

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/go-usdt/usdt/internal/tracing/kernel"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"usdt": mainOfTest, "mapfile": mapFile, "without-uprobes": withoutUprobes,
	})
}

// TestScript runs the scripts of testdata/script. Besides testscript's own, they have the commands:
//
//	traced [nobody] PROVIDER NAME[:TYPE,...] ...
//	                          starts internal/testing/traced, or has the user nobody start it,
//	                          backed by a file; sets PID, and IMAGE to the file with its probes.
//	                          That of nobody can be asked itself, at the address AT
//	caller [FLAG ...]         starts internal/testing/caller, which go build builds with the flags
//	ctraced [FLAG ... SOURCE] starts testdata/ctraced.c, or another program in C, which gcc
//	                          compiles with the flags; sets PID, and IMAGE to the program
//	embedded PROVIDER         starts the former with a probe of each type in its own file, which is
//	                          that of the script; a second time, another process of the same file
//	goprogram FILE            builds internal/tracing/embed/testdata/program, whose probes can be in
//	                          its file
//	cgroup PATH               moves the program that was started last to a new cgroup with this
//	                          path below one of its own; sets CGROUP to its directory
//	tell COMMAND ...          makes the program that was started last carry out a command, to which
//	                          it must answer "ok" or, with !, something else; sets ANSWER
//	end                       ends that program, as the end of the script does; then the one that
//	                          was started before is the last
//	background [terminal] FILE [nobody] COMMAND ...
//	                          starts a command with its output in a file; with terminal, at a
//	                          terminal of its own; with nobody, as status does. The command ends
//	                          with the script at the latest
//	interrupt [again]         sends SIGINT, or types Ctrl-C, to the command that was started in the
//	                          background last, and waits for its end; with !, it may fail. With
//	                          again, the signal is sent every 5 s, for commands that can miss it
//	finish [again]            does the same without a signal, or again with the last one of signal
//	signal [alone] SIGNAL ... sends signals to that command and its children or, with alone, to the
//	                          command only, without a pause between them
//	await FILE REGEXP         waits until the file matches; fails when what writes it ends before
//	timeline FILE OUT         reads what usdt timeline has written, with or without the last bracket,
//	                          and writes a line for each process, thread, span and instant in it
//	status N [nobody] COMMAND ...
//	                          is exec for a command that must end with exit status N; with nobody,
//	                          a user without any rights runs it
//
// and the conditions:
//
//	[root]          the script runs with all rights
//	[tool:NAME]     the program NAME is installed
//	[cgroups]       cgroups of version 2 can be made
//	[bcc]           bcc for Python and any kernel headers are installed
//	[uprobe_multi]  the kernel traces with CAP_BPF and CAP_PERFMON: it is Linux 6.6 or later
//
// With USDT_REQUIRE_TRACERS=1, which says that everything is installed, it is an error if one of
// these does not hold, but for the last.
func TestScript(t *testing.T) {
	usdt, err := exec.LookPath("usdt")
	if err != nil {
		t.Fatal(err)
	}
	if err := letEveryoneRun(usdt); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"traced":     startTraced(t.TempDir()),
			"caller":     startCaller(t.TempDir()),
			"ctraced":    startCTraced,
			"embedded":   startEmbedded(t.TempDir()),
			"goprogram":  buildGoProgram,
			"tell":       tell,
			"end":        end,
			"background": background,
			"interrupt":  interrupt,
			"finish":     finish,
			"signal":     sendSignals,
			"await":      await,
			"status":     status,
			"cgroup":     putInCgroup,
			"podserver":  servePods,
			"timeline":   listTimeline,
		},
		Condition:           condition,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// letEveryoneRun opens the directories that lead to a program of a test, so that the user
// nobody can run it.
func letEveryoneRun(program string) error {
	for path := program; path != os.TempDir() && path != "/"; path = filepath.Dir(path) {
		if err := os.Chmod(path, 0o755); err != nil {
			return err
		}
	}
	return nil
}

func condition(name string) (bool, error) {
	var lack error
	tool, isTool := strings.CutPrefix(name, "tool:")
	switch {
	case isTool:
		_, lack = exec.LookPath(tool)
	case name == "root" && os.Geteuid() != 0:
		lack = errors.New("not root")
	case name == "root":
	case name == "cgroups":
		lack = lackOfCgroups()
	case name == "uprobe_multi":
		return kernel.Running().Features.Multi, nil
	case name == "bcc":
		lack = lackOfBCC()
	default:
		return false, errors.New("no such condition")
	}
	if lack != nil && os.Getenv("USDT_REQUIRE_TRACERS") == "1" {
		return false, fmt.Errorf("%w, although USDT_REQUIRE_TRACERS=1", lack)
	}
	return lack == nil, nil
}

func lackOfBCC() error {
	if err := exec.Command("/usr/bin/python3", "-c", "import bcc").Run(); err != nil {
		return fmt.Errorf("no python3-bpfcc: %w", err)
	}
	for _, pattern := range []string{"/lib/modules/*/build", "/usr/src/linux-headers-*-common"} {
		if found, err := filepath.Glob(pattern); err != nil || len(found) > 0 {
			return err
		}
	}
	return errors.New("no kernel headers: install linux-headers-amd64 or -arm64")
}
