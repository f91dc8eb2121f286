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
	sortByName(probes) // the same program prints the same
	out := []byte(block.DeclarationsHeader)
	for _, p := range probes {
		line := "probe " + p.provider.name + " " + p.name
		for _, size := range p.sizes {
			line += " " + strconv.Itoa(size)
		}
		out = append(out, line+"\n"...)
	}
	signatures := signatures(probes)
	out = append(out, "btf "+strconv.Itoa(len(signatures))+"\n"+string(signatures)...)
	for len(out) > 0 {
		n, err := syscall.Write(block.PrintTo, out)
		if err != nil && err != syscall.EINTR {
			syscall.Exit(1)
		}
		out = out[max(n, 0):]
	}
	syscall.Exit(0)
}

// sortByName sorts as slices.SortStableFunc does, which would add 4 KB to the program.
func sortByName(probes []*Probe) {
	less := func(a, b *Probe) bool {
		if a.provider.name != b.provider.name {
			return a.provider.name < b.provider.name
		}
		return a.name < b.name
	}
	for i := range probes {
		for j := i; j > 0 && less(probes[j], probes[j-1]); j-- {
			probes[j], probes[j-1] = probes[j-1], probes[j]
		}
	}
}
