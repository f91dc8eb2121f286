//go:build amd64 || arm64

package otlp

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// startAlone starts the program as in the image: its root directory has nothing else but its
// configuration, a file beside that, and what a container has from the kernel. It prints its log.
func (p *program) startAlone(t *testing.T, beside string) running {
	t.Helper()
	root := t.TempDir()
	for to, from := range map[string]string{"usdt": p.usdt, "etc/usdt/export.yaml": p.configuration,
		"etc/usdt/ca.pem": beside} {
		content, err := os.ReadFile(from)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(filepath.Join(root, to)), 0o700)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(root, to), content, 0o700)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	// The mounts are gone with the program.
	script := fmt.Sprintf("cd %s && mkdir proc sys && mount --bind /proc proc && "+
		"mount --rbind /sys sys && exec chroot . /usdt export --config /etc/usdt/export.yaml 2>&1", root)
	return running{testenv.Start(t, exec.Command("unshare", "--mount", "sh", "-c", script))}
}

// TestImage sends by TLS from a place without certificates of authorities. The receiver is trusted
// if a variable names one for it, and only then.
func TestImage(t *testing.T) {
	p := buildProgram(t)
	for _, protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			r := newReceiver(t, protocol)
			certificate, key := certify(t, "receiver", r.address)
			r.settings = map[string]any{"tls": map[string]any{
				"cert_file": certificate, "key_file": key}}
			r.start(t)
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "https://"+r.address)
			t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "500") // gRPC tries again
			distrusts := p.startAlone(t, certificate)
			for !strings.Contains(distrusts.Next(t), "signed by unknown authority") {
			}
			distrusts.Kill()
			if n := r.metrics.DataPointCount(); n > 0 {
				t.Errorf("a receiver that is not trusted has got %d points", n)
			}
			t.Setenv("OTEL_EXPORTER_OTLP_CERTIFICATE", "/etc/usdt/ca.pem")
			trusts := p.startAlone(t, certificate)
			eventually(t, "the receiver is trusted", func() bool {
				return r.metrics.DataPointCount() > 0
			})
			trusts.stop(t)
		})
	}
}
