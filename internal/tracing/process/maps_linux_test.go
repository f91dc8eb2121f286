package process

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

func TestParseMaps(t *testing.T) {
	const text = `00400000-00452000 r-xp 00001000 08:02 173521      /usr/bin/dbus-daemon
00e03000-00e24000 rw-p 00000000 00:00 0           [heap]
7f0000000000-7f0000001000 rwxp 00000000 103:ff0 7 /a b\012c (deleted)
7f0000001000-7f0000002000 r-xs 00000000 00:01 1034 /memfd:libstapsdt:shop (deleted)
7f0000002000-7f0000003000 r-xp 00000000 00:0d 1234                       anon_inode:[perf_event]
7f0000003000-7f0000004000 r-xp 00000000 00:00 0 
7fff00000000-7fff00001000 r-xp 00000000 00:00 0                          [vdso]
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
`
	got, err := parseMaps(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	want := []mapsLine{
		{Mapping{0x400000, 0x452000, 0x1000}, true, false, true, true,
			mappedFile{unix.Mkdev(8, 2), 173521, "/usr/bin/dbus-daemon"}},
		{Mapping{0x7f0000000000, 0x7f0000001000, 0}, true, true, true, true,
			mappedFile{unix.Mkdev(0x103, 0xff0), 7, `/a b\012c (deleted)`}},
		{Mapping{0x7f0000001000, 0x7f0000002000, 0}, true, false, true, false,
			mappedFile{unix.Mkdev(0, 1), 1034, "/memfd:libstapsdt:shop (deleted)"}},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	for i, probeable := range []bool{true, false, false} {
		if got[i].probeable() != probeable {
			t.Errorf("%+v: probeable %v, want %v", got[i], !probeable, probeable)
		}
		if want := []string{"r-xp", "rwxp", "r-xs"}[i]; got[i].permissions() != want {
			t.Errorf("%+v: permissions %s, want %s", got[i], got[i].permissions(), want)
		}
	}
}

func TestParseMapsMalformed(t *testing.T) {
	for _, line := range []string{
		"x", "400000-452000",
		"400000 r-xp 0 08:02 1 /a", "400000-x r-xp 0 08:02 1 /a", "400000-452000 r-x 0 08:02 1 /a",
		"400000-452000 r-xp x 08:02 1 /a", "400000-452000 r-xp 0 0802 1 /a",
		"400000-452000 r-xp 0 08:02 x /a",
	} {
		if lines, err := parseMaps(strings.NewReader(line)); err == nil {
			t.Errorf("%q: got %+v and no error", line, lines)
		}
	}
	if _, err := parseMaps(iotest.ErrReader(io.ErrClosedPipe)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v, want the reader's error", err)
	}
}

func TestMappedFileNames(t *testing.T) {
	for name, want := range map[string][]string{
		"/a":                     {"/a"},
		"/a (deleted)":           {"/a (deleted)", "/a"},
		`/a\012b`:                {"/a\nb", `/a\012b`},
		`/a\012b (deleted)`:      {"/a\nb (deleted)", `/a\012b (deleted)`, "/a\nb", `/a\012b`},
		"/a (deleted) (deleted)": {"/a (deleted) (deleted)", "/a (deleted)"},
	} {
		if diff := cmp.Diff(want, mappedFile{name: name}.names()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestContainer(t *testing.T) {
	const id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	const other = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
	const short = "0123456789ab"
	const pod = "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/"
	for cgroups, want := range map[string]string{
		"":       "",
		"0::/\n": "",
		"0::/user.slice/user-0.slice/session-1.scope\n":                                "",
		"0::/system.slice/docker-" + id + ".scope\n":                                   short,
		"0::/docker/" + id + "\n":                                                      short,
		"12:pids:/docker/" + id + "\n11:cpu:/docker/" + id + "\n0::/\n":                short,
		"0::/docker/" + id + "/init\n":                                                 short,
		"0::/machine.slice/libpod-" + id + ".scope/container\n":                        short,
		pod + "cri-containerd-" + id + ".scope\n":                                      short,
		"0::/kubepods/besteffort/pod8f1d7c2e-1111-2222-3333-444444444444/" + id + "\n": short,
		"0::/kubepods.slice/crio-" + id + ".scope\n":                                   short,
		"0::/system.slice/containerd.service/pod1.slice:cri-containerd:" + id + "\n":   short,
		"0::/docker/" + other + "/docker/" + id + "\n":                                 short,
		"0::/docker/" + other + "/" + id + "\n":                                        short,
		"0::/machine.slice/machine-box.scope/payload\n":                                "box",
		"0::/lxc.payload.web\\x2d1\n":                                                  "web-1",
		"0::/machine.slice/libpod-conmon-" + id + ".scope\n":                           "",
		"0::/docker/" + id + "0\n":                                                     "",
		"0::/docker/" + id[1:] + "\n":                                                  "",
		"0::/docker/" + strings.ToUpper(id) + "\n":                                     "",
	} {
		if got := containerIn(cgroups); got != want {
			t.Errorf("%q: got %q, want %q", cgroups, got, want)
		}
	}
}
