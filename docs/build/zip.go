package main

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
)

// forgetTimes writes a ZIP file anew, without the times at which its files were made.
func forgetTimes(name string) error {
	old, err := zip.OpenReader(name)
	if err != nil {
		return err
	}
	defer old.Close()
	var timeless bytes.Buffer
	archive := zip.NewWriter(&timeless)
	for _, file := range old.File {
		if err := copyFile(archive, file); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return os.WriteFile(name, timeless.Bytes(), 0o644)
}

// copyFile copies a file as it is compressed.
func copyFile(archive *zip.Writer, file *zip.File) error {
	from, err := file.OpenRaw()
	if err != nil {
		return err
	}
	to, err := archive.CreateRaw(&zip.FileHeader{
		Name: file.Name, Method: file.Method, CRC32: file.CRC32,
		CompressedSize64: file.CompressedSize64, UncompressedSize64: file.UncompressedSize64,
	})
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	return err
}
