package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// writeArchive writes path.zip, or path.tar.gz. It has nothing of this machine: no owners, and one
// time for all files.
func writeArchive(path string, files []file, date time.Time, zipped bool) error {
	var archive bytes.Buffer
	write, suffix := writeTar, ".tar.gz"
	if zipped {
		write, suffix = writeZip, ".zip"
	}
	if err := write(&archive, files, date); err != nil {
		return err
	}
	return os.WriteFile(path+suffix, archive.Bytes(), 0o644)
}

func writeTar(w io.Writer, files []file, date time.Time) error {
	compressed, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(compressed)
	for _, f := range files {
		header := tar.Header{
			Name: f.name, Size: int64(len(f.content)), Mode: int64(f.mode), ModTime: date,
			Typeflag: tar.TypeReg,
		}
		if err := archive.WriteHeader(&header); err != nil {
			return err
		}
		if _, err := archive.Write(f.content); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return compressed.Close()
}

func writeZip(w io.Writer, files []file, date time.Time) error {
	archive := zip.NewWriter(w)
	for _, f := range files {
		header := zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: date}
		header.SetMode(f.mode)
		entry, err := archive.CreateHeader(&header)
		if err != nil {
			return err
		}
		if _, err := entry.Write(f.content); err != nil {
			return err
		}
	}
	return archive.Close()
}

// checksums is the name of the file that sha256sum -c reads.
const checksums = "SHA256SUMS"

// writeChecksums writes the checksums of all files in a directory.
func writeChecksums(directory string) error {
	entries, err := os.ReadDir(directory) // sorted
	if err != nil {
		return err
	}
	var sums bytes.Buffer
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(directory, entry.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(content), entry.Name())
	}
	return os.WriteFile(filepath.Join(directory, checksums), sums.Bytes(), 0o644)
}
