package command

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// A scope is the processes that a command line is about: those that are named by their ids, those
// that the flags describe, or all. [scope.resolve] finds the ids of those that are described.
type scope struct {
	pids pidList
	all  bool // then nothing else is set

	// The processes that have one of each that is not empty.
	comms, exes, users, services, containers, pods, cgroups []string

	children bool     // also the processes that these have started, and so on
	files    []string // only the probes of these files; without all else, in all processes

	command  *tracedCommand // unless nil, its process, and nothing else is set
	mayStart bool           // the command line can have a command

	namedFiles // what is known of the files

	found bool // pids are those of processes that were found, not named

	isOfKeys bool // the keys of a configuration say what is meant, not flags
}

// option returns what errors call a flag, or the key of a configuration with the same meaning.
func (s *scope) option(name string) string {
	if s.isOfKeys {
		return name
	}
	return "--" + name
}

// addFlags adds the flags that choose the processes to trace, to list or to describe, as verb says.
func (s *scope) addFlags(cmd *cobra.Command, verb string) {
	flags := cmd.Flags()
	flags.VarP(&s.pids, "pid", "p", verb+" the process `PID`, or several: 12,34")
	all := verb + " all processes"
	if verb == "trace" {
		all += ", also those that start later"
	}
	flags.BoolVarP(&s.all, "all", "a", false, all)
	flags.StringArrayVar(&s.comms, "comm", nil, verb+" the processes with the command name `NAME`")
	flags.StringArrayVar(&s.exes, "exe", nil, verb+" the processes that execute the file `PATH`")
	flags.StringArrayVar(&s.users, "user", nil, verb+" the processes of `USER`, a name or an id")
	flags.StringArrayVar(&s.services, "service", nil,
		verb+" the processes of the systemd unit `NAME`, such as shop or user.slice")
	flags.StringArrayVar(&s.containers, "container", nil,
		verb+" the processes of the container `ID`, its beginning, or its name")
	flags.StringArrayVar(&s.pods, "pod", nil,
		verb+" the processes of the Kubernetes pod `NAME`, NAMESPACE/NAME or UID")
	flags.StringArrayVar(&s.cgroups, "cgroup", nil,
		verb+" the processes of the cgroup `PATH`, and those below it")
	flags.StringArrayVar(&s.files, "file", nil,
		verb+" the probes of the file `PATH`; alone, in all processes that map it")
	flags.BoolVar(&s.children, "children", false,
		verb+" also the processes that those have started, and so on")
	mustComplete(cmd, "pid", completePIDs)
	for _, flag := range []string{"comm", "user", "service", "container", "pod"} {
		mustComplete(cmd, flag, cobra.NoFileCompletions)
	}
}

// scopeHelp is what help says of the flags.
const scopeHelp = `
-p names processes by their ids: -p 12 -p 34, or -p 12,34. --comm, --exe, --user, --service,
--container, --pod and --cgroup describe them; of several of these flags all have to hold, of
several values of one flag one has to. --service takes a unit of systemd (--service shop, --service
user.slice), --container an id, the beginning of one, or a name (--container 9b2cd0f6), --pod the
name of a pod of this node, with wildcards, or its UID (--pod 'shop/shop-*'), --cgroup a path
(--cgroup /system.slice/shop.service). --file leaves only the probes of that file (--file
/usr/lib/libjvm.so); alone, it is traced in every process that maps it, now or later, also in a
container (--file /proc/1234/root/usr/bin/php). --children adds the processes that those have
started, the ones that these have started, and so on.

What starts later, or loads probes later, is traced, too, if it is one of the processes that are
meant. When one of several ends, usdt says so and goes on with the others; if flags describe them,
also when the last one ends, until it is interrupted.
`

// isZero tells whether the command line says nothing of processes.
func (s scope) isZero() bool {
	return !s.all && len(s.pids) == 0 && !s.describes() && !s.children && s.command == nil &&
		len(s.files) == 0
}

// describes tells whether flags describe processes.
func (s scope) describes() bool {
	for _, values := range s.descriptions() {
		if len(values) > 0 {
			return true
		}
	}
	return false
}

// isMany tells whether there can be several processes.
func (s scope) isMany() bool {
	return s.all || s.found || s.describes() || s.children || len(s.pids) > 1
}

func (s scope) String() string {
	const mostNamed = 4
	n := len(s.pids)
	switch {
	case s.all && len(s.files) > 0:
		return "all processes with " + printable.Text(strings.Join(s.files, " or "))
	case s.all:
		return "all processes"
	case s.command != nil:
		return s.command.String()
	case n == 1:
		return fmt.Sprintf("process %d", s.pids[0])
	case n > mostNamed:
		return fmt.Sprintf("%d processes", n)
	}
	var ids []string
	for _, pid := range s.pids {
		ids = append(ids, fmt.Sprint(pid))
	}
	last := max(n-1, 0)
	return "processes " + strings.Join(ids[:last], ", ") + " and " + strings.Join(ids[last:], "")
}

// flag returns the scope as it is written on a command line.
func (s scope) flag() string {
	switch {
	case s.all && len(s.files) == 0:
		return "--all"
	case s.command != nil:
		return s.command.path
	}
	var words []string
	for _, file := range s.files {
		words = append(words, "--file "+file)
	}
	if len(s.pids) > 0 && !s.describes() {
		words = append(words, "-p "+s.pids.String())
	}
	for flag, values := range s.descriptions() {
		for _, value := range values {
			words = append(words, flag+" "+value)
		}
	}
	if s.children {
		words = append(words, "--children")
	}
	return strings.Join(words, " ")
}

// descriptions yields the flags that describe processes, with their values.
func (s scope) descriptions() iter.Seq2[string, []string] {
	return func(yield func(string, []string) bool) {
		_ = yield("--comm", s.comms) && yield("--exe", s.exes) && yield("--user", s.users) &&
			yield("--service", s.services) && yield("--container", s.containers) &&
			yield("--pod", s.pods) && yield("--cgroup", s.cgroups)
	}
}

// check reports flags that choose no process, or that contradict each other.
func (s scope) check() error {
	described := ""
	for flag, values := range s.descriptions() {
		if len(values) > 0 {
			described = flag
		}
	}
	if described == "" && s.children {
		described = "--children"
	}
	switch {
	case s.command != nil && (s.all || len(s.pids) > 0 || s.describes()):
		return usagef("use either a command or flags that choose processes, not both")
	case s.all && len(s.pids) > 0:
		return usagef("use either --pid or --all, not both")
	case s.all && described != "":
		return usagef("use either %s or --all, not both", described)
	case s.describes() && len(s.pids) > 0:
		return usagef("use either --pid or %s, not both", described)
	case s.children && s.command == nil && len(s.pids) == 0 && !s.describes():
		return usagef("the children of which process? use --children with other flags that " +
			"choose processes, or with a command")
	case s.isZero() && s.mayStart:
		return usagef("which process? use --pid PID, --all or -- COMMAND; " +
			"usdt list shows the processes with probes")
	case s.isZero():
		return usagef("which process? use --pid PID or --all; usdt list shows the processes with probes")
	}
	i := slices.IndexFunc(s.pids, func(pid int) bool { return pid <= 0 })
	if i >= 0 {
		return usagef("--pid %d: process ids are positive", s.pids[i])
	}
	return nil
}
