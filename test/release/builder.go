package main

import (
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// The program is in a module of its own, which has all of usdt export. gRPC's own traces would make
// it 4 MB larger.
const (
	module  = "export"
	command = "usdt"
	tags    = "grpcnotrace"
)

// builder makes the archives of one version.
type builder struct {
	version string
	date    time.Time // of everything in the archives
	scratch string    // a directory for the programs; who has made the builder removes it
	common  []file    // what the archives of all systems have
	ofLinux []file    // what those of Linux have besides
}

// newBuilder collects what does not depend on the system, from a program for this machine.
func newBuilder(version string) (*builder, error) {
	version, err := checkedVersion(version)
	if err != nil {
		return nil, err
	}
	date, err := dateOfCommit()
	if err != nil {
		return nil, err
	}
	scratch, err := os.MkdirTemp("", "usdt-release-")
	if err != nil {
		return nil, err
	}
	b := &builder{version: version, date: date, scratch: scratch}
	if err := b.collect(); err != nil {
		os.RemoveAll(scratch)
		return nil, err
	}
	return b, nil
}

func (b *builder) collect() error {
	program, err := b.build("linux/" + runtime.GOARCH)
	if err != nil {
		return err
	}
	if b.common, err = documents("LICENSE", "README.md", "CHANGELOG.md"); err != nil {
		return err
	}
	completions, err := completions(program)
	if err != nil {
		return err
	}
	b.common = append(b.common, completions...)
	if b.ofLinux, err = manual(program, filepath.Join(b.scratch, "man"), b.date); err != nil {
		return err
	}
	descriptions, err := descriptions()
	if err != nil {
		return err
	}
	deployment, err := deployment()
	b.ofLinux = slices.Concat(b.ofLinux, descriptions, deployment)
	return err
}

// release writes the archive of a system, and the bill of materials of its program.
func (b *builder) release(system, out string) error {
	program, err := b.build(system)
	if err != nil {
		return err
	}
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return err
	}
	content, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	licenses, err := licenses(info)
	if err != nil {
		return err
	}
	files := slices.Concat(b.common, []file{
		{name: "bin/" + filepath.Base(program), content: content, mode: 0o755},
		{name: documentation + "licenses.txt", content: licenses, mode: 0o644},
	})
	if strings.HasPrefix(system, "linux/") {
		files = append(files, b.ofLinux...)
	}
	name := "usdt_" + b.version + "_" + strings.ReplaceAll(system, "/", "_")
	path := filepath.Join(out, name)
	if err := writeBill(path+".cdx.json", billOf(b.version, b.date, content, info)); err != nil {
		return err
	}
	return writeArchive(path, under(name, files), b.date, strings.HasPrefix(system, "windows/"))
}

// build compiles the command for a system, and returns its path.
func (b *builder) build(system string) (string, error) {
	goos, goarch, _ := strings.Cut(system, "/")
	directory := filepath.Join(b.scratch, goos+"_"+goarch)
	// The program says its version, and nothing of the machine that has built it. Its symbols are
	// for debuggers; stacks have names without them.
	cmd := exec.Command("go", "build", "-C", module, "-trimpath", "-buildvcs=false", "-tags", tags,
		"-ldflags=-s -w -X main.version="+b.version, "-o", directory+"/", "./"+command)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+goarch,
		"GOFLAGS=-trimpath", // not empty, for which go would take that of go env -w
		"GOAMD64=v1", "GOARM64=v8.0", "GOEXPERIMENT=", "GOWORK=off")
	if output, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, output)
	}
	made, err := filepath.Glob(directory + "/usdt*") // on windows usdt.exe
	if err != nil || len(made) != 1 {
		return "", fmt.Errorf("go build has made %d files in place of one: %v", len(made), err)
	}
	return made[0], nil
}
