package cluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// ofKubernetes are the programs that are built, by the directives tool of go.mod.
var ofKubernetes = []string{
	"kube-apiserver", "kubectl", "kubelet", "kube-controller-manager", "kube-scheduler",
}

// ofDebian are the packages that the rest is from.
var ofDebian = []string{
	"containerd", "runc", "etcd-server", "containernetworking-plugins", "iptables", "iproute2",
	"prometheus",
}

// prepare makes or finds the programs, the root directory and the images.
func (m *machine) prepare() (err error) {
	if m.source, err = filepath.Abs("../.."); err != nil {
		return err
	}
	if m.programs, err = buildKubernetes(); err != nil {
		return fmt.Errorf("build Kubernetes: %w", err)
	}
	script := filepath.Join(m.source, "test/chroot.sh")
	root, err := output(exec.Command(script, append([]string{"bookworm"}, ofDebian...)...))
	if err != nil {
		return err
	}
	m.debian = root
	return errors.Join(m.makeImages(), m.copyDefinitions())
}

// buildKubernetes builds the programs, unless an earlier run did, and returns their directory.
func buildKubernetes() (string, error) {
	version, err := output(exec.Command("go", "list", "-m", "-f", "{{.Version}}", "k8s.io/kubernetes"))
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "go-usdt", "kubernetes", version)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	for _, name := range ofKubernetes {
		_, err := os.Stat(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			err = buildProgram(version, "k8s.io/kubernetes/cmd/"+name, filepath.Join(dir, name))
		}
		if err != nil {
			return "", err
		}
	}
	return dir, nil
}

// buildProgram builds a program with its version, which the others ask for.
func buildProgram(version, path, file string) error {
	fmt.Println("building", path, version, "(once; it takes minutes)")
	const variables = "k8s.io/component-base/version."
	numbers := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
	flags := fmt.Sprintf("-s -w -X %sgitVersion=%s -X %sgitMajor=%s -X %sgitMinor=%s",
		variables, version, variables, numbers[0], variables, numbers[1])
	unfinished := file + ".new" // another run must not find a part of it
	if err := goBuild(".", path, unfinished, "-trimpath", "-ldflags", flags); err != nil {
		return err
	}
	return os.Rename(unfinished, file)
}

// Files of the machine that define kinds: ServiceMonitor, and TracingPolicy.
const (
	ServiceMonitors = "/images/servicemonitors.yaml"
	TracingPolicies = "/images/tracingpolicies.yaml"
)

// definitions are where these files come from: others' modules.
var definitions = map[string]struct{ module, file string }{
	ServiceMonitors: {"github.com/prometheus-operator/prometheus-operator@v0.85.0",
		"example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml"},
	TracingPolicies: {"github.com/cilium/tetragon@v1.7.1",
		"install/kubernetes/tetragon/crds-yaml/cilium.io_tracingpolicies.yaml"},
}

func (m machine) copyDefinitions() error {
	for to, from := range definitions {
		dir, err := moduleDir(from.module)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, from.file))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(m.dir, to), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// moduleDir returns where the go command has a module, which it downloads if need be.
func moduleDir(module string) (string, error) {
	download := exec.Command("go", "mod", "download", "-json", module)
	text, err := download.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w", download, err)
	}
	var of struct{ Dir string }
	err = json.Unmarshal(text, &of)
	return of.Dir, err
}

// goBuild builds a static program of the module in dir, or of one that it requires.
func goBuild(dir, path, file string, flags ...string) error {
	cmd := exec.Command("nice", append(append([]string{"-n", "19", "go", "build"}, flags...),
		"-o", file, path)...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("go build %s: %w", path, err)
	}
	return nil
}

// output returns the last line that a program prints.
func output(cmd *exec.Cmd) (string, error) {
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w", cmd, err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return lines[len(lines)-1], nil
}
