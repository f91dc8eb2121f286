package elfimage_test

import (
	"fmt"
	"testing"

	"github.com/go-usdt/usdt/internal/elfimage"
)

// BenchmarkBuild measures the whole of Build. Most of a small image is gaps between pages, so the
// machine's page size matters more than the number of probes.
func BenchmarkBuild(b *testing.B) {
	for _, machine := range machines {
		for _, probes := range []int{3, 500} {
			b.Run(fmt.Sprintf("%v/%d probes", machine.name, probes), func(b *testing.B) {
				spec := elfimage.Spec{Machine: machine.elf, Provider: "shop", Site: machine.sites[0]}
				for i := range probes {
					p := elfimage.Probe{Name: fmt.Sprintf("order_%d", i), Args: []int{8, -4}}
					spec.Probes = append(spec.Probes, p)
				}
				b.ReportAllocs()
				for b.Loop() {
					if _, err := elfimage.Build(spec); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
