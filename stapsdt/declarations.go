//go:build linux && (amd64 || arm64)

package stapsdt

import (
	"strconv"
	"syscall"

	"github.com/go-usdt/usdt/internal/block"
)

// printDeclarations prints the probes of the program, for the command usdt, and ends the process.
// It takes the place of main.main: package block says how and what.
func printDeclarations() {
	var probes []*Probe
	for _, p := range Providers() {
		probes = append(probes, p.Probes()...)
	}
	out := []byte(block.DeclarationsHeader)
	for _, p := range probes {
		out = append(out, "probe "+p.provider.name+" "+p.name...)
		for _, size := range p.sizes {
			out = append(out, ' ')
			out = strconv.AppendInt(out, int64(size), 10)
		}
		out = append(out, '\n')
	}
	signatures := signatures(probes)
	out = append(out, "btf "...)
	out = strconv.AppendInt(out, int64(len(signatures)), 10)
	out = append(append(out, '\n'), signatures...)
	for len(out) > 0 {
		n, err := syscall.Write(block.PrintTo, out)
		if err != nil && err != syscall.EINTR {
			syscall.Exit(1)
		}
		out = out[max(n, 0):]
	}
	syscall.Exit(0)
}
