package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
)

// licenses returns the licenses of Go and of the modules that a program was linked from, which ask
// to be passed on with it.
func licenses(info *debug.BuildInfo) ([]byte, error) {
	var text bytes.Buffer
	text.WriteString("usdt contains the following works.\n")
	home, err := ask("env", "GOROOT")
	if err != nil {
		return nil, err
	}
	if err := addLicenses(&text, "Go, "+info.GoVersion, home); err != nil {
		return nil, err
	}
	for _, dependency := range info.Deps {
		if isOurs(dependency) {
			continue // LICENSE is beside it
		}
		directory, err := ask("list", "-C", module, "-m", "-f", "{{.Dir}}", dependency.Path)
		if err != nil {
			return nil, err
		}
		if err := addLicenses(&text, dependency.Path+" "+dependency.Version, directory); err != nil {
			return nil, err
		}
	}
	return text.Bytes(), nil
}

var isLicense = regexp.MustCompile(`(?i)^(licen[sc]e|copying|notice|copyright)(\.\w+)?$`)

// addLicenses writes what a directory has as the license of a work.
func addLicenses(text *bytes.Buffer, work, directory string) error {
	entries, err := os.ReadDir(directory)
	if err != nil {
		return err
	}
	found := false
	for _, entry := range entries {
		if !isLicense.MatchString(entry.Name()) || !entry.Type().IsRegular() {
			continue
		}
		content, err := os.ReadFile(filepath.Join(directory, entry.Name()))
		if err != nil {
			return err
		}
		found = true
		fmt.Fprintf(text, "\n%s\n%s: %s\n\n%s", strings.Repeat("=", 72), work, entry.Name(),
			content)
	}
	if !found {
		return fmt.Errorf("found no license of %s in %s: add its name to isLicense", work, directory)
	}
	return nil
}

// ask runs the go command, outside of a workspace, and returns its answer.
func ask(args ...string) (string, error) {
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	return printed(cmd)
}
