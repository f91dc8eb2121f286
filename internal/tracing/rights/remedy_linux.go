package rights

import (
	"fmt"
	"os"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/kernel"
)

// Help is the paragraph on rights in the help of a command that traces.
var Help = fmt.Sprintf(`Tracing takes the rights of root, or %v (before Linux %v
%v) and, for processes of other users, %v;
usdt doctor tells what is missing.`,
	Attach(true), kernel.Multi.Since, Attach(false), Read)

// ToAttach says what lets this process attach to probes.
func ToAttach(multi bool) string { return toGet(Attach(multi), Held(), os.Geteuid()) }

// MayAttach reports whether this process has the capabilities that attaching to probes takes.
func MayAttach(multi bool) bool { return len(Attach(multi).without(Held())) == 0 }

// ToRead says what lets this process read any process.
func ToRead() string { return toGet(Read, Held(), os.Geteuid()) }

// toGet says how a user who has some capabilities gets those that are needed.
func toGet(needed, held Set, user int) string {
	missing := needed.without(held)
	switch {
	case len(missing) == 0:
		return "the kernel refuses it in spite of " + needed.String() +
			", for instance by a security module, or because these count in a user namespace only"
	case user == 0: // in a container, for instance
		return "root, too, needs " + missing.String() + " here"
	}
	return "run as root, or with " + missing.String()
}

// ToReadOne says what lets this process read one process, for which it is enough to be its user.
func ToReadOne() string {
	if os.Geteuid() == 0 {
		return ToRead()
	}
	return "run as root, or as the user that it runs as"
}

// Sudo returns commands of a shell that let this user trace the processes of any user.
func Sudo(multi bool) string {
	return `sudo "$(command -v usdt)" …, or once: ` + Setcap(multi)
}

// Setcap returns the command of a shell that gives the program usdt all rights, whoever runs it.
func Setcap(multi bool) string {
	list := Trace(multi).join(",", func(c Capability) string {
		return strings.ToLower(c.String())
	})
	return "sudo setcap " + list + `+ep "$(command -v usdt)"`
}

// Container returns the command that starts a container in which usdt can trace the processes of
// the whole machine.
func Container(multi bool) string {
	options := Trace(multi).join(" ", func(c Capability) string { return "--cap-add " + c.name })
	return "docker run --pid=host " + options + " …, or run usdt on the host"
}
