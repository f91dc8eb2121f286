//go:build linux

package main

import (
	"bytes"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// maxResident is in MiB. A build with a sanitizer takes several times what others do.
const maxResident = 2048

// boundMemory ends the program when it takes more.
func boundMemory() {
	for ; ; time.Sleep(100 * time.Millisecond) {
		statm, err := os.ReadFile("/proc/self/statm")
		must(err)
		resident := atoi(strings.Fields(string(statm))[1]) * os.Getpagesize() >> 20
		if resident > maxResident {
			log.Fatalf("the program takes %d MiB of memory", resident)
		}
	}
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	must(err)
	return n
}

// leftovers reports what is left of providers when all are closed: mappings, descriptors, files.
func leftovers() error {
	var errs []error
	maps, err := os.ReadFile("/proc/self/maps")
	errs = append(errs, err)
	for line := range bytes.Lines(maps) {
		if isImage(string(line)) {
			errs = append(errs, fmt.Errorf("left behind: mapping %s", line))
		}
	}
	descriptors, err := filepath.Glob("/proc/self/fd/*")
	errs = append(errs, err)
	for _, d := range descriptors {
		// One that is closed by now leads nowhere.
		if to, err := os.Readlink(d); err == nil && isImage(to) {
			errs = append(errs, fmt.Errorf("left behind: descriptor %s", to))
		}
	}
	ours := fmt.Sprintf("%s/stapsdt-*/*-%d-*", os.Getenv("STAPSDT_DIR"), os.Getpid())
	files, err := filepath.Glob(ours)
	errs = append(errs, err)
	for _, f := range files {
		errs = append(errs, fmt.Errorf("left behind: file %s", f))
	}
	return errors.Join(errs...)
}

func isImage(path string) bool {
	return strings.Contains(path, "memfd:libstapsdt") || strings.Contains(path, "/stapsdt-")
}
