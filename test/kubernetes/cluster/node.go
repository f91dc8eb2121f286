package cluster

import (
	"errors"
	"fmt"
	"os/exec"
)

func startContainerd() error {
	if err := write("/etc/containerd/config.toml", containerd); err != nil {
		return err
	}
	d, err := Run("/usr/bin/containerd")
	if err != nil {
		return err
	}
	return d.Await(func() error { return exec.Command("ctr", "version").Run() })
}

// The machines that tests run on may lack CAP_SYS_RESOURCE, without which nobody may lower a score.
const containerd = `version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "/etc/cni/net.d"
`

// loadImages has containerd know the images as if it had pulled them.
func loadImages() error {
	for _, i := range images {
		file := "/images/" + i.base() + ".tar"
		text, err := exec.Command("ctr", "-n", "k8s.io", "images", "import", file).CombinedOutput()
		if err != nil {
			return fmt.Errorf("import %s: %w: %s", file, err, text)
		}
	}
	return nil
}

func startKubelet() error {
	if err := write("/etc/resolv.conf", ""); err != nil {
		return err
	}
	if err := write(config+"kubelet.yaml", kubelet); err != nil {
		return err
	}
	d, err := Run(programs+"kubelet", "--config="+config+"kubelet.yaml",
		"--kubeconfig="+kubeconfig("system:node:"+Node), "--hostname-override="+Node,
		"--node-ip="+Address)
	if err != nil {
		return err
	}
	return d.Await(func() error {
		status, err := Kubectl("get", "node", Node, "-o",
			`jsonpath={.status.conditions[?(@.type=="Ready")].status}`)
		if err == nil && status != "True" {
			err = errors.New("the node is not ready")
		}
		return err
	})
}

// kubelet is the configuration. The machine may have cgroups of version 1, and little room on its
// disk. Only the API server can reach the kubelet.
const kubelet = `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
cgroupDriver: cgroupfs
failCgroupV1: false
failSwapOn: false
localStorageCapacityIsolation: false
evictionHard: {memory.available: 0%, nodefs.available: 0%, imagefs.available: 0%}
imageGCHighThresholdPercent: 100
authentication: {anonymous: {enabled: true}, webhook: {enabled: false}}
authorization: {mode: AlwaysAllow}
`
