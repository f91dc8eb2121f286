package embed_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/embed"
)

// TestOpenReadable has the rights of root and the real user ID of another, as a command with file
// capabilities may have: what that user may not read is not opened, by whatever path.
func TestOpenReadable(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root becomes another user")
	}
	dir := testenv.PublicDir(t)
	public, secret := filepath.Join(dir, "public"), filepath.Join(dir, "secret")
	closed, link := filepath.Join(dir, "closed"), filepath.Join(dir, "link")
	inside := filepath.Join(closed, "inside")
	write(t, public, "text", 0o644)
	write(t, secret, "text", 0o600)
	for _, err := range []error{os.Mkdir(closed, 0o700),
		os.WriteFile(inside, []byte("text"), 0o644), os.Symlink("secret", link)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	got := make(map[string]error)
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlock: the thread ends with the goroutine
		const nobody, same = 65534, ^uintptr(0)
		_, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, nobody, same, same)
		for _, path := range []string{public, secret, inside, link} {
			f, err := embed.OpenReadable(path)
			_ = f.Close()
			got[path] = err
		}
		if errno != 0 {
			done <- errno
		}
		close(done)
	}()
	if err := <-done; err != nil {
		t.Skip("this process may not change its user: ", err)
	}
	for path, err := range got {
		if refused := errors.Is(err, fs.ErrPermission); refused != (path != public) {
			t.Errorf("%s: error %v", path, err)
		}
	}
}
