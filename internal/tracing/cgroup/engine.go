package cgroup

import (
	"encoding/json"
	"errors"
	"io/fs"
	"slices"
	"strings"
)

// NameIn returns the id of a container that Docker or Podman have by a name, or nothing, from what
// they keep below /var/lib: neither has to be asked, and only root may read it.
func NameIn(varLib fs.FS, name string) string {
	if id := podman(varLib, name); id != "" {
		return id
	}
	return docker(varLib, name)
}

// docker reads a file for each container. The name begins with a slash there.
func docker(varLib fs.FS, name string) string {
	configs, _ := fs.Glob(varLib, "docker/containers/*/config.v2.json") // the pattern is valid
	for _, path := range configs {
		var config struct{ ID, Name string }
		if readJSON(varLib, path, &config) == nil && strings.TrimPrefix(config.Name, "/") == name {
			return config.ID
		}
	}
	return ""
}

// podman reads the list of containers.
func podman(varLib fs.FS, name string) string {
	var list []struct {
		ID    string   `json:"id"`
		Names []string `json:"names"`
	}
	const path = "containers/storage/overlay-containers/containers.json"
	if readJSON(varLib, path, &list) != nil {
		return ""
	}
	for _, c := range list {
		if slices.Contains(c.Names, name) {
			return c.ID
		}
	}
	return ""
}

// maxState is how large a file of a container engine may be, in bytes.
const maxState = 16 << 20

func readJSON(fsys fs.FS, path string, into any) error {
	info, err := fs.Stat(fsys, path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() || info.Size() > maxState {
		return errors.New("no state of a container engine")
	}
	data, err := fs.ReadFile(fsys, path)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}
