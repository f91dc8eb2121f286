//go:build linux && (amd64 || arm64)

// Package languages holds the tests whose judges are the programs that package catalog describes,
// as Debian builds them: PostgreSQL, CPython, PHP, Ruby, Java and libvirt.
package languages

import (
	"errors"
	"os"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

var directory string // for the programs that tests build

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	var err error
	if directory, err = os.MkdirTemp("", "languages"); err != nil {
		panic(err)
	}
	defer os.RemoveAll(directory)
	return m.Run()
}

// debian returns the root directory with the programs, which test/chroot.sh made.
func debian(t *testing.T) string {
	t.Helper()
	root := os.Getenv("USDT_LANGUAGES")
	if root == "" {
		testenv.Lacks(t, errors.New("USDT_LANGUAGES does not name a root directory with the programs: "+
			"`make test-languages` makes it"))
	}
	return root
}

// TestPostgreSQL sends queries to a process of the server that has no clients but its input.
func TestPostgreSQL(t *testing.T) {
	t.Parallel()
	server := inside(t, `bin=$(echo /usr/lib/postgresql/*/bin)
cp -a /var/lib/postgresql/*/main /tmp/data
: > /tmp/data/postgresql.conf
exec setpriv --reuid=postgres --regid=postgres --clear-groups \
	"$bin/postgres" --single -D /tmp/data postgres`)
	for server.Ask(t, "select 1") == "" {
	}
	for _, test := range []struct{ query, probe, want string }{
		{"select 6 * 7", "query__start", `query="select 6 \* 7\\n?"`},
		{"create table t(x int)", "buffer__read__done", `fork=0 block=\d+ tablespace=1663 database=\d+ ` +
			`relation=\d+ backend=-1 extend=(true|false) hit=(true|false)`},
	} {
		tr := trace(t, server, "postgresql:"+test.probe)
		server.Tell(t, test.query)
		tr.await(t, " postgresql:"+test.probe+" "+test.want+"$")
		tr.end(t)
	}
}

// TestPython calls a function, with the name of the file, of the function and the line.
func TestPython(t *testing.T) {
	t.Parallel()
	interpreter := inside(t, `cat > /tmp/greeter.py <<'.'
import gc, sys
def greet(name):
    print("Hello,", name, flush=True)
for line in sys.stdin:
    greet(line.strip())
    gc.collect()
.
exec python3 /tmp/greeter.py`)
	interpreter.Ask(t, "Ada")
	tr := trace(t, interpreter, "python:*")
	interpreter.Ask(t, "Grace")
	const greet = `filename="/tmp/greeter\.py" funcname="greet" lineno=`
	tr.await(t, " python:function__entry "+greet+"2$")
	tr.await(t, " python:function__return "+greet+"3$")
	tr.await(t, " python:gc__start generation=2$")
	tr.await(t, ` python:gc__done collected=\d+$`)
	tr.end(t)
}

// TestPHP calls a function, a method, and one that throws.
func TestPHP(t *testing.T) {
	t.Parallel()
	interpreter := inside(t, `cat > /tmp/greeter.php <<'.'
<?php
class Greeter {
	function greet($name) { print("Hello, $name\n"); }
	static function fail() { throw new LogicException("no name"); }
}
while ($line = fgets(STDIN)) {
	(new Greeter)->greet(trim($line));
	try { Greeter::fail(); } catch (Exception $e) {}
}
.
export USE_ZEND_DTRACE=1
exec php /tmp/greeter.php`)
	interpreter.Ask(t, "Ada")
	tr := trace(t, interpreter, "php:*")
	interpreter.Ask(t, "Grace")
	tr.await(t, ` php:function__entry function_name="greet" request_file="/tmp/greeter\.php" `+
		`lineno=\d+ classname="Greeter" scope="::"$`)
	tr.await(t, ` php:function__return function_name="greet" `)
	tr.await(t, ` php:exception__thrown classname="LogicException"$`)
	tr.end(t)
}

// TestRuby calls a method, makes objects and raises an exception. Without a TracePoint, Ruby does
// not fire the probes of the method.
func TestRuby(t *testing.T) {
	t.Parallel()
	interpreter := inside(t, `cat > /tmp/greeter.rb <<'.'
$stdout.sync = true
TracePoint.new(:call) {}.enable
def greet(name)
  puts "Hello, #{name}"
  raise ArgumentError if name == "Grace"
end
while line = gets
  begin greet(line.strip) rescue ArgumentError end
end
.
exec ruby /tmp/greeter.rb`)
	interpreter.Ask(t, "Ada")
	tr := trace(t, interpreter, "ruby:*")
	interpreter.Ask(t, "Grace")
	tr.await(t, ` ruby:string__create length=5 filename="/tmp/greeter\.rb" lineno=8$`)
	tr.await(t, ` ruby:method__entry classname="Object" methodname="greet" `+
		`filename="/tmp/greeter\.rb" lineno=\d+$`)
	tr.await(t, ` ruby:cmethod__entry classname="IO" methodname="write" `+
		`filename="/tmp/greeter\.rb" lineno=4$`)
	tr.await(t, ` ruby:raise classname="ArgumentError" filename="/tmp/greeter\.rb" lineno=5$`)
	tr.await(t, ` ruby:method__return classname="Object" methodname="greet" `)
	tr.end(t)
}

// TestJava gives a password to keytool, which then loads classes to make a key. HotSpot passes
// names with their length. The prompt, which ends with a colon, becomes a line.
func TestJava(t *testing.T) {
	t.Parallel()
	keytool := inside(t, `exec bash -c 'exec keytool -J-XX:+ExtendedDTraceProbes -J-Duser.language=en \
	-genkeypair -alias a -dname CN=a -keyalg EC -keystore /tmp/keys \
	> >(exec stdbuf -o0 tr : "\n") 2>&1'`)
	keytool.Next(t)
	tr := trace(t, keytool, "hotspot:class__loaded", "hotspot:method__entry",
		"--where", `class == "java/security/KeyPairGenerator"`)
	keytool.Tell(t, "secret1\nsecret1")
	tr.await(t, ` hotspot:class__loaded class="java/security/KeyPairGenerator" loader=\S+ `+
		`shared=(true|false)$`)
	tr.await(t, ` hotspot:method__entry thread=\d+ class="java/security/KeyPairGenerator" `+
		`method="getInstance" signature="\(Ljava/lang/String;\)Ljava/security/KeyPairGenerator;"$`)
	tr.end(t)
}
