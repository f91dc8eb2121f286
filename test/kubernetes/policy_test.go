package kubernetes_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/test/kubernetes/cluster"
)

// testPolicy: the API server takes the policy that docs/recipes.md has for Tetragon, by Tetragon's
// own definition of the kind, and would not take another form. test/recipes holds the policy
// against the file of a service.
func testPolicy(t *testing.T) {
	kubectl(t, "apply", "--server-side", "-f", cluster.TracingPolicies)
	page, err := os.ReadFile("../../docs/recipes.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```yaml\n([^`]*kind: TracingPolicy\n.*?)```\n").
		FindStringSubmatch(string(page))
	if block == nil {
		t.Fatal("docs/recipes.md has no policy")
	}
	policy := block[1]
	eventually(t, "the policy", func() error { return offer(policy) })
	for right, wrong := range map[string]string{
		"type: string": "type: text", "provider:": "providers:", "index: 1": "index: second",
	} {
		other := strings.Replace(policy, right, wrong, 1)
		if err := offer(other); err == nil || other == policy {
			t.Errorf("%q is not refused", wrong)
		}
	}
}

// offer has the API server say whether it would take a manifest, without a warning.
func offer(manifest string) error {
	cmd := exec.Command("kubectl", "apply", "--server-side", "--dry-run=server",
		"--warnings-as-errors", "-f", "-")
	cmd.Stdin = strings.NewReader(manifest)
	_, err := cluster.Output(cmd)
	return err
}
