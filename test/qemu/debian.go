package qemu

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// keyring verifies the index of every suite. It is in the package debian-archive-keyring.
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"

// source is a suite, and the label of the archive that has it.
type source struct{ label, suite string }

const (
	archive  = "Debian"
	security = "Debian-Security" // has the newest kernel of a stable suite, in a small index
)

// mirror returns the base address of the archive that this machine's apt is configured for.
func (s source) mirror(ctx context.Context) (string, error) {
	out, err := output(exec.CommandContext(ctx, "apt-get", "indextargets", "--format", "$(REPO_URI)",
		"Created-By: Packages", "Component: main", "Label: "+s.label))
	if err != nil {
		return "", err
	}
	address, _, _ := strings.Cut(out, "\n")
	if address == "" {
		return "", fmt.Errorf("no mirror of %s in apt's sources (or apt-get update never ran)", s.label)
	}
	return address, nil
}

// Packages are Debian packages, as files.
type Packages struct{ image, modules string }

// Download downloads the packages of the newest build of k into dir, unless an earlier run did.
// Packages of modules are downloaded only if they are asked for.
func (k Kernel) Download(ctx context.Context, dir string, modules bool) (p Packages, err error) {
	a := apt{arch: k.Arch, dir: dir}
	if err := a.update(ctx, k.sources); err != nil {
		return p, err
	}
	b, err := a.newest(ctx, k.Line)
	if err != nil {
		return p, err
	}
	if err := removeOthers(dir, b.version); err != nil {
		return p, err
	}
	if p.image, err = a.download(ctx, b.image, b.version); err != nil || !modules {
		return p, err
	}
	p.modules, err = a.download(ctx, b.modules, b.version)
	return p, err
}

// download downloads a package into the directory, unless it is there, and returns its path.
func (a apt) download(ctx context.Context, name, version string) (string, error) {
	sum, err := a.checksum(ctx, name+"="+version)
	if err != nil {
		return "", err
	}
	deb := filepath.Join(a.dir, fmt.Sprintf("%s_%s_%s.deb", name, version, a.arch))
	if verify(deb, sum) == nil {
		return deb, nil
	}
	if err := os.Remove(deb); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	if err = a.fetch(ctx, "apt-get", "download", "-q", name+"="+version); err != nil {
		return "", err
	}
	return deb, verify(deb, sum)
}

// verify compares a file's SHA-256 with sum. Apt verifies what it downloads, but of a file that
// is there already it compares only the size.
func verify(file, sum string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != sum {
		return fmt.Errorf("%s has SHA-256 %s, want %s", file, got, sum)
	}
	return nil
}

// removeOthers removes the packages of other versions from dir.
func removeOthers(dir, version string) error {
	packages, err := filepath.Glob(filepath.Join(dir, "*.deb"))
	for _, path := range packages {
		if !strings.Contains(path, "_"+version+"_") {
			err = errors.Join(err, os.Remove(path))
		}
	}
	return err
}
