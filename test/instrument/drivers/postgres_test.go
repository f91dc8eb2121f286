package drivers

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

func TestPostgreSQL(t *testing.T) {
	socket := startPostgreSQL(t)
	source := func(database string) string {
		return fmt.Sprintf("host=%s user=postgres database=%s", socket, database)
	}
	admin, err := sql.Open("pgx", source("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	deadline := time.Now().Add(testenv.Patience)
	for err = admin.PingContext(t.Context()); err != nil; err = admin.PingContext(t.Context()) {
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	for _, database := range []string{"bare", "probed"} {
		if _, err := admin.ExecContext(t.Context(), "create database "+database); err != nil {
			t.Fatal(err)
		}
	}
	compare(t, "pgx", dialect{
		insert:  "insert into carts values ($1, $2)",
		missing: `ERROR: relation "sofas" does not exist (SQLSTATE 42P01)`,
	}, source("bare"), source("probed"))
}

// startPostgreSQL starts the server of Debian's package, which does not run as root, and returns
// the directory of its socket.
func startPostgreSQL(t *testing.T) string {
	t.Helper()
	programs, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil || len(programs) == 0 || os.Getuid() != 0 {
		testenv.Lacks(t, errors.New("this needs root, and Debian's package postgresql"))
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		t.Fatal(err)
	}
	uid, _ := strconv.Atoi(account.Uid)
	gid, _ := strconv.Atoi(account.Gid)
	dir, err := os.MkdirTemp("", "pg") // that of the test is root's, and a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chown(dir, uid, gid); err != nil {
		t.Fatal(err)
	}
	command := func(program string, args ...string) *exec.Cmd {
		cmd := exec.Command(filepath.Join(filepath.Dir(programs[0]), program), args...)
		cmd.Dir = dir
		cmd.SysProcAttr = &syscall.SysProcAttr{
			Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)},
		}
		return cmd
	}
	data := filepath.Join(dir, "data")
	initdb := command("initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync")
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	server := testenv.Start(t, command("postgres", "-D", data, "-k", dir, "-c", "listen_addresses=",
		"-c", "fsync=off"))
	t.Cleanup(func() {
		_ = server.Process.Signal(os.Interrupt) // disconnects clients and ends
		if _, err := server.Wait(); err != nil {
			t.Errorf("%v: %s", err, server.Errors())
		}
	})
	return dir
}
