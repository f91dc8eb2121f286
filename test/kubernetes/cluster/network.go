package cluster

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Node is the name of the node, and Address its address, which no other machine can reach: it is
// one of those for documentation.
const (
	Node    = "node-1"
	Address = "192.0.2.10"
)

// connect gives the machine a network: its own address, and a bridge for the pods.
func connect() error {
	for _, line := range []string{
		"ip link set lo up",
		"ip link add eth0 type veth peer name far",
		"ip address add " + Address + "/24 dev eth0",
		"ip link set far up",
		"ip link set eth0 up",
		"ip route add default dev eth0",
	} {
		words := strings.Fields(line)
		if output, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", line, err, output)
		}
	}
	// Pods reach each other through the bridge, and the node by its address there.
	const path = "/etc/cni/net.d/10-bridge.conflist"
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(`{
  "cniVersion": "0.4.0", "name": "pods", "plugins": [{
    "type": "bridge", "bridge": "pods0", "isGateway": true,
    "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.88.0.0/24"}]]}
  }]
}
`), 0o644)
}
