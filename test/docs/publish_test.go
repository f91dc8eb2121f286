package docs

import (
	"archive/zip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const (
	module  = "github.com/go-usdt/usdt"
	release = "v1.0.0" // any; the files are those of the working tree
)

// publish makes a directory that GOPROXY can name, with the working tree at root as a release of
// this module.
func publish(root, proxy string) error {
	dir := filepath.Join(proxy, module, "@v")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return err
	}
	for name, content := range map[string]string{
		"list":            release + "\n",
		release + ".info": `{"Version":"` + release + `"}`,
		release + ".mod":  string(mod),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			return err
		}
	}
	return pack(root, filepath.Join(dir, release+".zip"))
}

// pack writes the files of the module, as git knows them or would, without those of the modules in
// its directories.
func pack(root, archive string) (err error) {
	list := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		return err
	}
	paths := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	nested := map[string]bool{}
	for _, path := range paths {
		if filepath.Base(path) == "go.mod" {
			nested[filepath.Dir(path)] = true
		}
	}
	file, err := os.Create(archive)
	if err != nil {
		return err
	}
	defer file.Close()
	w := zip.NewWriter(file)
	for _, path := range paths {
		if inside(path, nested) {
			continue
		}
		if err := add(w, root, path); err != nil {
			return err
		}
	}
	return w.Close()
}

// inside says whether a file is in one of the directories, the root left out.
func inside(path string, directories map[string]bool) bool {
	for dir := filepath.Dir(path); dir != "."; dir = filepath.Dir(dir) {
		if directories[dir] {
			return true
		}
	}
	return false
}

func add(w *zip.Writer, root, path string) error {
	info, err := os.Lstat(filepath.Join(root, path))
	if os.IsNotExist(err) || err == nil && !info.Mode().IsRegular() {
		return nil // deleted, or a symbolic link, which a module cannot have
	}
	if err != nil {
		return err
	}
	from, err := os.Open(filepath.Join(root, path))
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := w.CreateHeader(&zip.FileHeader{Name: module + "@" + release + "/" + path})
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	return err
}
