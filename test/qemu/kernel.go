// Package qemu runs Debian's kernels in QEMU. It is a library: package kernels tests in these
// kernels, and command vm is for tracing by hand.
//
// It needs QEMU, and the apt and dpkg of a Debian machine. It needs neither root nor KVM.
package qemu

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A Kernel is a line of Debian's kernels. Its newest version is run.
type Kernel struct {
	Arch, Line string
	Site       string // the form of probe site that package stapsdt must choose
	sources    []source
}

// Kernels are the kernels that are tested, oldest first.
var Kernels = []Kernel{
	{"amd64", "5.10", "nop", []source{{security, "bullseye-security"}}},
	{"amd64", "6.1", "nop", []source{{security, "bookworm-security"}}},
	{"amd64", "6.12", "nop", []source{{security, "trixie-security"}}},
	{"amd64", "7", "nop10", []source{{archive, "sid"}, {archive, "trixie-backports"}}},
	{"arm64", "6.1", "nop", []source{{security, "bookworm-security"}}},
	{"arm64", "7", "nop", []source{{archive, "sid"}, {archive, "trixie-backports"}}},
}

func (k Kernel) String() string { return k.Arch + "/" + k.Line }

// Find returns the kernel with a name such as amd64/5.10.
func Find(name string) (Kernel, error) {
	var names []string
	for _, k := range Kernels {
		if k.String() == name {
			return k, nil
		}
		names = append(names, k.String())
	}
	return Kernel{}, fmt.Errorf("no kernel %q; there are %s", name, strings.Join(names, ", "))
}

// Cache returns the directory for the downloads of k. It makes the directory if need be.
func (k Kernel) Cache() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "go-usdt", "kernels", k.Arch+"-"+k.Line)
	return dir, os.MkdirAll(dir, 0o755)
}
