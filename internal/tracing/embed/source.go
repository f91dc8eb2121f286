package embed

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// A Source is the file of a program, as it was when it was read.
type Source struct {
	Content []byte
	path    string
	info    fs.FileInfo
}

// Read reads the regular file at a path that the user chose.
func Read(path string) (*Source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // to open a FIFO could take forever
		return nil, errors.New("not a regular file")
	}
	f, err := os.Open(path) // #nosec G304 -- the user chose it
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	s := &Source{content, path, info}
	return s, s.checkUnchanged()
}

// checkUnchanged returns an error if the file is no longer what was read.
func (s *Source) checkUnchanged() error {
	now, err := os.Stat(s.path)
	if err != nil {
		return err
	}
	if !os.SameFile(now, s.info) || now.Size() != int64(len(s.Content)) ||
		!now.ModTime().Equal(s.info.ModTime()) {
		return errors.New("it changes while it is read: is it being built? Run usdt embed afterwards")
	}
	return nil
}

// Replace writes content in place of the file, and WriteTo to another one, with the mode of this
// file. All of the content appears at once, and it is on the disk. Whoever runs the program, or has
// another hard link, keeps the file that was there. A symbolic link stays, and the file that it
// leads to is replaced. Replace keeps the owner and the extended attributes, except those about the
// content, such as file capabilities. It returns what could not be kept.
func (s *Source) Replace(content []byte) (lost []string, err error) {
	err = s.write(s.path, content, func(f *os.File) (err error) {
		lost, err = s.keep(f)
		return err
	})
	return lost, err
}

// WriteTo: see [Source.Replace].
func (s *Source) WriteTo(path string, content []byte) error {
	return s.write(path, content, func(f *os.File) error { return f.Chmod(s.info.Mode().Perm()) })
}

// write has prepare set the attributes of the new file.
func (s *Source) write(path string, content []byte, prepare func(*os.File) error) (err error) {
	if to, err := filepath.EvalSymlinks(path); err == nil {
		path = to
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".usdt-embed-*")
	if err != nil {
		return fmt.Errorf("write the new file beside the old one: %w; or write another, by --output", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(content)
	if err == nil {
		err = prepare(f)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close(), s.checkUnchanged()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
