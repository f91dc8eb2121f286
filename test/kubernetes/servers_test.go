package kubernetes_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/test/kubernetes/cluster"
)

// testServers: where the directories of the kubelet are not to be seen, usdt has the names of pods
// from the kubelet or the API server, if it knows its URL.
func testServers(t *testing.T) {
	const hosts = "127.0.0.1 localhost\n" +
		cluster.Address + " " + cluster.Node + "\n" // as the kubelet's certificate has it
	if err := os.WriteFile("/etc/hosts", []byte(hosts), 0o644); err != nil {
		t.Fatal(err)
	}
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("admin\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := shops(t, "shop")[0]
	for name, environment := range map[string][]string{
		"kubelet": {
			"USDT_PODS_URL=https://" + cluster.Node + ":10250/pods",
			"USDT_PODS_CA_FILE=/var/lib/kubelet/pki/kubelet.crt",
		},
		"API server": {
			"USDT_PODS_URL=https://" + cluster.Address + ":6443/api/v1/pods?fieldSelector=" +
				"spec.nodeName%3D" + cluster.Node,
			"USDT_PODS_CA_FILE=/run/kube-apiserver/apiserver.crt", "USDT_PODS_TOKEN_FILE=" + token,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := cluster.Output(withoutDirectories(environment, "list", "--all"))
			if err != nil || !strings.Contains(got, " "+p.namespace+"/"+p.name+" ") {
				t.Errorf("%v: %s", err, got)
			}
			got, err = cluster.Output(withoutDirectories(environment, "list", "--pod", "shop/*"))
			if err != nil || !strings.Contains(got, " shop:order ") || strings.Contains(got, "shop-dev/") {
				t.Errorf("%v: %s", err, got)
			}
		})
	}
	_, err := cluster.Output(withoutDirectories([]string{
		"USDT_PODS_URL=https://" + cluster.Address + ":6443/api/v1/pods",
		"USDT_PODS_CA_FILE=/run/kube-apiserver/apiserver.crt",
	}, "list", "--pod", "shop/*"))
	if err == nil || !strings.Contains(err.Error(), "this account may not list pods") {
		t.Errorf("nobody: %v", err)
	}
}

// withoutDirectories runs usdt where /var/log/pods is empty.
func withoutDirectories(environment []string, arguments ...string) *exec.Cmd {
	const hide = `mount -t tmpfs none /var/log/pods && exec usdt "$@"`
	cmd := exec.Command("unshare", append([]string{"--mount", "--propagation", "private",
		"sh", "-c", hide, "usdt"}, arguments...)...)
	cmd.Env = append(os.Environ(), environment...)
	return cmd
}
