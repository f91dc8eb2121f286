package cgroup

import (
	"io/fs"
	"path"
	"path/filepath"
)

// Directories returns the directories of version 2 for which holds tells that a process there is
// meant, without those below them.
func (m Mounts) Directories(holds func(Membership) bool) (dirs []string) {
	for _, mount := range m {
		if mount.hierarchy != "" {
			continue
		}
		_ = filepath.WalkDir(mount.point, func(dir string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.IsDir() {
				return nil // it is gone, or a file
			}
			below, err := filepath.Rel(mount.point, dir)
			if err != nil || !holds(Membership{{"", path.Join(mount.root, below)}}) {
				return err
			}
			dirs = append(dirs, dir)
			return fs.SkipDir
		})
	}
	return dirs
}
