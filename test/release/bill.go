package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"time"
)

// bill is a bill of materials, in the form of CycloneDX 1.6.
type bill struct {
	Format      string      `json:"bomFormat"`
	SpecVersion string      `json:"specVersion"`
	Version     int         `json:"version"` // of the document
	Metadata    metadata    `json:"metadata"`
	Components  []component `json:"components"`
}

type metadata struct {
	Timestamp string    `json:"timestamp"`
	Component component `json:"component"` // what the bill is of
}

type component struct {
	Type       string     `json:"type"` // application or library
	Reference  string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	URL        string     `json:"purl"`
	Hashes     []hash     `json:"hashes,omitempty"`
	Licenses   []license  `json:"licenses,omitempty"`
	Properties []property `json:"properties,omitempty"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"` // in hexadecimal
}

type license struct {
	License struct {
		ID string `json:"id"`
	} `json:"license"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// billOf lists what a program was linked from: its modules, as the linker has written them into it,
// and the standard library.
func billOf(version string, date time.Time, program []byte, info *debug.BuildInfo) bill {
	usdt := packageOf("application", info.Main.Path, version)
	usdt.Name = "usdt"
	usdt.URL += "#" + command
	usdt.Reference = usdt.URL
	usdt.Hashes = []hash{{"SHA-256", fmt.Sprintf("%x", sha256.Sum256(program))}}
	usdt.Licenses = make([]license, 1)
	usdt.Licenses[0].License.ID = "MIT"
	components := []component{
		packageOf("library", "std", strings.TrimPrefix(info.GoVersion, "go")),
	}
	for _, module := range info.Deps {
		if isOurs(module) {
			components = append(components, packageOf("library", module.Path, version))
			continue
		}
		if module.Replace != nil {
			module = module.Replace
		}
		library := packageOf("library", module.Path, module.Version)
		if module.Sum != "" { // as in go.sum: of the module's files, so no hash of one file
			library.Properties = []property{{"go:sum", module.Sum}}
		}
		components = append(components, library)
	}
	return bill{
		Format: "CycloneDX", SpecVersion: "1.6", Version: 1, Components: components,
		Metadata: metadata{date.Format(time.RFC3339), usdt},
	}
}

// isOurs reports whether a module is the repository itself, of which the program's module is a
// part: a directory of it replaces the module, so that it has the version of the release.
func isOurs(module *debug.Module) bool {
	return module.Replace != nil && strings.HasPrefix(module.Replace.Path, "../")
}

// packageOf describes a module by its package URL.
func packageOf(kind, path, version string) component {
	escaped := strings.ReplaceAll(version, "+", "%2B")
	url := "pkg:golang/" + strings.ToLower(path) + "@" + escaped
	return component{Type: kind, Reference: url, Name: path, Version: version, URL: url}
}

func writeBill(path string, b bill) error {
	text, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}
