package elfimage_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/elfimage"
	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// An imageserver is a process that runs the C writer: see imageserver.c.
type imageserver struct {
	in     io.WriteCloser
	out    *bufio.Reader
	stderr bytes.Buffer
}

func startImageserver(t testing.TB) *imageserver {
	t.Helper()
	cmd := exec.Command(compileImageserver(t))
	var s imageserver
	cmd.Stderr = &s.stderr
	var err error
	if s.in, err = cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.out = bufio.NewReader(out)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.in.Close()
		if err := cmd.Wait(); err != nil { // also when memory leaked
			t.Errorf("imageserver: %v\n%s", err, s.stderr.Bytes())
		}
	})
	return &s
}

// compileImageserver compiles the C writer with sanitizers.
func compileImageserver(t testing.TB) string {
	t.Helper()
	gcc := testenv.Tool(t, "gcc")
	program := filepath.Join(t.TempDir(), "imageserver")
	args := []string{"-std=c11", "-O1", "-g", "-fsanitize=address,undefined",
		"-fno-sanitize-recover=all", "-o", program}
	for _, source := range []string{"test/imageserver.c", "image.c", "layout.c", "machine.c"} {
		args = append(args, filepath.Join("../../vendor_c", source))
	}
	if out, err := exec.Command(gcc, args...).CombinedOutput(); err != nil {
		t.Fatalf("gcc %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return program
}

// image returns the C writer's image of spec.
func (s *imageserver) image(t *testing.T, spec elfimage.Spec) []byte {
	t.Helper()
	request := binary.NativeEndian.AppendUint32(nil, uint32(spec.Machine))
	request = appendString(request, string(spec.Site))
	request = appendString(request, spec.Provider)
	request = appendString(request, string(spec.BTF))
	request = binary.NativeEndian.AppendUint32(request, uint32(len(spec.Probes)))
	for _, p := range spec.Probes {
		request = appendString(request, p.Name)
		request = binary.NativeEndian.AppendUint32(request, uint32(len(p.Args)))
		for _, size := range p.Args {
			request = binary.NativeEndian.AppendUint32(request, uint32(size))
		}
	}
	var size uint32
	_, err := s.in.Write(request)
	if err == nil {
		err = binary.Read(s.out, binary.NativeEndian, &size)
	}
	image := make([]byte, size)
	if err == nil {
		_, err = io.ReadFull(s.out, image)
	}
	if err != nil {
		t.Fatalf("imageserver: %v; it says why when the test ends", err)
	}
	return image
}

func appendString(b []byte, s string) []byte {
	return append(binary.NativeEndian.AppendUint32(b, uint32(len(s))), s...)
}
