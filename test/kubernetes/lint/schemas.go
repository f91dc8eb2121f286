package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"
)

// A node is a part of a schema.
type node = map[string]any

const (
	kubernetes = "k8s.io/kubernetes"
	operator   = "github.com/prometheus-operator/prometheus-operator@v0.85.0"
)

// writeSchemas writes a schema for each kind, under the name by which kubeconform looks for it.
func writeSchemas(dir string) error {
	from, err := moduleDir(kubernetes)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(from, "api/openapi-spec/swagger.json"))
	if err != nil {
		return err
	}
	var api struct{ Definitions map[string]node }
	if err := json.Unmarshal(text, &api); err != nil {
		return err
	}
	for _, d := range api.Definitions {
		tighten(d)
	}
	for name, d := range api.Definitions {
		kinds, _ := d["x-kubernetes-group-version-kind"].([]any)
		if len(kinds) != 1 {
			continue // no kind, or one of many, such as DeleteOptions
		}
		of := kinds[0].(node)
		schema := node{"$ref": "#/definitions/" + name, "definitions": api.Definitions}
		file := fileName(of["kind"].(string), of["group"].(string), of["version"].(string))
		if !used[file] {
			continue
		}
		if err := writeJSON(filepath.Join(dir, file), schema); err != nil {
			return err
		}
	}
	return writeOperator(dir)
}

// used are the kinds of the manifests. Each schema has the definitions of all.
var used = map[string]bool{
	"namespace-v1.json": true, "serviceaccount-v1.json": true, "service-v1.json": true,
	"configmap-v1.json": true, "daemonset-apps-v1.json": true, "deployment-apps-v1.json": true,
	"networkpolicy-networking-v1.json": true, "pod-v1.json": true,
}

// fileName is what kubeconform makes of a kind: of a group, the first word.
func fileName(kind, group, version string) string {
	parts := []string{kind}
	if group != "" {
		parts = append(parts, strings.Split(group, ".")[0])
	}
	return strings.ToLower(strings.Join(append(parts, version), "-")) + ".json"
}

// tighten has a definition refuse members that it does not have, and take what the API server
// takes although the definition says string.
func tighten(d node) {
	if d["format"] == "int-or-string" || strings.HasPrefix(text(d["description"]), "Quantity is") {
		d["type"] = []string{"string", "number"}
	}
	delete(d, "format") // of numbers; nothing is known of most
	properties, _ := d["properties"].(node)
	if len(properties) > 0 && d["additionalProperties"] == nil {
		d["additionalProperties"] = false
	}
	for _, p := range properties {
		tighten(p.(node))
	}
	for _, name := range []string{"items", "additionalProperties"} {
		if below, ok := d[name].(node); ok {
			tighten(below)
		}
	}
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// writeOperator writes the schema of a ServiceMonitor, from the definition of the kind.
func writeOperator(dir string) error {
	from, err := moduleDir(operator)
	if err != nil {
		return err
	}
	const name = "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml"
	data, err := os.ReadFile(filepath.Join(from, name))
	if err != nil {
		return err
	}
	var crd struct {
		Spec struct {
			Versions []struct {
				Name   string
				Schema struct{ OpenAPIV3Schema node }
			}
		}
	}
	if err := yaml.Unmarshal(data, &crd); err != nil {
		return err
	}
	for _, v := range crd.Spec.Versions {
		if v.Name != "v1" {
			continue
		}
		schema := v.Schema.OpenAPIV3Schema
		tighten(schema)
		// The API server knows what every kind has.
		schema["properties"].(node)["metadata"] = node{"type": "object"}
		return writeJSON(filepath.Join(dir, fileName("ServiceMonitor", "monitoring", v.Name)), schema)
	}
	return errors.New(name + " has no version v1")
}

func writeJSON(path string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}
