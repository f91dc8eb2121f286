package reference

import (
	"bufio"
	"bytes"
	"go/token"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const module = "github.com/go-usdt/usdt"

// TestPackages compares the rows of docs/packages.md with the packages that programs can import.
func TestPackages(t *testing.T) {
	var listed, public []string
	row := regexp.MustCompile("(?m)^\\| \\[`([^`]+)`\\]")
	for _, match := range row.FindAllStringSubmatch(page(t, "packages.md"), -1) {
		listed = append(listed, match[1])
	}
	for _, d := range source(t, token.NewFileSet(), "stapsdt", "instrument", "cstub", "vendor_c") {
		isInternal := strings.Contains("/"+d.path+"/", "/internal/")
		if !isInternal && d.files[0].Name.Name != "main" {
			public = append(public, path.Join(module, d.path))
		}
	}
	public = append(public, module) // its file is in no directory
	slices.Sort(listed)
	slices.Sort(public)
	if diff := cmp.Diff(listed, public); diff != "" {
		t.Errorf("packages (-docs/packages.md +source):\n%s", diff)
	}
}

// TestInstrumentPackages holds that go doc of the home of the ready-made probes names each package.
func TestInstrumentPackages(t *testing.T) {
	text, err := os.ReadFile(root + "/instrument/doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range source(t, token.NewFileSet(), "instrument") {
		name, isBelow := strings.CutPrefix(d.path, "instrument/")
		if isBelow && !strings.Contains(name, "/") && !strings.Contains(string(text), "  - "+name) {
			t.Errorf("instrument/doc.go does not list %s", name)
		}
	}
}

// TestRootPackage compares the public packages with what go doc says of the root of the module.
func TestRootPackage(t *testing.T) {
	text, err := os.ReadFile(root + "/doc.go")
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	var linked []string
	link := regexp.MustCompile(`^// +- \[(` + module + `/[^\]]+)\]`)
	for lines.Scan() {
		if match := link.FindStringSubmatch(lines.Text()); match != nil {
			linked = append(linked, strings.TrimPrefix(match[1], module+"/"))
		}
	}
	for _, p := range linked {
		if _, err := os.Stat(root + "/" + p); err != nil {
			t.Errorf("doc.go links to a package that is not there: %v", err)
		}
	}
	for _, needed := range []string{"stapsdt", "stapsdt/stapsdttest", "instrument", "cmd/usdt"} {
		if !slices.Contains(linked, needed) {
			t.Errorf("doc.go does not link to %s", needed)
		}
	}
}
