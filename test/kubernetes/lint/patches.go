package main

import (
	"fmt"
	"os"
	"path/filepath"

	"sigs.k8s.io/yaml"
)

// A patch is a file of a recipe that kubectl makes a pod of, or a part of one.
type patch struct {
	file string
	pod  func(content node) node
}

// patches are all of them. The API server does not refuse a member that it does not know: what the
// member was to forbid would be allowed.
var patches = []patch{
	{"deploy/kubernetes/recipes/node.json", func(pod node) node { return pod }},
	{"deploy/kubernetes/recipes/ephemeral.yaml", func(container node) node {
		container["name"] = "usdt"
		return node{"spec": node{
			"containers":          []any{node{"name": "shop"}},
			"ephemeralContainers": []any{container},
		}}
	}},
}

// manifest returns the pod.
func (p patch) manifest(repository string) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(repository, p.file))
	if err != nil {
		return nil, err
	}
	var content node
	if err := yaml.UnmarshalStrict(data, &content); err != nil {
		return nil, fmt.Errorf("%s: %w", p.file, err)
	}
	if len(content) == 0 {
		return nil, fmt.Errorf("%s: it is empty", p.file)
	}
	pod := p.pod(content)
	pod["apiVersion"], pod["kind"] = "v1", "Pod"
	return yaml.Marshal(pod)
}
