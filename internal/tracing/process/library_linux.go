package process

import (
	"debug/elf"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// maxLibraries bounds the libraries of a program. It is more than any program has.
const maxLibraries = 1024

// A library is what a file needs, by a name or a path.
type library struct {
	name string
	// Directories where files say that it is: before, and after those of the environment.
	before, after []string
}

// need notes the libraries that a file in a directory needs. As for the dynamic linker, DT_RPATH of
// a file and of the program do not count in a file that has DT_RUNPATH.
func (l *loading) need(file *elf.File, directory string) (before []string) {
	after := l.searched(file, elf.DT_RUNPATH, directory)
	if len(after) == 0 {
		before = append(l.searched(file, elf.DT_RPATH, directory), l.paths...)
	}
	names, _ := file.DynString(elf.DT_NEEDED)
	for _, name := range names {
		l.needLibrary(library{name, before, after})
	}
	return before
}

func (l *loading) needLibrary(needed library) {
	known := func(other library) bool { return other.name == needed.name }
	if len(l.needed) < maxLibraries && !slices.ContainsFunc(l.needed, known) {
		l.needed = append(l.needed, needed)
	}
}

// preload notes the libraries that the environment names.
func (l *loading) preload() {
	for _, name := range strings.FieldsFunc(l.execution.Preload, func(r rune) bool {
		return r == ' ' || r == ':'
	}) {
		l.needLibrary(library{name: name})
	}
}

// searched returns the directories that an entry of the dynamic section names.
func (l *loading) searched(file *elf.File, tag elf.DynTag, directory string) (paths []string) {
	entries, _ := file.DynString(tag)
	origin := strings.NewReplacer("$ORIGIN", directory, "${ORIGIN}", directory)
	for _, entry := range entries {
		for path := range strings.SplitSeq(entry, ":") {
			paths = append(paths, origin.Replace(path))
		}
	}
	return paths
}

// addDynamicLinker adds the one that a program names.
func (l *loading) addDynamicLinker(program *elf.File) {
	for _, p := range program.Progs {
		if p.Type != elf.PT_INTERP {
			continue
		}
		const maxPath = 4096
		path, _ := io.ReadAll(io.LimitReader(p.Open(), maxPath))
		l.addLibrary(strings.TrimRight(string(path), "\x00"))
	}
}

// addNeeded adds the libraries that are needed, found as the dynamic linker finds them. Where it
// chooses by the processor, all are added: those that it does not map are never hit.
func (l *loading) addNeeded() {
	for i := 0; i < len(l.needed) && !l.work.exhausted(); i++ {
		needed := l.needed[i]
		if strings.Contains(needed.name, "/") {
			l.addLibrary(needed.name)
			continue
		}
		if l.addFirst(needed, slices.Concat(
			needed.before, filepath.SplitList(l.execution.LibraryPath), needed.after)) {
			continue
		}
		found := false
		for _, path := range l.cached(needed.name) {
			found = l.addLibrary(path) || found
		}
		if !found {
			l.addFirst(needed, systemLibraries)
		}
	}
}

// systemLibraries is where dynamic linkers look at last.
var systemLibraries = []string{"/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib"}

// addFirst adds the library in the first directory that has it.
func (l *loading) addFirst(needed library, directories []string) bool {
	return slices.ContainsFunc(directories, func(directory string) bool {
		return l.addLibrary(filepath.Join(directory, needed.name))
	})
}

// addLibrary adds the library at a path, if there is one for the program's machine, and notes what
// it needs.
func (l *loading) addLibrary(path string) bool {
	file, err := openPath(l.watch, path, 0)
	if err != nil {
		return false
	}
	defer file.close()
	if l.added[file.id] {
		return true
	}
	f, err := file.open(l.watch)
	if err != nil {
		return false
	}
	defer f.close()
	parsed, err := openELF(l.work.reader(f))
	if err != nil || parsed.Machine != l.machine || parsed.Class != l.class {
		return false
	}
	l.need(parsed, filepath.Dir(path))
	_ = l.add(path, file) // what is wrong with a library is not the program's fault
	return true
}
