package stapsdt

import (
	"fmt"
	"os"
	"strconv"
)

// Backing is the kind of file that a provider's image is published in.
type Backing uint8

const (
	// Memfd is a file in memory: nothing to clean up, works with a read-only root and in
	// FROM scratch. The default.
	Memfd Backing = iota
	// File is a named file, removed at Unload. perf needs one, and so does bpftrace 0.25 and
	// later to find probes by pid.
	File
)

// String returns "memfd" or "file", the values of STAPSDT_BACKING.
func (b Backing) String() string {
	if b == File {
		return "file"
	}
	return "memfd"
}

// Option changes how a provider is loaded.
type Option func(*Provider)

// WithBacking sets where the image is published. The environment variable STAPSDT_BACKING, memfd
// or file, has precedence: it is the operator's.
func WithBacking(b Backing) Option { return func(p *Provider) { p.backing = b } }

// WithDir sets the directory of named files, which must exist. Without it they are in
// STAPSDT_DIR, XDG_RUNTIME_DIR or os.TempDir, the first that is set and can be used. A directory
// on a mount that is noexec is passed over, this one too; [Provider.Info] says so.
//
// In the directory, one of ours of mode 0700, stapsdt-UID, holds the files. What a killed process
// left there is removed by the next Load of a named file, by any process of the same user and pid
// namespace.
func WithDir(dir string) Option { return func(p *Provider) { p.dir = dir } }

// disabled reports whether the operator turned all probes off.
func disabled() bool {
	v := os.Getenv("STAPSDT_DISABLE")
	off, err := strconv.ParseBool(v)
	return v != "" && (off || err != nil)
}

// chooseBacking returns the backing that is in force for p.
func (p *Provider) chooseBacking() (Backing, error) {
	switch v := os.Getenv("STAPSDT_BACKING"); v {
	case "":
		return p.backing, nil
	case Memfd.String():
		return Memfd, nil
	case File.String():
		return File, nil
	default:
		return 0, fmt.Errorf("%w: STAPSDT_BACKING=%q, set it to memfd or file, or unset it", ErrArgs, v)
	}
}
