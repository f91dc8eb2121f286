//go:build linux && (amd64 || arm64)

package command

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

func probeWith(name, args string) uprobe.Probe {
	n := sdtnote.Note{Provider: "shop", Name: name, Machine: elf.EM_X86_64, Args: args}
	return uprobe.Probe{Provider: "shop", Name: name, Sites: []uprobe.Site{{Note: n}}}
}

// TestIndex: probes are found among those that are known, which stay as they are.
func TestIndex(t *testing.T) {
	backing := []uprobe.Probe{
		probeWith("a", "8@$1"), probeWith("b", "8@$1"), probeWith("kept", ""),
	}
	known := backing[:2]
	probes := []uprobe.Probe{
		probeWith("b", "8@$1"), probeWith("c", ""), probeWith("b", "-4@$1"), probeWith("c", ""),
	}
	for _, test := range []struct {
		key  func(uprobe.Probe) probeKey
		want []int
		all  int
	}{
		{nameKey, []int{1, 2, 1, 2}, 3},
		{typedKey, []int{1, 2, 3, 2}, 4},
	} {
		all, later := index(known, probes, test.key)
		var got []int
		for i, l := range later {
			got = append(got, l.Index)
			if l.Sites[0].Note != probes[i].Sites[0].Note {
				t.Errorf("probe %d became %v", i, l.Probe)
			}
		}
		if diff := cmp.Diff(test.want, got); diff != "" || len(all) != test.all {
			t.Errorf("%d probes, and places (-want +got):\n%s", len(all), diff)
		}
		if backing[2].Name != "kept" {
			t.Errorf("probe %s is where others may read", backing[2].Name)
		}
	}
}

// TestIndexMany: ten times as many probes, all of them new or all of them known, take about ten
// times as many steps, and as much memory.
func TestIndexMany(t *testing.T) {
	const few, many = 2_000, 20_000
	measure := func(n int) (steps int, bytes uint64) {
		var probes []uprobe.Probe
		for i := range n {
			probes = append(probes, probeWith(fmt.Sprint(i), ""))
		}
		key := func(p uprobe.Probe) probeKey {
			steps++
			return nameKey(p)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		all, _ := index(nil, probes, key)
		index(all, probes, key)
		runtime.ReadMemStats(&after)
		return steps, after.TotalAlloc - before.TotalAlloc
	}
	steps, bytes := measure(few)
	moreSteps, moreBytes := measure(many)
	t.Logf("%d probes: %d steps, %d bytes; %d probes: %d steps, %d bytes",
		few, steps, bytes, many, moreSteps, moreBytes)
	if moreSteps > 15*steps || moreBytes > 20*bytes {
		t.Errorf("%d steps became %d, and %d bytes %d", steps, moreSteps, bytes, moreBytes)
	}
}
