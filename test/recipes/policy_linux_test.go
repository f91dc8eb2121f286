package recipes

import (
	"testing"

	"github.com/cilium/tetragon/pkg/elf"
	"go.yaml.in/yaml/v3"
)

// A policy is what Tetragon looks for in a file.
type policy struct {
	Spec struct {
		USDTs []struct {
			Provider, Name string
			Args           []struct {
				Index int
				Type  string
			}
		}
	}
}

// TestPolicy: Tetragon finds the probe and the arguments of the policy in docs/recipes.md in the
// file of a service. test/kubernetes has an API server judge the form of the policy.
func TestPolicy(t *testing.T) {
	var p policy
	if err := yaml.Unmarshal([]byte(block(t, "yaml", "kind: TracingPolicy")), &p); err != nil {
		t.Fatal(err)
	}
	if len(p.Spec.USDTs) != 1 || len(p.Spec.USDTs[0].Args) != 2 {
		t.Fatalf("want one probe with two arguments: %+v", p)
	}
	probe := p.Spec.USDTs[0]
	target := targets(t, buildShop(t))[probe.Provider+":"+probe.Name]
	if target == nil {
		t.Fatalf("no probe %s:%s is found", probe.Provider, probe.Name)
	}
	if target.Spec.ArgsCnt != 2 {
		t.Errorf("it has %d arguments", target.Spec.ArgsCnt)
	}
	for _, of := range probe.Args {
		got := target.Spec.Args[of.Index]
		// Both are in a register, the text by its address.
		if got.Type != elf.USDT_ARG_TYPE_REG || got.Size != 8 || got.Signed || got.Shift != 0 {
			t.Errorf("argument %d, a %s: %+v", of.Index, of.Type, got)
		}
	}
}
