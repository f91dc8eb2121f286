package kernel

import (
	"fmt"
	"regexp"

	"golang.org/x/sys/unix"
)

// A Version is that of a mainline release of Linux.
type Version struct{ Major, Minor int }

var versionNumbers = regexp.MustCompile(`^\d+\.\d+`)

// ParseVersion decodes the version at the start of a release, such as that of 6.1.0-32-amd64.
func ParseVersion(release string) (v Version, err error) {
	start := versionNumbers.FindString(release) // Sscanf alone would take signs and blanks
	if _, err := fmt.Sscanf(start, "%d.%d", &v.Major, &v.Minor); err != nil {
		return Version{}, fmt.Errorf("kernel release %q: %w", release, err)
	}
	return v, nil
}

// String returns "5.8", for instance.
func (v Version) String() string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }

// In reports whether a release is v or a later one. A release that cannot be read counts as new.
func (v Version) In(release string) bool {
	r, err := ParseVersion(release)
	return err != nil || r.Major > v.Major || r.Major == v.Major && r.Minor >= v.Minor
}

// Release returns what uname -r prints. It fails in a sandbox that hides the version.
func Release() (string, error) {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return "", fmt.Errorf("ask for the kernel's version: uname: %w", err)
	}
	return unix.ByteSliceToString(u.Release[:]), nil
}
