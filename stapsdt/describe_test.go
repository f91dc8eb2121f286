//go:build linux && (amd64 || arm64)

package stapsdt_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/stapsdt"
)

// A probe may be described while its provider is loaded and unloaded and the probe is fired: each
// image has one of the sentences.
func TestDescribeConcurrently(t *testing.T) {
	p := newProvider(t)
	probe := stapsdt.MustProbe1[int](p, "busy", "n")
	mustLoad(t, p)
	requireSignatures(t, p.Path(), stapsdt.MemfdBacking)
	done := make(chan struct{})
	var others sync.WaitGroup
	for _, do := range []func(){
		func() { probe.Describe("One.") },
		func() { probe.Describe("A second sentence, which is longer.") },
		func() { probe.Fire(1) },
	} {
		others.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					do()
				}
			}
		})
	}
	for range 200 {
		switch got := strings.Join(ciliumSignatures(t, p.Path()), "\n"); got {
		case "busy(n int -8) [provider:test]", // the first time
			"busy(n int -8) [provider:test; One.]",
			"busy(n int -8) [provider:test; A second sentence, which is longer.]":
		default:
			t.Errorf("read %v", got)
		}
		if err := p.Unload(); err != nil {
			t.Error(err)
		}
		mustLoad(t, p)
	}
	close(done)
	others.Wait()
	probe.Describe("Last.")
	if err := p.Unload(); err != nil {
		t.Fatal(err)
	}
	mustLoad(t, p)
	want := []string{"busy(n int -8) [provider:test; Last.]"}
	if diff := cmp.Diff(want, ciliumSignatures(t, p.Path())); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
