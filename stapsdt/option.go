package stapsdt

import "os"

// Backing is the kind of file in which a provider's image is published.
type Backing uint8

const (
	// MemfdBacking is a file in memory, the default. It leaves nothing to clean up, and works with a
	// read-only root and in a FROM scratch container.
	MemfdBacking Backing = iota
	// FileBacking is a named file, which Unload and Close remove. perf needs one, and so do
	// bpftrace 0.25 and later to find probes by pid.
	//
	// A memfd is sealed: nobody can change it. Of a named file, root and the program's user can take
	// the content away, by truncate(2): the program then dies by SIGBUS at the next Fire or Enabled.
	// The file is not writable, which keeps the user from doing so by accident. Removing the file
	// does no harm.
	FileBacking
)

// String returns "memfd" or "file", the values of STAPSDT_BACKING.
func (b Backing) String() string {
	if b == FileBacking {
		return "file"
	}
	return "memfd"
}

// Option changes how a provider is loaded.
type Option func(*Provider)

// WithBacking sets the kind of file in which the image is published. The environment variable
// STAPSDT_BACKING, memfd or file, overrides it, because it is the operator's choice. If it is set,
// probes in the program's file are published in an image, too.
func WithBacking(b Backing) Option { return func(p *Provider) { p.backing = b } }

// WithDir sets the directory of named files, which must exist. It does not choose the backing: see
// [WithBacking].
//
// The files are in the first of these directories that can be used: STAPSDT_DIR, which is the
// operator's choice, the directory given here, XDG_RUNTIME_DIR, and [os.TempDir]. A directory is
// passed over if it is missing, its mount is noexec or read-only, or another user could exchange
// files in it or in a directory above it: each must belong to root or to the program's effective
// user, and others must not be able to write to it unless it is sticky, as /tmp is.
// [Provider.Info] says which directories were passed over, and why.
//
// A program with more rights than the user who started it (AT_SECURE of getauxval(3): set-user-ID,
// set-group-ID, file capabilities) does not let the environment choose: the files are in the
// directory given here, or else in /tmp; and if they would belong to the user who started the
// program, who could change them, the image is in a memfd.
//
// The files are in a subdirectory of mode 0700, stapsdt-UID. Files that a killed process left there
// are removed when the next process of the same user and pid namespace loads a named file.
func WithDir(dir string) Option { return func(p *Provider) { p.dir = dir } }

// disabled reports whether the operator turned all probes off. Anything but a boolean that is false
// turns them off.
func disabled() bool {
	switch os.Getenv("STAPSDT_DISABLE") {
	case "", "0", "f", "F", "false", "False", "FALSE":
		return false
	}
	return true
}
