//go:build linux && (amd64 || arm64)

package environments

// errorsByHeading has the headings of docs/environments.md that are errors, each with a command
// of the shell that brings the error about. The commands run in a directory with the programs
// usdt, demo, demo32 (the demo for linux/386) and test (this test). PID is a demo that root runs.
// NOBODY and WITHOUT run a command with fewer rights.
var errorsByHeading = []struct{ heading, command string }{
	{
		"usdt: process PID may not be read by this user",
		`$NOBODY ./usdt trace -p "$PID" 'weather:*'`,
	}, {
		"not permitted to trace (operation not permitted): root, too, needs CAP_PERFMON here",
		`${WITHOUT}-sys_admin,-perfmon ./usdt trace -p "$PID" 'weather:*'`,
	}, {
		"usdt: process PID does not exist",
		`unshare --pid --fork --mount-proc ./usdt trace -p "$PID" 'weather:*'`,
	}, {
		"usdt: found no probes in process PID",
		`./usdt trace -p $$ 'weather:*'`,
	}, {
		"usdt: root, too, needs CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH here",
		`${WITHOUT}-sys_ptrace,-dac_read_search,-dac_override ./usdt trace -p "$PID" 'weather:*'`,
	}, {
		"not the initial one: no capability that it grants counts for tracing",
		`unshare --user --map-root-user ./usdt doctor`,
	}, {
		"(a seccomp policy or vm.memfd_noexec forbids it: " +
			"allow it, or use a named file: STAPSDT_BACKING=file)",
		`FAIL=memfd ./test -test.run='^TestFail$'`,
	}, {
		"(the image is larger than files may be: raise the limit, RLIMIT_FSIZE or ulimit -f)",
		`ulimit -f 1; ./demo`,
	}, {
		"no directory for the image: name one that is writable on a mount without noexec",
		`unshare --mount sh -c 'mount -t tmpfs -o noexec none /mnt &&
			env -u XDG_RUNTIME_DIR TMPDIR=/mnt STAPSDT_BACKING=file ./demo'`,
	}, {
		"probes need linux/amd64 or linux/arm64",
		`./demo32`,
	}, {
		"unknown tracepoint",
		`perf record -o /dev/null -e sdt_no:such true`,
	}, {
		"ERROR: bpftrace currently only supports running as the root user.",
		`$NOBODY bpftrace -e 'BEGIN { exit(); }'`,
	}, {
		"although USDT_REQUIRE_TRACERS=1",
		`FAIL=lacking ./test -test.run='^TestFail$'`,
	}, {
		"setup: please install",
		`$NOBODY ./setup.sh no-such-package`,
	}, {
		"vm: the machine ended before its command did",
		`FAIL=vm ./test -test.run='^TestFail$'`,
	},
}
