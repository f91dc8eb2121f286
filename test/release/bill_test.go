package main

import (
	"encoding/json"
	"net/url"
	"os"
	"regexp"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestBill(t *testing.T) {
	info := &debug.BuildInfo{
		GoVersion: "go1.26.0",
		Main:      debug.Module{Path: "github.com/go-usdt/usdt/export", Version: "(devel)"},
		Deps: []*debug.Module{
			{Path: "example.com/One", Version: "v1.0.0+incompatible", Sum: "h1:one="},
			{Path: "example.com/old", Version: "v1.0.0", Replace: &debug.Module{
				Path: "example.com/new", Version: "v2.0.0", Sum: "h1:new=",
			}},
			{Path: "github.com/go-usdt/usdt", Version: "v0.0.0", Replace: &debug.Module{
				Path: "../", Version: "(devel)", // as of a directory
			}},
		},
	}
	path := t.TempDir() + "/bill"
	date := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	if err := writeBill(path, billOf("v0.1.0", date, []byte("program"), info)); err != nil {
		t.Fatal(err)
	}
	b := readBill(t, path)
	if diff := cmp.Diff(metadata{"2026-02-03T04:05:06Z", component{
		Type: "application", Name: "usdt", Version: "v0.1.0",
		Reference: "pkg:golang/github.com/go-usdt/usdt/export@v0.1.0#usdt",
		URL:       "pkg:golang/github.com/go-usdt/usdt/export@v0.1.0#usdt",
		// of sha256sum
		Hashes: []hash{{
			"SHA-256", "1310ca2c8932dbd118668bd97442558a3e1f546b5e15c69699dfbd6024f548d8",
		}},
		Licenses: b.Metadata.Component.Licenses, // readBill checks it
	}}, b.Metadata); diff != "" {
		t.Errorf("metadata (-want +got):\n%s", diff)
	}
	var got []string
	for _, c := range b.Components {
		sum := ""
		for _, p := range c.Properties {
			sum += " " + p.Name + "=" + p.Value
		}
		got = append(got, c.URL+sum)
	}
	if diff := cmp.Diff([]string{
		"pkg:golang/std@1.26.0",
		"pkg:golang/example.com/one@v1.0.0%2Bincompatible go:sum=h1:one=",
		"pkg:golang/example.com/new@v2.0.0 go:sum=h1:new=",
		"pkg:golang/github.com/go-usdt/usdt@v0.1.0",
	}, got); diff != "" {
		t.Errorf("components (-want +got):\n%s", diff)
	}
}

// readBill reads a bill of materials, which must have what the schema of CycloneDX 1.6 requires of
// the members that are there, and no other members.
func readBill(t *testing.T, path string) bill {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.DisallowUnknownFields()
	var b bill
	if err := decoder.Decode(&b); err != nil {
		t.Fatal(err)
	}
	if b.Format != "CycloneDX" || b.SpecVersion != "1.6" || b.Version < 1 {
		t.Errorf("%s: bomFormat %q, specVersion %q, version %d", path, b.Format, b.SpecVersion,
			b.Version)
	}
	if _, err := time.Parse(time.RFC3339, b.Metadata.Timestamp); err != nil {
		t.Errorf("%s: %v", path, err)
	}
	licenses := b.Metadata.Component.Licenses
	if len(licenses) != 1 || licenses[0].License.ID != "MIT" {
		t.Errorf("%s: licenses %v, want MIT", path, licenses)
	}
	seen := make(map[string]bool)
	checkComponent(t, b.Metadata.Component, "application", seen)
	for _, c := range b.Components {
		checkComponent(t, c, "library", seen)
	}
	return b
}

var hexadecimal = regexp.MustCompile(`^[0-9a-f]{64}$`)

func checkComponent(t *testing.T, c component, kind string, seen map[string]bool) {
	t.Helper()
	if c.Type != kind || c.Name == "" || c.Version == "" || c.Reference == "" {
		t.Errorf("component lacks a type, name, version or reference: %+v", c)
	}
	if seen[c.Reference] {
		t.Errorf("two components have the reference %s", c.Reference)
	}
	seen[c.Reference] = true
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "pkg" || !strings.HasPrefix(u.Opaque, "golang/") {
		t.Errorf("%s is no package URL of Go: %v", c.URL, err)
	}
	for _, h := range c.Hashes {
		if h.Algorithm != "SHA-256" || !hexadecimal.MatchString(h.Content) {
			t.Errorf("%s: hash %+v", c.Name, h)
		}
	}
}
