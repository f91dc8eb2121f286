package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const repository = "../../.."

// TestConform: what Kubernetes would not take is found.
func TestConform(t *testing.T) {
	schemas := t.TempDir()
	if err := writeSchemas(schemas); err != nil {
		t.Fatal(err)
	}
	manifests, err := build(repository + "/test/kubernetes/overlays/all")
	if err != nil {
		t.Fatal(err)
	}
	refuses(t, schemas, manifests, map[string]string{
		"readOnlyRootFilesystem:": "readonlyRootFilesystem:",
		"hostPID: true":           "hostPID: yes please",
		"containerPort: 9844":     "containerPort: metrics",
		"honorLabels: true":       "honourLabels: true",
		"kind: NetworkPolicy":     "kind: NetworkPolice",
	})
	for _, p := range patches {
		pod, err := p.manifest(repository)
		if err != nil {
			t.Fatal(err)
		}
		refuses(t, schemas, pod, map[string]string{"allowPrivilegeEscalation:": "allowEscalation:"})
	}
}

// refuses holds conform to taking manifests, and to refusing them after each of the replacements.
func refuses(t *testing.T, schemas string, manifests []byte, replacements map[string]string) {
	t.Helper()
	good := string(manifests)
	if err := conform(schemas, "good", manifests); err != nil {
		t.Error(err)
	}
	for from, to := range replacements {
		bad := strings.Replace(good, from, to, 1)
		if bad == good {
			t.Errorf("no %q in the manifests", from)
			continue
		}
		if err := conform(schemas, to, []byte(bad)); err == nil {
			t.Errorf("%s is not refused", to)
		}
	}
}

// TestNothingIsBuilt: where there are no manifests, that is an error.
func TestNothingIsBuilt(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "kustomization.yaml")
	if err := os.WriteFile(file, []byte("kind: Kustomization\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if manifests, err := build(dir); err == nil {
		t.Errorf("%q", manifests)
	}
}

// TestAllAreBuilt: each directory with manifests is built, or is a part of the overlay that has all
// components.
func TestAllAreBuilt(t *testing.T) {
	all, err := os.ReadFile(repository + "/test/kubernetes/overlays/all/kustomization.yaml")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(repository + "/deploy/kubernetes/*/kustomization.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range files {
		dir, _ := filepath.Rel(repository, filepath.Dir(file))
		if !slices.Contains(built, dir) && !strings.Contains(string(all), "../../../../"+dir+"\n") {
			t.Errorf("%s is not built", dir)
		}
	}
}
