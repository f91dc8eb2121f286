// Lint holds the manifests of deploy/kubernetes against the schemas of Kubernetes and of the
// Prometheus operator, with kubeconform. The schemas come from these projects' Go modules; nothing
// else is downloaded. test/kubernetes shows what the API server itself takes.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// built are the directories that are built: those of components are parts of others.
var built = []string{
	"deploy/kubernetes/base", "deploy/kubernetes/example", "test/kubernetes/overlays/all",
}

func main() {
	if err := lint("../.."); err != nil {
		fmt.Fprintln(os.Stderr, "lint:", err)
		os.Exit(1)
	}
}

func lint(repository string) error {
	schemas, err := os.MkdirTemp("", "usdt-schemas-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(schemas)
	if err := writeSchemas(schemas); err != nil {
		return err
	}
	for _, dir := range built {
		manifests, err := build(filepath.Join(repository, dir))
		if err != nil {
			return err
		}
		if err := conform(schemas, dir, manifests); err != nil {
			return err
		}
	}
	for _, pod := range patches {
		manifest, err := pod.manifest(repository)
		if err != nil {
			return err
		}
		if err := conform(schemas, pod.file, manifest); err != nil {
			return err
		}
	}
	return nil
}

// build returns what kubectl kustomize prints.
func build(dir string) ([]byte, error) {
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).
		Run(filesys.MakeFsOnDisk(), dir)
	if err != nil {
		return nil, err
	}
	if resources.Size() == 0 {
		return nil, fmt.Errorf("%s: no manifests", dir)
	}
	return resources.AsYaml()
}

func conform(schemas, dir string, manifests []byte) error {
	cmd := exec.Command("go", "tool", "kubeconform", "-strict", "-summary",
		"-schema-location", schemas+"/{{.ResourceKind}}{{.KindSuffix}}.json")
	cmd.Stdin, cmd.Stderr = bytes.NewReader(manifests), os.Stderr
	output, err := cmd.Output()
	fmt.Printf("%s: %s", dir, output)
	if err != nil {
		return fmt.Errorf("kubeconform in %s: %w", dir, err)
	}
	return nil
}

// moduleDir returns where the go command has a module, which it downloads if need be.
func moduleDir(module string) (string, error) {
	cmd := exec.Command("go", "mod", "download", "-json", module)
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w", strings.Join(cmd.Args, " "), err)
	}
	var of struct{ Dir string }
	err = json.Unmarshal(text, &of)
	return of.Dir, err
}
