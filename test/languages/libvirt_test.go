//go:build linux && (amd64 || arm64)

package languages

import (
	"strconv"
	"strings"
	"testing"
)

// libvirtClient sends a message by itself, or has libvirt send one. Its parent is the server, which
// it ends.
const libvirtClient = `
import ctypes, os, socket, struct, sys, time
server, path = os.getppid(), "/tmp/run/libvirt/virtlogd-sock"
while not os.path.exists(path):
    time.sleep(0.01)
libvirt = ctypes.CDLL("libvirt.so.0")
print(os.getpid(), flush=True)
for line in sys.stdin:
    if line == "send\n":
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(path)
            length, program, version, procedure, call, serial, ok = 28, 7, 1, 3, 0, 5, 0
            s.sendall(struct.pack(">7I", length, program, version, procedure, call, serial, ok))
            print(struct.unpack(">I", s.recv(4))[0], flush=True)
            while s.recv(4096): # what is left; the server has done with it all when it closes
                s.shutdown(socket.SHUT_WR)
    else:
        libvirt.virConnectOpen(b"qemu+unix:///system?mode=direct&socket=" + path.encode())
        print("answered", flush=True)
os.kill(server, 15)
`

// TestLibvirt looks at both ends of a connection to libvirt's keeper of logs, which knows none of
// the programs that it is asked for, and says so. Messages are those of
// https://libvirt.org/kbase/internals/rpc.html.
func TestLibvirt(t *testing.T) {
	t.Parallel()
	server := inside(t, `cat > /tmp/client.py <<'.'`+libvirtClient+`.
mkdir -m 700 /tmp/run
chown nobody /tmp/run
export HOME=/tmp/run XDG_RUNTIME_DIR=/tmp/run XDG_CONFIG_HOME=/tmp/run XDG_CACHE_HOME=/tmp/run
exec 3<&0 setpriv --reuid=nobody --regid=nogroup --clear-groups \
	sh -c 'python3 /tmp/client.py <&3 & exec virtlogd'`)
	client, err := strconv.Atoi(server.Next(t))
	if err != nil {
		t.Fatal(err)
	}

	tr := trace(t, server, "libvirt:*")
	size := server.Ask(t, "send")
	socket := object(t, tr, "virNetSocket")
	peer := object(t, tr, "virNetServerClient")
	const message = " program=7 version=1 procedure=3 "
	for _, want := range []string{
		"object_ref object=" + socket + "$",
		"rpc_server_client_new client=" + peer + " socket=" + socket + "$",
		"rpc_server_client_msg_rx client=" + peer + " len=28" + message + "type=0 status=0 serial=5$",
		"rpc_server_client_msg_tx_queue client=" + peer + " len=" + size + message +
			"type=1 status=1 serial=5$",
		"object_dispose object=" + peer + "$",
		"rpc_server_client_dispose client=" + peer + "$",
		"object_unref object=" + peer + "$",
		"rpc_socket_dispose socket=" + socket + "$",
	} {
		tr.await(t, " libvirt:"+want)
	}
	tr.end(t)

	tr = tracePID(t, client, "libvirt:*")
	server.Ask(t, "open")
	socket = object(t, tr, "virNetSocket")
	peer = object(t, tr, "virNetClient")
	const remote = " program=536903814 version=1 procedure=66 " // how to authenticate
	for _, want := range []string{
		"rpc_client_new client=" + peer + " socket=" + socket + "$",
		"rpc_client_msg_tx_queue client=" + peer + " len=28" + remote + "type=0 status=0 serial=0$",
		`rpc_client_msg_rx client=` + peer + ` len=\d+` + remote + "type=1 status=1 serial=0$",
		"rpc_client_dispose client=" + peer + "$",
	} {
		tr.await(t, " libvirt:"+want)
	}
	tr.end(t)
}

// object awaits an object of a class, and returns its address.
func object(t *testing.T, tr tracing, class string) string {
	t.Helper()
	const before = " libvirt:object_new object="
	line := tr.await(t, before+`0x[0-9a-f]+ class="`+class+`"$`)
	_, rest, _ := strings.Cut(line, before)
	address, _, _ := strings.Cut(rest, " ")
	return address
}
