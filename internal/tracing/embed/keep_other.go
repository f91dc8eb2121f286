//go:build !linux

package embed

import "os"

// keep gives f the mode that the file has.
func (s *Source) keep(f *os.File) (lost []string, err error) {
	return nil, f.Chmod(s.info.Mode().Perm())
}
