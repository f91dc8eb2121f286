// Release makes what is published of a version of the command: for each system an archive with
// usdt, its manual pages and completions, and the bill of materials of the program; and the
// checksums of all. It runs in the directory of the module, by make release:
//
//	go run ./test/release [-version v0.1.0] [-systems linux/amd64,…] [-o DIRECTORY]
//
// The same sources and the same Go give the same bytes, in any directory and environment. Times are
// those of the last commit, or of SOURCE_DATE_EPOCH. It runs on Linux, because it asks the program
// for the manual pages of Linux.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
)

// systems are those for which archives are made. On darwin and windows usdt --at works.
const systems = "linux/amd64,linux/arm64,darwin/amd64,darwin/arm64,windows/amd64"

func main() {
	version := flag.String("version", "", "the `version`; git describe has the default")
	only := flag.String("systems", systems, "the systems to build for, a `list`")
	out := flag.String("o", "build/release", "the `directory` to write to, which must be empty")
	flag.Parse()
	if err := release(*version, strings.Split(*only, ","), *out); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// release writes the archives, the bills of materials and the checksums to a directory.
func release(version string, systems []string, out string) error {
	if err := makeEmpty(out); err != nil {
		return err
	}
	b, err := newBuilder(version)
	if err != nil {
		return err
	}
	defer os.RemoveAll(b.scratch)
	for _, system := range systems {
		if err := b.release(system, out); err != nil {
			return fmt.Errorf("%s: %w", system, err)
		}
	}
	return writeChecksums(out)
}

// makeEmpty makes a directory, or checks that one is empty: what it had would get into the
// checksums.
func makeEmpty(directory string) error {
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return err
	}
	entries, err := os.ReadDir(directory)
	if err == nil && len(entries) > 0 {
		err = errors.New(directory + " is not empty: remove it, or name another with -o")
	}
	return err
}
