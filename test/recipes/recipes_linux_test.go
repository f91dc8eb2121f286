package recipes

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cilium/tetragon/pkg/elf"

	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/testing/testbuild"
)

// block returns the block of docs/recipes.md that is in a language and has a text.
func block(t *testing.T, language, text string) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/recipes.md")
	if err != nil {
		t.Fatal(err)
	}
	fenced := regexp.MustCompile("(?sm)^```(\\w+)\n(.*?)^```\n")
	for _, found := range fenced.FindAllStringSubmatch(string(page), -1) {
		if found[1] == language && strings.Contains(found[2], text) {
			return found[2]
		}
	}
	t.Fatalf("docs/recipes.md has no block of %s with %q", language, text)
	return ""
}

// buildShop builds a service with its probes in its file.
func buildShop(t *testing.T) string {
	t.Helper()
	shop := filepath.Join(t.TempDir(), "shop")
	// It is in another module than this test.
	if err := testbuild.In("../..", shop, []string{"CGO_ENABLED=0"}, "build", "-tags=traced_embedded",
		"-ldflags=-X=main.providers=shop", "./internal/testing/traced"); err != nil {
		t.Fatal(err)
	}
	if err := testbuild.Embed(shop, shop, probesite.Nop); err != nil {
		t.Fatal(err)
	}
	return shop
}

// targets returns what Tetragon finds in a file, by the names of providers and probes.
func targets(t *testing.T, file string) map[string]*elf.UsdtTarget {
	t.Helper()
	opened, err := elf.OpenSafeELFFile(file)
	if err != nil {
		t.Fatal(err)
	}
	found, err := opened.UsdtTargets()
	if err != nil {
		t.Fatal(err)
	}
	byName := make(map[string]*elf.UsdtTarget)
	for _, target := range found {
		byName[target.Spec.Provider+":"+target.Spec.Name] = target
	}
	return byName
}
