//go:build linux

package guest

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/kernel"
)

// Two services have the same program, and so do a service of a user and a container: units tell
// them apart. The first one is confined by AppArmor, too.
var units = map[string]string{
	"/etc/systemd/system/shop.service": `[Service]
ExecStart=/usr/local/bin/shop -listen 127.0.0.1:8081
DynamicUser=yes
AppArmorProfile=shop
`,
	"/etc/systemd/system/other.service": `[Service]
ExecStart=/usr/local/bin/shop -listen 127.0.0.1:8082
DynamicUser=yes
`,
	"/etc/systemd/user/shop.service": `[Service]
ExecStart=/usr/local/bin/shop -listen 127.0.0.1:8083
`,
	"/etc/systemd/system/box.service": `[Service]
ExecStart=systemd-nspawn --quiet --directory=/srv/box --machine=box /shop -listen 127.0.0.1:8084
`,
	"/srv/box/etc/os-release":     "ID=box\n",
	"/srv/box/usr/lib/os-release": "ID=box\n",
	"/etc/apparmor.d/shop": `profile shop {
  network,
  file,
}
`,
}

// prepare does once what the tests have in common: the services run, and on old kernels the unit of
// the exporter has the drop-in that these want.
func prepare() error {
	for path, text := range units {
		if err := write(path, text); err != nil {
			return err
		}
	}
	if !kernel.Running().Features.Multi {
		if err := addDropIn(); err != nil {
			return err
		}
	}
	for _, command := range []string{
		"install shop /usr/local/bin/shop",
		"apparmor_parser --replace /etc/apparmor.d/shop",
		"install shop /srv/box/shop",
		"systemctl daemon-reload",
		"systemctl start shop other",
	} {
		words := strings.Fields(command)
		if _, err := output(words[0], words[1:]...); err != nil {
			return err
		}
	}
	return nil
}

const dropIn = "/etc/systemd/system/usdt-export.service.d/usdt-export-before-6.6.conf"

// addDropIn does what docs/operators.md says of older kernels.
func addDropIn() error {
	from, err := os.Open(examples + filepath.Base(dropIn))
	if err != nil {
		return err
	}
	defer from.Close()
	text, err := io.ReadAll(from)
	return errors.Join(err, write(dropIn, string(text)))
}

func write(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		return fmt.Errorf("prepare the machine: %w", err)
	}
	return nil
}
