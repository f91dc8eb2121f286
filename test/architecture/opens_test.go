//go:build linux

package architecture

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// openers are the functions that follow the path of their first argument.
var openers = func() set {
	names := make(set)
	for pkg, functions := range map[string]string{
		"os":       "Open OpenFile OpenRoot ReadFile ReadDir Stat Lstat Readlink DirFS Create",
		"unix":     "Open Openat2 Stat Lstat Statfs Readlink Access Creat Statx Uselib",
		"syscall":  "Open Stat Lstat Statfs Readlink Access Creat",
		"filepath": "Glob Walk WalkDir EvalSymlinks",
		"elf":      "Open",
		"sdtnote":  "ReadFile",
		"link":     "OpenExecutable",
	} {
		for _, function := range strings.Fields(functions) {
			names[pkg+"."+function] = true
		}
	}
	return names
}()

// mayOpen has the functions that may open a path that is not written in them, and why.
var mayOpen = map[string]string{
	"internal/command.*detachment.tell":                 "/proc, for the stacks of threads",
	"internal/command.*exportedProcesses.read":          "reads a link of the kernel in /proc/PID",
	"internal/command.*output.openFile":                 "the user named it, to be written",
	"internal/command.criteria.forKernel":               "the user named it; asks what file it is",
	"internal/command.criteria.match":                   "reads a link of the kernel in /proc/PID",
	"internal/command.stateOf":                          "the user named it; asks what file it is",
	"internal/command.scope.findContainers":             "/var/lib, for names of containers",
	"internal/command.newHostPods":                      "/var/log/pods, for names of pods",
	"internal/command.scope.criteria":                   "the user named it, and only links are read",
	"internal/tracing/catalog.openReadable":             "descriptions; checked as in openPath",
	"internal/tracing/cgroup.*Containers.remember":      "directories of the kernel's cgroups",
	"internal/tracing/cgroup.ID":                        "the user named it; asks for its type only",
	"internal/tracing/cgroup.Mounts.Directories":        "directories of a cgroup2 file system",
	"internal/tracing/doctor.Observe":                   "the root directory, for files of the kernel",
	"internal/tracing/doctor.countFire":                 "the image of its own probe",
	"internal/tracing/embed.*Source.checkUnchanged":     "of Read",
	"internal/tracing/embed.OpenReadable":               "the user named it, and may read it",
	"internal/tracing/embed.Read":                       "the user named it; checked to be regular",
	"internal/tracing/embed.target":                     "the user named it, to be written",
	"internal/tracing/kernel.hasMultiProcess":           "its own program",
	"internal/tracing/perfevent.CountsSemaphores":       "a constant below /sys",
	"internal/tracing/perfevent.OnlineCPUs":             "a constant below /sys",
	"internal/tracing/perfevent.pmuType":                "a constant below /sys",
	"internal/tracing/process.*process.readDescriptors": "links in /proc/PID/fd, which it reads",
	"internal/tracing/process.idsIn":                    "directories of the kernel in /proc",
	"internal/tracing/process.openInProc":               "files of the kernel in /proc/PID",
	"internal/tracing/process.openPath":                 "with O_PATH, and checks what it finds",
	"internal/tracing/process.pathFile.open":            "a descriptor of openPath",
	"internal/tracing/process.readMaps":                 "a file of the kernel in /proc/PID",
	"internal/tracing/regular.Open":                     "the user named it; checked to be regular",
	"internal/tracing/rights.CheckReadable":             "what is open; asks whether the user may",
	"internal/tracing/uprobe.*keeper.addBelow":          "directories of a cgroup2 file system",
	"internal/tracing/uprobe.Site.open":                 "with O_PATH, for others than the command",
}

// TestOpens holds the command to opening the files of other processes in one place: a process can
// put anything where the file was, a FIFO or a device for instance. Other functions may open paths
// of /proc and /sys that are written in them.
func TestOpens(t *testing.T) {
	unused := make(set)
	for function := range mayOpen {
		unused[function] = true
	}
	checked := 0
	for _, root := range []string{"internal/command", "internal/export", "internal/tracing"} {
		err := filepath.WalkDir(filepath.Join("../..", root),
			func(path string, _ fs.DirEntry, err error) error {
				if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
					return err
				}
				checked++
				for _, o := range opens(t, path) {
					if _, ok := mayOpen[o.function]; ok {
						delete(unused, o.function)
					} else {
						t.Errorf("%s: %s calls %s", o.position, o.function, o.opener)
					}
				}
				return nil
			})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(unused) > 0 || checked == 0 {
		t.Errorf("%d files have no %v", checked, unused)
	}
}

// An open is a call that may open any path.
type open struct {
	position         token.Position
	function, opener string
}

func opens(t *testing.T, path string) (found []open) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	directory := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../../")
	for _, declaration := range file.Decls {
		name := directory + "." + nameOf(declaration)
		ast.Inspect(declaration, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			opener := textOf(call.Fun)
			if openers[opener] && !isWritten(call.Args[0]) {
				found = append(found, open{files.Position(call.Pos()), name, opener})
			}
			return true
		})
	}
	return found
}

// nameOf returns FUNCTION, or TYPE.METHOD, or nothing for another declaration.
func nameOf(d ast.Decl) string {
	f, ok := d.(*ast.FuncDecl)
	switch {
	case !ok:
		return ""
	case f.Recv == nil:
		return f.Name.Name
	}
	return textOf(f.Recv.List[0].Type) + "." + f.Name.Name
}

func textOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return textOf(e.X) + "." + e.Sel.Name
	case *ast.StarExpr:
		return "*" + textOf(e.X)
	}
	return ""
}

// isWritten reports whether an expression is a path below /proc or /sys that begins with a literal.
func isWritten(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, _ := strconv.Unquote(e.Value)
		return strings.HasPrefix(text, "/proc/") || strings.HasPrefix(text, "/sys/")
	case *ast.BinaryExpr:
		return isWritten(e.X)
	case *ast.CallExpr:
		return textOf(e.Fun) == "fmt.Sprintf" && isWritten(e.Args[0]) && !leadsAway(e)
	}
	return false
}

// leadsAway reports whether a formatted path follows a link of /proc/PID that leads to a file.
func leadsAway(call *ast.CallExpr) bool {
	format := call.Args[0].(*ast.BasicLit).Value
	for _, link := range []string{"/fd/", "/map_files/", "/root", "/cwd", "/exe"} {
		if strings.Contains(format, link) {
			return true
		}
	}
	return false
}

// TestOpensFinds checks that the test above can fail.
func TestOpensFinds(t *testing.T) {
	var found []string
	for _, o := range opens(t, "testdata/opens.go.txt") {
		found = append(found, fmt.Sprintf("%d %s %s", o.position.Line, o.function, o.opener))
	}
	want := "[8 testdata.bad os.Open 9 testdata.bad os.ReadFile 10 testdata.object.bad unix.Stat]"
	if got := fmt.Sprint(found); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
