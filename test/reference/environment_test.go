package reference

import (
	"go/ast"
	"go/token"
	"os"
	"regexp"
	"strings"
	"testing"
)

// indirect are variables that the standard library and libc read for the project.
var indirect = []string{
	"TMPDIR", "XDG_CONFIG_HOME", "HOME", "PATH", "SSL_CERT_FILE", "SSL_CERT_DIR",
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY",
}

// ofTestsOnly are variables that somebody may set for tests.
var ofTestsOnly = []string{"USDT_REQUIRE_TRACERS", "USDT_TEST_EXEC"}

// TestEnvironment compares the tables of docs/environment.md with the variables that are read.
func TestEnvironment(t *testing.T) {
	listed := make(map[string]bool)
	name := regexp.MustCompile("`([A-Z_]+)`")
	for line := range strings.Lines(page(t, "environment.md")) {
		if cells := strings.Split(line, "|"); len(cells) > 2 {
			for _, match := range name.FindAllStringSubmatch(cells[1], -1) {
				if !strings.HasPrefix(match[1], "OTEL_") { // a test of export/otlp compares these
					listed[match[1]] = true
				}
			}
		}
	}
	read := variablesOfGo(t)
	for _, path := range sourceFiles(t, ".c", "vendor_c") {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		call := regexp.MustCompile(`getenv\("([A-Z_]+)"\)`)
		for _, match := range call.FindAllStringSubmatch(string(content), -1) {
			read[match[1]] = path
		}
	}
	for _, name := range append(indirect, ofTestsOnly...) {
		read[name] = "another project's code, or a test"
	}
	for name, where := range read {
		if !listed[name] {
			t.Errorf("docs/environment.md lacks %s, which %s reads", name, where)
		}
		delete(listed, name)
	}
	for name := range listed {
		t.Errorf("docs/environment.md has %s, which nothing reads", name)
	}
}

// variablesOfGo returns the environment variables that Go code reads, and where.
func variablesOfGo(t *testing.T) map[string]string {
	t.Helper()
	fset := token.NewFileSet()
	read := make(map[string]string)
	for _, d := range source(t, fset, carried...) {
		c := &texts{constants: make(map[string]string)}
		for _, f := range d.files {
			constantsOf(f, c.constants)
		}
		for _, f := range d.files {
			ast.Inspect(f, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok || !reader.MatchString(nameOf(call.Fun)) {
					return true
				}
				if name := c.constant(call.Args[0]); name != hole {
					read[name] = fset.Position(call.Pos()).String()
				}
				return true
			})
		}
	}
	return read
}

// reader is a function that reads the variable that its argument names.
var reader = regexp.MustCompile(`^(os\.Getenv|os\.LookupEnv|(linux\.)?SecureGetenv)$`)
