package main

import (
	"bytes"
	"debug/buildinfo"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

var twice = flag.Bool("twice", false, "build the release twice, which takes minutes")

const (
	root    = "../.."
	version = "v0.0.1-test"
	date    = 1770091506
)

// TestRelease builds the release here, and in a copy of the repository with another environment and
// nothing compiled before. The bytes must be the same.
func TestRelease(t *testing.T) {
	if !*twice {
		t.Skip("make test-release builds the release twice")
	}
	here, there := t.TempDir(), t.TempDir()
	build := func(directory, out string, environment ...string) {
		t.Helper()
		environment = append(environment, fmt.Sprintf("%s=%d", epoch, date))
		run(t, directory, environment,
			"go", "run", "./test/release", "-version", version, "-o", out)
	}
	build(root, here)
	build(copyOf(t), there, "GOCACHE="+t.TempDir(), "TZ=Asia/Kathmandu", "LC_ALL=C",
		"GOFLAGS=-tags=stapsdt_purego", "CGO_ENABLED=1")
	names := checkSame(t, here, there)

	want := []string{checksums}
	for system := range strings.SplitSeq(systems, ",") {
		name := "usdt_" + version + "_" + strings.ReplaceAll(system, "/", "_")
		suffix := ".tar.gz"
		if strings.HasPrefix(system, "windows/") {
			suffix = ".zip"
		}
		want = append(want, name+".cdx.json", name+suffix)
		t.Run(system, func(t *testing.T) { checkSystem(t, system, filepath.Join(here, name)) })
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("the release (-want +got):\n%s", diff)
	}
	printed := run(t, here, nil, "sha256sum", "--check", "--strict", checksums)
	if got := strings.Count(printed, ": OK\n"); got != len(want)-1 {
		t.Errorf("sha256sum has checked %d files of %d: %s", got, len(want)-1, printed)
	}
}

// run runs a program in a directory, with more in its environment, and returns what it prints. It
// may take as long as the test.
func run(t *testing.T, directory string, environment []string, command ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Dir = directory
	cmd.Env = append(os.Environ(), environment...)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	output, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, complaints.String())
	}
	return string(output)
}

// copyOf copies what git would keep of the repository, without its history.
func copyOf(t *testing.T) string {
	t.Helper()
	list := run(t, root, nil, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	directory := t.TempDir()
	for path := range strings.SplitSeq(list, "\x00") {
		content, err := os.ReadFile(filepath.Join(root, path))
		if path == "" || os.IsNotExist(err) { // removed, but not yet from the index
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(directory, path)
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return directory
}

// checkSame compares the files of two directories, and returns their names.
func checkSame(t *testing.T, first, second string) (names []string) {
	t.Helper()
	for _, directory := range []string{first, second} {
		entries, err := os.ReadDir(directory)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			names = append(names, entry.Name())
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	for _, name := range names {
		a, err := os.ReadFile(filepath.Join(first, name))
		if err != nil {
			t.Error(err)
		}
		b, err := os.ReadFile(filepath.Join(second, name))
		if err != nil {
			t.Error(err)
		}
		if !bytes.Equal(a, b) {
			t.Errorf("%s: the two builds differ", name)
		}
	}
	return names
}

// checkSystem looks at the archive of a system, whose path is without the suffix.
func checkSystem(t *testing.T, system, path string) {
	var entries []entry
	program := "bin/usdt"
	onLinux := strings.HasPrefix(system, "linux/")
	if strings.HasPrefix(system, "windows/") {
		entries, program = readZip(t, path+".zip"), program+".exe"
	} else {
		entries = readTar(t, path+".tar.gz")
	}
	files := make(map[string]string)
	for _, e := range entries {
		name := strings.TrimPrefix(e.Name, filepath.Base(path)+"/")
		files[name] = e.Content
		if e.Mode != 0o644 && (name != program || e.Mode != 0o755) || e.Date.Unix() != date {
			t.Errorf("%s has the mode %v and the date %v", e.Name, e.Mode, e.Date)
		}
	}
	for _, name := range []string{
		program, "share/bash-completion/completions/usdt", "share/zsh/site-functions/_usdt",
		"share/fish/vendor_completions.d/usdt.fish", documentation + "LICENSE",
		documentation + "README.md", documentation + "CHANGELOG.md", documentation + "licenses.txt",
	} {
		if files[name] == "" {
			t.Errorf("%s is missing, or empty", name)
		}
	}
	for _, name := range []string{
		"share/man/man1/usdt.1", "share/man/man1/usdt-trace.1", documentation + "examples/php.d",
		documentation + "examples/export.yaml", documentation + "examples/usdt-export.service",
	} {
		if (files[name] != "") != onLinux {
			t.Errorf("%s has %d bytes", name, len(files[name]))
		}
	}
	checkProgram(t, system, path, files[program])
	for _, work := range []string{"Go, go1.", "github.com/spf13/cobra v", "Redistribution and use",
		"github.com/prometheus/client_golang v"} {
		if !strings.Contains(files[documentation+"licenses.txt"], work) {
			t.Errorf("licenses.txt lacks %q", work)
		}
	}
}

// checkProgram compares a program with its bill of materials, and runs it if this machine can.
func checkProgram(t *testing.T, system, path, content string) {
	file := t.TempDir() + "/usdt"
	if err := os.WriteFile(file, []byte(content), 0o700); err != nil {
		t.Fatal(err)
	}
	info, err := buildinfo.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, module := range info.Deps {
		if isOurs(module) {
			module.Version = version
		}
		want = append(want, module.Path+" "+module.Version)
	}
	if info.Path != "github.com/go-usdt/usdt/export/usdt" {
		t.Errorf("the program is %s, which has not all of usdt export", info.Path)
	}
	b := readBill(t, path+".cdx.json")
	for _, c := range b.Components[1:] { // the first is the standard library
		got = append(got, c.Name+" "+c.Version)
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) < 5 {
		t.Errorf("modules (-program +bill):\n%s", diff)
	}
	sum := run(t, "", nil, "sha256sum", file)
	if !strings.HasPrefix(sum, b.Metadata.Component.Hashes[0].Content+" ") {
		t.Errorf("sha256sum says %s, the bill %v", sum, b.Metadata.Component.Hashes)
	}
	goos, goarch, _ := strings.Cut(system, "/")
	if goos != "linux" {
		return
	}
	if !testenv.IsStatic(t, file) {
		t.Error("the program needs a dynamic linker")
	}
	command := []string{file, "version"}
	if goarch != runtime.GOARCH {
		qemu := "qemu-" + map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[goarch] + "-static"
		command = append([]string{testenv.Tool(t, qemu)}, command...)
	}
	printed := run(t, "", nil, command...)
	if !strings.HasPrefix(printed, fmt.Sprintf("usdt %s\n%s %s\n", version, info.GoVersion, system)) {
		t.Errorf("usdt version prints %q", printed)
	}
}
