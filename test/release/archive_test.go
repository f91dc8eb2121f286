package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// entry is what an archive says of a file.
type entry struct {
	Name, Content string
	Mode          os.FileMode
	Date          time.Time
	Owner         int // user and group
}

func TestArchives(t *testing.T) {
	// Even seconds, because ZIP also has a time in units of two seconds.
	date := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	files := under("usdt_v1", []file{
		{"share/doc/usdt/README.md", []byte("read me\n"), 0o644},
		{"bin/usdt", []byte("\x7fELF"), 0o755},
		{"share/doc/usdt/LICENSE", nil, 0o644},
	})
	want := []entry{
		{"usdt_v1/bin/usdt", "\x7fELF", 0o755, date, 0},
		{"usdt_v1/share/doc/usdt/LICENSE", "", 0o644, date, 0},
		{"usdt_v1/share/doc/usdt/README.md", "read me\n", 0o644, date, 0},
	}
	for name, read := range map[string]func(*testing.T, string) []entry{
		"a.tar.gz": readTar, "a.zip": readZip,
	} {
		t.Run(name, func(t *testing.T) {
			var first []byte
			for range 2 {
				directory := t.TempDir()
				zipped := filepath.Ext(name) == ".zip"
				if err := writeArchive(directory+"/a", files, date, zipped); err != nil {
					t.Fatal(err)
				}
				content, err := os.ReadFile(filepath.Join(directory, name))
				if err != nil {
					t.Fatal(err)
				}
				if first != nil && !bytes.Equal(content, first) {
					t.Error("the same files have made two archives")
				}
				first = content
				if diff := cmp.Diff(want, read(t, filepath.Join(directory, name))); diff != "" {
					t.Errorf("entries (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func readTar(t *testing.T, path string) (entries []entry) {
	t.Helper()
	archive, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	plain, err := gzip.NewReader(archive)
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(plain); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return entries
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, entry{
			header.Name, string(content), os.FileMode(header.Mode), header.ModTime.UTC(),
			header.Uid | header.Gid,
		})
	}
}

func readZip(t *testing.T, path string) (entries []entry) {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	for _, f := range archive.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, entry{f.Name, string(content), f.Mode(), f.Modified.UTC(), 0})
	}
	return entries
}

func TestVersions(t *testing.T) {
	for _, version := range []string{"v0.1.0", "v1.0.0-rc.1+2", "e9ad77d-dirty"} {
		if got, err := checkedVersion(version); got != version || err != nil {
			t.Errorf("%s: %q, %v", version, got, err)
		}
	}
	for _, version := range []string{"v1/2", "v1 -X main.a=b", "-s", "é", "..", "v1\n"} {
		if got, err := checkedVersion(version); err == nil {
			t.Errorf("%q is accepted as %q", version, got)
		}
	}
}

func TestEmptyDirectory(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "new", "out")
	for range 2 {
		if err := makeEmpty(directory); err != nil {
			t.Fatal(err)
		}
	}
	if err := writeChecksums(directory); err != nil {
		t.Fatal(err)
	}
	if err := makeEmpty(directory); err == nil {
		t.Error("a directory with a file is accepted")
	}
}
