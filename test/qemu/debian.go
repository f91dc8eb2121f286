package qemu

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

// keyring verifies the index of every suite; it is in the package debian-archive-keyring.
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"

// source is a suite, and the label of the archive that it is in.
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

// download brings the package that holds the newest image of k's line into dir, unless an earlier run
// did, and returns its path.
func (k kernel) download(ctx context.Context, dir string) (string, error) {
	a := apt{arch: k.arch, dir: dir}
	if err := a.update(ctx, k.sources); err != nil {
		return "", err
	}
	name, version, err := a.newest(ctx, k.line)
	if err != nil {
		return "", err
	}
	sum, err := a.checksum(ctx, name+"="+version)
	if err != nil {
		return "", err
	}
	deb := filepath.Join(dir, fmt.Sprintf("%s_%s_%s.deb", name, version, k.arch))
	if verify(deb, sum) == nil {
		return deb, nil
	}
	if err := removePackages(dir); err != nil {
		return "", err
	}
	if _, err = a.run(ctx, "apt-get", "download", "-q", name+"="+version); err != nil {
		return "", err
	}
	return deb, verify(deb, sum)
}

// verify compares a file's SHA-256 with sum. Apt does it for what it downloads, but trusts the size of
// what it finds.
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

// removePackages removes the packages in dir: of earlier versions, or damaged.
func removePackages(dir string) error {
	old, err := filepath.Glob(filepath.Join(dir, "*.deb"))
	for _, path := range old {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

// extractImage writes the kernel in the package deb to file.
func extractImage(ctx context.Context, deb, file string) error {
	// The kernel is among the first files: what comes behind it, the modules, is not unpacked.
	ctx, cancel := context.WithCancel(ctx)
	cmd := exec.CommandContext(ctx, "dpkg-deb", "--fsys-tarfile", deb)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		cancel()
		return err
	}
	if err := cmd.Start(); err != nil {
		cancel()
		return err
	}
	defer cmd.Wait() // fails, as it is killed
	defer cancel()

	files := tar.NewReader(stdout)
	for {
		header, err := files.Next()
		if err != nil {
			return fmt.Errorf("find vmlinuz: %w", err)
		}
		if header.Typeflag == tar.TypeReg && strings.HasPrefix(path.Base(header.Name), "vmlinuz") {
			return save(file, files)
		}
	}
}

func save(file string, from io.Reader) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, from)
	return errors.Join(err, f.Close())
}
