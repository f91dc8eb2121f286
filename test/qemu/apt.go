package qemu

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// apt is Debian's apt for an architecture, with sources and indexes of its own in dir. It leaves
// those of this machine alone, needs no root, and verifies the signatures of the indexes.
type apt struct{ arch, dir string }

// fetch runs what asks the mirror. It does so again, because a mirror or the way there may fail for
// a while, or the mirror is just being brought up to date.
func (a apt) fetch(ctx context.Context, command string, args ...string) error {
	const tries, pause = 5, 10 * time.Second
	_, err := a.run(ctx, command, args...)
	for try := 1; err != nil && try < tries; try++ {
		select {
		case <-ctx.Done():
			return err
		case <-time.After(time.Duration(try) * pause):
		}
		_, err = a.run(ctx, command, args...)
	}
	return err
}

func (a apt) run(ctx context.Context, command string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, command, append([]string{
		"-o", "APT::Architecture=" + a.arch,
		"-o", "APT::Sandbox::User=", // the user of the sandbox could not write into dir
		"-o", "APT::Update::Error-Mode=any", // a stale index is an error
		"-o", "Dir::Cache=" + a.dir,
		"-o", "Dir::Etc::SourceList=" + filepath.Join(a.dir, "sources.list"),
		"-o", "Dir::Etc::SourceParts=/dev/null",
		"-o", "Dir::State::Lists=" + filepath.Join(a.dir, "lists"),
		"-o", "Dir::State::Status=/dev/null", // nothing is installed
	}, args...)...)
	cmd.Dir = a.dir
	return output(cmd)
}

// update brings the indexes of sources up to date.
func (a apt) update(ctx context.Context, sources []source) error {
	var list strings.Builder
	for _, s := range sources {
		mirror, err := s.mirror(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(&list, "deb [arch=%s target=Packages lang=none signed-by=%s] %s %s main\n", a.arch,
			keyring, mirror, s.suite)
	}
	for _, dir := range []string{"lists/partial", "archives/partial"} {
		if err := os.MkdirAll(filepath.Join(a.dir, dir), 0o755); err != nil {
			return err
		}
	}
	file := filepath.Join(a.dir, "sources.list")
	if err := os.WriteFile(file, []byte(list.String()), 0o644); err != nil {
		return err
	}
	return a.fetch(ctx, "apt-get", "update", "-q")
}

// dependence matches what linux-image-ARCH depends on, which is the image of one version.
var dependence = regexp.MustCompile(`(?m)^Depends:.*\blinux-image-(\S+) \(= ([^)]+)\)`)

// A build is one version of a kernel, and the packages that have it.
type build struct{ image, modules, version string }

// newest returns the newest build of a line such as 6.12 or 7.
func (a apt) newest(ctx context.Context, line string) (build, error) {
	meta := "linux-image-" + a.arch
	versions, err := a.run(ctx, "apt-cache", "madison", meta) // the newest first
	if err != nil {
		return build{}, err
	}
	pattern := regexp.MustCompile(`\| +(` + regexp.QuoteMeta(line) + `\.\S+)`)
	match := pattern.FindStringSubmatch(versions)
	if match == nil {
		return build{}, fmt.Errorf("%s has no version %s.*:\n%s", meta, line, versions)
	}
	text, err := a.run(ctx, "apt-cache", "show", meta+"="+match[1])
	if err != nil {
		return build{}, err
	}
	if match = dependence.FindStringSubmatch(text); match == nil {
		return build{}, fmt.Errorf("no image among the dependences of %s:\n%s", meta, text)
	}
	release, version := match[1], match[2]
	// Since Linux 7.3 the image and the modules are in separate packages.
	binary := "linux-binary-" + release
	found, err := a.run(ctx, "apt-cache", "madison", binary)
	if err != nil {
		return build{}, err
	}
	if found != "" {
		return build{binary, "linux-modules-" + release, version}, nil
	}
	return build{"linux-image-" + release, "linux-image-" + release, version}, nil
}

var sha256Field = regexp.MustCompile(`(?m)^SHA256: (\S+)$`)

// checksum returns the SHA-256 of a package, given as name=version, from the index.
func (a apt) checksum(ctx context.Context, pkg string) (string, error) {
	text, err := a.run(ctx, "apt-cache", "show", pkg)
	if err != nil {
		return "", err
	}
	match := sha256Field.FindStringSubmatch(text)
	if match == nil {
		return "", fmt.Errorf("no SHA256 of %s:\n%s", pkg, text)
	}
	return match[1], nil
}

// output runs cmd and returns what it prints. What it writes to its standard error is in the
// error.
func output(cmd *exec.Cmd) (string, error) {
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", cmd.Args[0], err, complaint.Bytes())
	}
	return string(out), nil
}
