package kubernetes_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/test/kubernetes/cluster"
)

func TestMain(m *testing.M) { os.Exit(cluster.Main(m)) }

// TestKubernetes: what is deployed is there for the next step.
func TestKubernetes(t *testing.T) {
	for _, step := range []struct {
		name string
		test func(*testing.T)
	}{
		{"manifests", testManifests},
		{"policy", testPolicy},
		{"levels", testExporterNeedsPrivileged},
		{"run", testRuns},
		{"prometheus", testPrometheus},
		{"recipes", testRecipes},
		{"log", testRecipeThatEndsAtOnce},
		{"terminal", testTerminal},
		{"program", testProgram},
		{"servers", testServers},
		{"refused", testEphemeralIsRefused},
	} {
		if !t.Run(step.name, step.test) {
			t.Fatalf("%s has failed", step.name)
		}
	}
}

const (
	manifests = "../../deploy/kubernetes/"
	recipes   = manifests + "recipes/"
)

func kubectl(t *testing.T, arguments ...string) string {
	t.Helper()
	output, err := cluster.Kubectl(arguments...)
	if err != nil {
		t.Fatal(err)
	}
	return output
}

// apply has the API server take manifests, without a warning.
func apply(t *testing.T, dir string) {
	t.Helper()
	kubectl(t, "apply", "--warnings-as-errors", "--server-side", "-k", dir)
}

// rollOut waits until all pods of a workload are ready.
func rollOut(t *testing.T, namespace, workload string) {
	t.Helper()
	_, err := cluster.Kubectl("-n", namespace, "rollout", "status", workload, "--timeout=10m")
	if err != nil {
		t.Fatalf("%v\n%s", err, cluster.Describe(namespace))
	}
}

// testManifests: the API server takes all manifests, and says nothing about them. It holds what is
// in them against the Pod Security levels that they claim.
func testManifests(t *testing.T) {
	kubectl(t, "apply", "--server-side", "-f", cluster.ServiceMonitors)
	eventually(t, "the kind ServiceMonitor", func() error {
		_, err := cluster.Kubectl("get", "servicemonitors", "--all-namespaces")
		return err
	})
	exporter := "overlays/exporter"
	if !cluster.IsUnified() {
		exporter += "-v1"
	}
	for _, dir := range []string{exporter, "overlays/shop", "overlays/dev"} {
		apply(t, dir)
	}
	for _, dir := range []string{
		manifests + "base", manifests + "example", "overlays/all", "overlays/exporter",
	} {
		kubectl(t, "apply", "--warnings-as-errors", "--server-side", "--force-conflicts",
			"--dry-run=server", "-k", dir)
	}
}

// testExporterNeedsPrivileged: no lower level than the one of the manifests would do.
func testExporterNeedsPrivileged(t *testing.T) {
	daemonSet := kubectl(t, "-n", "usdt", "get", "daemonset", "usdt", "-o", "yaml")
	for _, level := range []string{"baseline", "restricted"} {
		namespace := "as-" + level
		kubectl(t, "create", "namespace", namespace)
		kubectl(t, "label", "namespace", namespace, "pod-security.kubernetes.io/warn="+level)
		cmd := exec.Command("kubectl", "create", "--dry-run=server", "--warnings-as-errors",
			"-f", "-")
		cmd.Stdin = strings.NewReader(strings.ReplaceAll(daemonSet, "namespace: usdt",
			"namespace: "+namespace))
		_, err := cluster.Output(cmd)
		if err == nil {
			t.Fatalf("%s takes the exporter", level)
		}
		for _, reason := range []string{
			"would violate PodSecurity \"" + level, "hostPID=true", "hostPath",
			`"BPF", "DAC_READ_SEARCH", "LEASE", "PERFMON", "SYS_PTRACE"`,
		} {
			if !strings.Contains(err.Error(), reason) {
				t.Errorf("%s: want %q in: %v", level, reason, err)
			}
		}
	}
}

// testRuns: the example and the exporter run, and all of their probes say that they are ready.
func testRuns(t *testing.T) {
	rollOut(t, "shop", "deployment/shop")
	rollOut(t, "shop-dev", "deployment/shop")
	rollOut(t, "usdt", "daemonset/usdt")
}
