package cluster

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// An image is a container image from scratch, which has one program and nothing else.
type image struct {
	name    string
	module  string // the directory of the program's module
	program string // the directory of the program, in that of its module
	embed   bool   // its probes are written into its file
	user    string
}

// images are those of docker/Dockerfile, and what holds the namespaces of a pod.
var images = []image{
	{name: "localhost/pause:1", module: "test/kubernetes", program: "./pause", user: "65535:65535"},
	{name: "usdt:test", module: "export", program: "./usdt"},
	{name: "shop:test", program: "./examples/shop", embed: true, user: "65532:65532"},
}

// makeImages builds the programs, and writes an archive for each image.
func (m machine) makeImages() error {
	dir := filepath.Join(m.dir, "images")
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	usdt := filepath.Join(dir, "usdt")
	for _, i := range images {
		file := filepath.Join(dir, i.base())
		if err := goBuild(filepath.Join(m.source, i.module), i.program, file, "-trimpath"); err != nil {
			return err
		}
		if i.embed {
			if _, err := output(exec.Command(usdt, "embed", file)); err != nil {
				return err
			}
		}
		if err := i.archive(file, file+".tar"); err != nil {
			return fmt.Errorf("image %s: %w", i.name, err)
		}
	}
	return nil
}

// base is the name of the program in the image.
func (i image) base() string { return filepath.Base(i.program) }

// archive writes the image as docker save does.
func (i image) archive(program, to string) error {
	code, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	layer, err := archive(entry{i.base(), code, 0o755})
	if err != nil {
		return err
	}
	config, err := json.Marshal(map[string]any{
		"architecture": runtime.GOARCH, "os": "linux",
		"config": map[string]any{"Entrypoint": []string{"/" + i.base()}, "User": i.user},
		"rootfs": map[string]any{
			"type": "layers", "diff_ids": []string{fmt.Sprintf("sha256:%x", sha256.Sum256(layer))},
		},
	})
	if err != nil {
		return err
	}
	manifest, err := json.Marshal([]map[string]any{{
		"Config": "config.json", "RepoTags": []string{i.name}, "Layers": []string{"layer.tar"},
	}})
	if err != nil {
		return err
	}
	all, err := archive(entry{"config.json", config, 0o644}, entry{"layer.tar", layer, 0o644},
		entry{"manifest.json", manifest, 0o644})
	if err != nil {
		return err
	}
	return os.WriteFile(to, all, 0o644)
}

type entry struct {
	name string
	data []byte
	mode int64
}

func archive(entries ...entry) ([]byte, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	var err error
	for _, e := range entries {
		header := &tar.Header{Name: e.name, Mode: e.mode, Size: int64(len(e.data))}
		err = errors.Join(err, w.WriteHeader(header))
		_, wrong := w.Write(e.data)
		err = errors.Join(err, wrong)
	}
	return b.Bytes(), errors.Join(err, w.Close())
}
