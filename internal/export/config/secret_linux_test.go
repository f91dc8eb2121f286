package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// secretPath has a process read a file, and say what is wrong with it.
const secretPath = "CONFIG_TEST_SECRET"

func TestMain(m *testing.M) {
	path := os.Getenv(secretPath)
	if path == "" {
		os.Exit(m.Run())
	}
	_, err := Read(path)
	fmt.Print(err)
}

// TestSecret has a user start a program with the right to read all files, as usdt can have: an
// error quotes what that user may read, and nothing else.
func TestSecret(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root gives rights away")
	}
	if emulator := os.Getenv("USDT_TEST_EXEC"); emulator != "" {
		t.Skip("another user cannot start this process, which needs ", emulator)
	}
	dir := testenv.PublicDir(t)
	closed := filepath.Join(dir, "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	for i, text := range []string{"root:hunter2:0\n", "hunter2: 1\n", "metrics:\n- hunter2: 1",
		"metrics: *hunter2", "listen: hunter2", "metrics:\n- probes: hunter2"} {
		for path, mode := range map[string]os.FileMode{
			filepath.Join(dir, fmt.Sprint("public", i)):    0o644,
			filepath.Join(dir, fmt.Sprint("private", i)):   0o600,
			filepath.Join(closed, fmt.Sprint("public", i)): 0o644,
		} {
			if err := os.WriteFile(path, []byte(text), mode); err != nil {
				t.Fatal(err)
			}
			said := readWithMoreRights(t, path)
			isShown := mode == 0o644 && filepath.Dir(path) == dir
			if strings.Contains(said, "hunter2") != isShown ||
				strings.Contains(said, "as you may not read the file") == isShown {
				t.Errorf("%s: %q", path, said)
			}
		}
	}
}

func readWithMoreRights(t *testing.T, path string) string {
	t.Helper()
	cmd := exec.Command("/proc/self/exe") // which another user may execute, too
	cmd.Env = append(os.Environ(), secretPath+"="+path)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Credential:  &syscall.Credential{Uid: 61500, Gid: 61500},
		AmbientCaps: []uintptr{unix.CAP_DAC_READ_SEARCH},
	}
	said, err := cmd.Output()
	if errors.Is(err, fs.ErrPermission) {
		t.Skip("this process has not that right itself: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(said)
}
