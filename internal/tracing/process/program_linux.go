package process

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/go-usdt/usdt/internal/sdtnote"
)

// An Execution is a file that is going to be executed, with what tells the dynamic linker where
// libraries are.
type Execution struct {
	Path        string
	LibraryPath string // LD_LIBRARY_PATH
	Preload     string // LD_PRELOAD
}

// ReadExecution returns the objects that a process will have when it executes a file: those of the
// file or, if that is a script, of its interpreter; of the dynamic linker; and of the libraries
// that the file needs and that these need, as far as the files tell. Nothing is run. The objects
// belong to no process: they have no PID and no mappings. The error is about the file itself.
func (r *Reader) ReadExecution(e Execution) ([]Object, error) {
	return r.awaitObjects(e.Path, func(w *watch) ([]Object, error) {
		l := loading{reader: r, watch: w, execution: e, added: make(map[FileID]bool)}
		err := l.execute(e.Path)
		return l.objects, err
	})
}

// ReadNamed returns the object of a file that the user has named, whether or not a process has it.
// It belongs to no process. Errors match [ErrNotRegular], and those of [sdtnote.Read].
func (r *Reader) ReadNamed(path string) (Object, error) {
	objects, err := r.awaitObjects(path, func(w *watch) ([]Object, error) {
		l := loading{reader: r, watch: w, added: make(map[FileID]bool)}
		file, err := openPath(w, path, 0)
		if err != nil {
			return nil, err
		}
		defer file.close()
		if err := l.add(path, file); err != nil {
			return nil, err
		}
		return l.objects, nil
	})
	if err != nil || len(objects) == 0 {
		return Object{}, err
	}
	return objects[0], nil
}

// awaitObjects returns what read returns, unless the file system does not answer. The error names
// the file.
func (r *Reader) awaitObjects(path string, read func(*watch) ([]Object, error)) ([]Object, error) {
	type answer struct {
		objects []Object
		err     error
	}
	r.patience.ofUser(0)
	a, err := await(&r.patience, func(w *watch) (a answer) {
		a.objects, a.err = read(w)
		return a
	})
	var ofPath *os.PathError
	if err = errors.Join(err, a.err); err != nil && !errors.As(err, &ofPath) {
		err = fmt.Errorf("%s: %w", path, err)
	}
	return a.objects, err
}

// A loading finds the files that the kernel and the dynamic linker will map.
type loading struct {
	reader    *Reader
	watch     *watch
	work      work
	execution Execution
	added     map[FileID]bool
	objects   []Object

	machine elf.Machine // of the program
	class   elf.Class
	paths   []string // where DT_RPATH of the program says that libraries are
	needed  []library
	cache   map[string][]string // of the dynamic linker, read on first use
}

// maxScripts is how many interpreters in a row the kernel runs at most.
const maxScripts = 5

// execute adds the program at path, and all that it needs.
func (l *loading) execute(path string) error {
	for range maxScripts {
		file, err := openPath(l.watch, path, 0)
		if err != nil {
			return err
		}
		interpreter, err := l.program(path, file)
		file.close()
		if err != nil || interpreter == "" {
			return err
		}
		path = interpreter
	}
	return nil // the kernel will refuse it
}

// program adds a program with its libraries, or returns the interpreter of a script.
func (l *loading) program(path string, file pathFile) (interpreter string, err error) {
	f, err := file.open(l.watch)
	if err != nil {
		return "", err
	}
	defer f.close()
	first := make([]byte, 256) // as much as the kernel reads
	n, err := f.ReadAt(first, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	if script, ok := bytes.CutPrefix(first[:n], []byte("#!")); ok {
		return interpreterOf(string(script)), nil
	}
	if err := l.add(path, file); err != nil && !errors.Is(err, sdtnote.ErrNotELF) {
		return "", err
	}
	program, err := openELF(l.work.reader(f))
	if err != nil {
		return "", nil // something that the kernel knows how to run, or will refuse
	}
	l.machine, l.class = program.Machine, program.Class
	if l.paths = l.need(program, file.directory()); len(l.needed) > 0 {
		l.preload()
	}
	l.addDynamicLinker(program)
	l.addNeeded()
	return "", nil
}

// interpreterOf returns the path in the first line of a script, behind #!, as the kernel reads it.
func interpreterOf(script string) string {
	line, _, _ := strings.Cut(script, "\n")
	isSpace := func(r rune) bool { return r == ' ' || r == '\t' || r == 0 }
	if words := strings.FieldsFunc(line, isSpace); len(words) > 0 {
		return words[0]
	}
	return ""
}

// add adds the object of a file, if the file has probes and was not added before.
func (l *loading) add(path string, file pathFile) error {
	if l.added[file.id] {
		return nil
	}
	l.added[file.id] = true
	l.work.spend(openCost)
	c := l.reader.read(l.watch, file, &l.work)
	if err := errors.Join(c.err, l.work.count(c.notes)); err != nil {
		return err
	}
	if len(c.notes) == 0 {
		return nil
	}
	o := Object{Name: path, Path: path, FileID: file.id, Overlaid: file.isOverlaid(l.watch)}
	o.setContent(c)
	l.objects = append(l.objects, o)
	return nil
}

// directory returns the directory that really has the file.
func (f pathFile) directory() string {
	path, _ := os.Readlink("/proc/self/fd/" + strconv.Itoa(f.fd))
	return filepath.Dir(path)
}
