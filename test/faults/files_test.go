//go:build linux && (amd64 || arm64)

package faults

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// TestDirectories: the directory of named files, the only one that the program is told, is bad. It
// is in a directory of its own, which can be bad, too.
func TestDirectories(t *testing.T) {
	const another = "name one that is writable on a mount without noexec"
	const anotherC = "set TMPDIR, or use a memfd"
	const elsewhere = "name another directory"
	faults := []fault{
		{name: "full file system", bring: mounted("size=4k"), lift: remounted(0, "size=1m"),
			want:  want{errno: unix.ENOSPC, text: "name another directory: STAPSDT_DIR, or use a memfd"},
			wantC: want{errno: unix.ENOSPC, text: anotherC}},
		{name: "file system without inodes", bring: mounted("nr_inodes=1"),
			lift: remounted(0, "nr_inodes=10"), want: want{errno: unix.ENOSPC, text: another},
			wantC: want{errno: unix.ENOSPC, text: anotherC}},
		{name: "read-only file system", bring: remountedFresh(unix.MS_RDONLY), lift: remounted(0, ""),
			want: want{text: "its mount is read-only"}, wantC: want{errno: unix.EROFS, text: anotherC}},
		{name: "noexec file system", bring: remountedFresh(unix.MS_NOEXEC), lift: remounted(0, ""),
			want:  want{text: "its mount is noexec"},
			wantC: want{text: "its file system is mounted noexec: use another directory, or a memfd"}},
		{name: "absent directory", bring: removed, lift: made,
			want: want{errno: unix.ENOENT, text: another}, wantC: want{errno: unix.ENOENT, text: anotherC}},
		{name: "a file in place of the directory", bring: replaced,
			lift: func(t *testing.T, p *program) { removed(t, p); made(t, p) },
			want: want{errno: unix.ENOTDIR, text: another}, wantC: want{text: "it is not a directory"}},
		{name: "directory that others may write to", bring: mode(0o777), lift: mode(0o755),
			want: want{text: elsewhere}, wantC: want{text: anotherC}},
		{name: "directory of another user", bring: owner(12345), lift: owner(0),
			want: want{text: elsewhere}, wantC: want{text: anotherC}},
		{name: "others may write to the directory above", bring: above(mode(0o777)),
			lift: above(mode(0o755)), want: want{text: elsewhere}, wantC: want{text: anotherC}},
		{name: "another user's directory above", bring: above(owner(12345)), lift: above(owner(0)),
			want: want{text: elsewhere}, wantC: want{text: anotherC}},
		{name: "others may write to the directory stapsdt-UID", bring: ours(mode(0o777)),
			lift: ours(mode(0o700)), want: want{text: "remove it"}, withoutC: true},
	}
	for _, f := range faults {
		f.start.env = []string{"STAPSDT_BACKING=file"}
		f.start.dir = filepath.Join(t.TempDir(), "above", "dir")
		if err := os.MkdirAll(f.start.dir, 0o755); err != nil {
			t.Fatal(err)
		}
		meet(t, f)
	}
}

type act = func(t *testing.T, p *program)

// mounted has a file system in memory on the directory.
func mounted(options string) act {
	return func(t *testing.T, p *program) { testenv.Mount(t, "tmpfs", p.dir, 0, options+",mode=755") }
}

func remounted(flags uintptr, options string) act {
	return func(t *testing.T, p *program) {
		t.Helper()
		if err := unix.Mount("", p.dir, "", unix.MS_REMOUNT|flags, options); err != nil {
			t.Fatal(os.NewSyscallError("mount", err))
		}
	}
}

func remountedFresh(flags uintptr) act {
	return func(t *testing.T, p *program) {
		mounted("size=1m")(t, p)
		remounted(flags, "")(t, p)
	}
}

func removed(t *testing.T, p *program) { check(t, os.RemoveAll(p.dir)) }

func made(t *testing.T, p *program) { check(t, os.Mkdir(p.dir, 0o755)) }

func replaced(t *testing.T, p *program) {
	removed(t, p)
	check(t, os.WriteFile(p.dir, nil, 0o600))
}

func mode(m os.FileMode) act {
	return func(t *testing.T, p *program) { check(t, os.Chmod(p.dir, m)) }
}

func owner(user int) act {
	return func(t *testing.T, p *program) { check(t, os.Chown(p.dir, user, -1)) }
}

// above and ours act on another directory.
func above(a act) act {
	return func(t *testing.T, p *program) { a(t, &program{dir: filepath.Dir(p.dir)}) }
}

func ours(a act) act {
	return func(t *testing.T, p *program) { a(t, &program{dir: p.dir + "/stapsdt-0"}) }
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
