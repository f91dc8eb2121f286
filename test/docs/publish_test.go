package docs

import (
	"archive/zip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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

// pack writes the files of the module: not those that are hidden, nor those of the modules in its
// directories.
func pack(root, archive string) error {
	file, err := os.Create(archive)
	if err != nil {
		return err
	}
	defer file.Close()
	w := zip.NewWriter(file)
	tree := os.DirFS(root)
	err = fs.WalkDir(tree, ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // another test has removed it
		case err != nil:
			return err
		case path != "." && (strings.HasPrefix(d.Name(), ".") || nested(tree, path, d)):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case !d.Type().IsRegular():
			return nil
		}
		return add(w, tree, path)
	})
	return errors.Join(err, w.Close())
}

// nested says whether a directory has a module of its own.
func nested(tree fs.FS, path string, d fs.DirEntry) bool {
	if !d.IsDir() {
		return false
	}
	_, err := fs.Stat(tree, path+"/go.mod")
	return err == nil
}

func add(w *zip.Writer, tree fs.FS, path string) error {
	from, err := tree.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // another test has removed it
	}
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := w.Create(module + "@" + release + "/" + path)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	return err
}

func TestPublish(t *testing.T) {
	root, proxy := t.TempDir(), t.TempDir()
	for _, path := range []string{"go.mod", "a/a.go", "a/own/go.mod", "a/own/b.go", ".git/c", ".d"} {
		if err := errors.Join(os.MkdirAll(filepath.Join(root, filepath.Dir(path)), 0o755),
			os.WriteFile(filepath.Join(root, path), []byte("content"), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if err := publish(root, proxy); err != nil {
		t.Fatal(err)
	}
	archive, err := zip.OpenReader(filepath.Join(proxy, module, "@v", release+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	var got []string
	for _, f := range archive.File {
		got = append(got, strings.TrimPrefix(f.Name, module+"@"+release+"/"))
	}
	if diff := cmp.Diff([]string{"a/a.go", "go.mod"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
