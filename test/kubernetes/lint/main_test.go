package main

import (
	"strings"
	"testing"
)

// TestConform: what Kubernetes would not take is found.
func TestConform(t *testing.T) {
	schemas := t.TempDir()
	if err := writeSchemas(schemas); err != nil {
		t.Fatal(err)
	}
	manifests, err := build("../../../test/kubernetes/overlays/all")
	if err != nil {
		t.Fatal(err)
	}
	good := string(manifests)
	if err := conform(schemas, "good", manifests); err != nil {
		t.Error(err)
	}
	for from, to := range map[string]string{
		"readOnlyRootFilesystem:": "readonlyRootFilesystem:",
		"hostPID: true":           "hostPID: yes please",
		"containerPort: 9844":     "containerPort: metrics",
		"honorLabels: true":       "honourLabels: true",
		"kind: NetworkPolicy":     "kind: NetworkPolice",
	} {
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
