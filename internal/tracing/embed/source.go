package embed

import (
	"context"
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
	f, err := OpenReadable(path)
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
// content, such as file capabilities. It returns what could not be kept. If the context ends before
// the content appears, nothing is left.
func (s *Source) Replace(ctx context.Context, content []byte) (lost []string, err error) {
	err = s.write(ctx, s.path, content, func(f *os.File) (err error) {
		lost, err = s.keep(f)
		return err
	})
	return lost, err
}

// WriteTo: see [Source.Replace]. What is there and is no regular file, such as /dev/null, stays.
func (s *Source) WriteTo(ctx context.Context, path string, content []byte) error {
	return s.write(ctx, path, content, func(f *os.File) error {
		return f.Chmod(s.info.Mode().Perm())
	})
}

// target returns the path of the file that is to be replaced, which need not be there.
func target(path string) (string, error) {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return path, nil
	}
	to, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", fmt.Errorf("follow the symbolic link: %w; remove it, or name another file", err)
	}
	info, err := os.Lstat(to)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file; name one that is, or is not there", path)
	}
	return to, err
}

// write has prepare set the attributes of the new file.
func (s *Source) write(ctx context.Context, path string, content []byte,
	prepare func(*os.File) error) (err error) {
	path, err = target(path)
	if err != nil {
		return err
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
	if err = errors.Join(err, f.Close(), s.checkUnchanged(), context.Cause(ctx)); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
