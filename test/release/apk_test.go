package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
)

var (
	apk = flag.String("apk", "", "a signed package for apk, to be checked")
	key = flag.String("key", "", "its public key")
)

// TestAPK does what apk does before it installs a package, which Debian does not have: the key has
// signed the second member, the metadata; they have the sum of the third one, the files; each of
// these has the sum of its own.
func TestAPK(t *testing.T) {
	if *apk == "" {
		t.Skip("test/packages/run.sh names a package")
	}
	content, err := os.ReadFile(*apk)
	if err != nil {
		t.Fatal(err)
	}
	members := splitMembers(t, content)
	if len(members) != 3 {
		t.Fatalf("%d members, want signature, metadata and files", len(members))
	}
	signature := untar(t, members[0])
	if len(signature) != 1 || !strings.HasPrefix(signature[0].Name, ".SIGN.RSA.") {
		t.Fatalf("no signature: %v", signature)
	}
	sum := sha1.Sum(members[1]) // .SIGN.RSA. means so
	if err := rsa.VerifyPKCS1v15(publicKey(t), crypto.SHA1, sum[:],
		[]byte(signature[0].content)); err != nil {
		t.Error(err)
	}
	metadata := untar(t, members[1])
	if metadata[0].Name != ".PKGINFO" {
		t.Fatalf("metadata: %v", metadata)
	}
	checkMetadata(t, metadata[0].content, fmt.Sprintf("datahash = %x", sha256.Sum256(members[2])))
	checkFiles(t, untar(t, members[2]))
}

// checkMetadata looks for lines, each of which must be a name and a value.
func checkMetadata(t *testing.T, text string, want ...string) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for _, line := range lines {
		if !strings.HasPrefix(line, "#") && !strings.Contains(line, " = ") {
			t.Errorf(".PKGINFO has the line %q", line)
		}
	}
	want = append(want, "pkgname = usdt", "pkgver = 0.0.1_rc1-r0", "license = MIT")
	for _, line := range want {
		if !strings.Contains("\n"+text, "\n"+line+"\n") {
			t.Errorf(".PKGINFO lacks %q:\n%s", line, text)
		}
	}
}

func checkFiles(t *testing.T, files []packed) {
	t.Helper()
	modes := make(map[string]int64)
	for _, f := range files {
		modes[f.Name] = f.Mode & 0o777
		if f.Uid|f.Gid != 0 {
			t.Errorf("%s belongs to %d:%d", f.Name, f.Uid, f.Gid)
		}
		if f.Typeflag != tar.TypeReg {
			continue
		}
		if want := fmt.Sprintf("%x", sha1.Sum([]byte(f.content))); f.sum() != want {
			t.Errorf("%s: the sum is %q, want %s", f.Name, f.sum(), want)
		}
	}
	for name, want := range map[string]int64{
		"usr/bin/usdt": 0o755, "usr/": 0o755, "etc/usdt/export.yaml": 0o644,
		"usr/share/man/man1/usdt.1.gz": 0o644,
	} {
		if modes[name] != want {
			t.Errorf("%s has the mode %o, want %o", name, modes[name], want)
		}
	}
	if _, there := modes["usr/lib/systemd/system/usdt-export.service"]; there {
		t.Error("systems that have apk have no systemd")
	}
}

// packed is a file of a package.
type packed struct {
	*tar.Header
	content string
}

func (p packed) sum() string { return p.PAXRecords["APK-TOOLS.checksum.SHA1"] }

// splitMembers returns the members of a gzip file as they are, compressed.
func splitMembers(t *testing.T, content []byte) (members [][]byte) {
	t.Helper()
	r := bytes.NewReader(content) // it has ReadByte, so gzip reads no further than it must
	for r.Len() > 0 {
		start := len(content) - r.Len()
		plain, err := gzip.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		plain.Multistream(false)
		if _, err := io.Copy(io.Discard, plain); err != nil {
			t.Fatal(err)
		}
		members = append(members, content[start:len(content)-r.Len()])
	}
	return members
}

// untar returns the files of a member, which may lack the end of an archive.
func untar(t *testing.T, member []byte) (files []packed) {
	t.Helper()
	plain, err := gzip.NewReader(bytes.NewReader(member))
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(plain); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, packed{header, string(content)})
	}
}

func publicKey(t *testing.T) *rsa.PublicKey {
	t.Helper()
	text, err := os.ReadFile(*key)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		t.Fatalf("%s has no key in PEM", *key)
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	public, ok := parsed.(*rsa.PublicKey)
	if !ok {
		t.Fatalf("%s is a %T", *key, parsed)
	}
	return public
}
