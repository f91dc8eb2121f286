package uprobe_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/signature"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

// TestCountBy compares the groups with what the test itself counts.
func TestCountBy(t *testing.T) {
	var plain *stapsdt.Probe3[string, int16, string]
	var sized *stapsdt.Probe2[[]byte, uint64]
	p := provider(t, func(p *stapsdt.Provider) {
		plain = stapsdt.MustProbe3[string, int16, string](p, "plain")
		sized = stapsdt.MustProbe2[[]byte, uint64](p, "sized")
	})
	probes := find(t, p, "plain", "sized")
	ofSized := signature.New("enginetest", "sized", "",
		signature.Param{Name: "data", Type: signature.Type{Kind: signature.Bytes}},
		signature.Param{Name: "n", Type: signature.Type{Kind: signature.Uint, Size: 8}})
	probes[1].Sites[0].Signature = &ofSized
	runtime.LockOSThread() // so that the name of the thread does not change
	defer runtime.UnlockOSThread()
	text := func(place int) uprobe.By {
		return uprobe.By{Argument: uprobe.Numbered(place), Text: true}
	}
	integer := func(place int) uprobe.By { return uprobe.By{Argument: uprobe.Numbered(place)} }
	long := func(n int, end string) string { return strings.Repeat("x", n-len(end)) + end }
	texts := []string{"", "GET", long(60, "s"), long(61, "t"), long(254, "a"), long(255, "b"),
		long(256, "c"), long(256, "d"), long(3000, "e")}
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		for name, test := range map[string]struct {
			by    []uprobe.By
			limit int // of each text
		}{
			"a text":     {[]uprobe.By{text(0)}, 255},
			"an integer": {[]uprobe.By{integer(1)}, 0},
			"all": {[]uprobe.By{
				text(0), {Argument: uprobe.Process}, integer(1), {Argument: uprobe.Command},
			}, 255},
			"two texts": {[]uprobe.By{text(0), text(2), integer(1)}, 172},
		} {
			c, err := uprobe.CountBy(probes[:1], test.by, nil, o)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			closing(t, c)
			want := make(map[string]uint64)
			for n := range 900 {
				args := [3]any{texts[n%len(texts)], int16(n%3 - 1), texts[n%5]}
				plain.Fire(args[0].(string), args[1].(int16), args[2].(string))
				want["plain "+keyOf(test.by, test.limit, args[:])]++
			}
			checkCounts(t, name, c, probes[:1], test.by, want)
		}
		c, err := uprobe.CountBy(probes[1:], []uprobe.By{text(0), integer(2)}, nil, o)
		if err != nil {
			t.Fatal(err)
		}
		closing(t, c)
		want := make(map[string]uint64)
		for n := range 60 {
			data := []string{"", "a\x00", "a", long(255, "\x00"), long(256, "b"), long(256, "c")}[n%6]
			sized.Fire([]byte(data), 1<<63)
			want["sized "+keyOf([]uprobe.By{text(0), integer(2)}, 255,
				[]any{data, 0, uint64(1 << 63)})]++
		}
		checkCounts(t, "bytes", c, probes[1:], []uprobe.By{text(0), integer(2)}, want)
	})
}

// keyOf returns the values of a group as text, of texts at most limit bytes.
func keyOf(by []uprobe.By, limit int, args []any) string {
	var key []string
	for _, b := range by {
		switch b.Argument {
		case uprobe.Process:
			key = append(key, fmt.Sprint(os.Getpid()))
			continue
		case uprobe.Command:
			comm, err := os.ReadFile("/proc/thread-self/comm")
			if err != nil {
				panic(err)
			}
			key = append(key, fmt.Sprintf("%q", strings.TrimSpace(string(comm))))
			continue
		}
		if s, isText := args[b.Number].(string); isText {
			cut := ""
			if len(s) > limit {
				s, cut = s[:limit], "…"
			}
			key = append(key, fmt.Sprintf("%q", s)+cut)
			continue
		}
		key = append(key, fmt.Sprint(args[b.Number]))
	}
	return strings.Join(key, " ")
}

// valuesOf returns the values of a key as text; "others" if there are none.
func valuesOf(by []uprobe.By, key []uprobe.KeyValue) string {
	if key == nil {
		return "others"
	}
	var values []string
	for i, v := range key {
		switch {
		case v.IsCut:
			values = append(values, fmt.Sprintf("%q…", v.Text))
		case by[i].Text || by[i].Argument == uprobe.Command:
			values = append(values, fmt.Sprintf("%q", v.Text))
		default:
			values = append(values, v.Int.String())
		}
	}
	return strings.Join(values, " ")
}

func checkCounts(
	t *testing.T, name string, c *uprobe.GroupCounter, probes []uprobe.Probe, by []uprobe.By,
	want map[string]uint64,
) {
	t.Helper()
	groups, err := c.Take()
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]uint64)
	for _, g := range groups {
		if g.Probe == uprobe.Others {
			t.Errorf("%s: %d hits of others", name, g.Hits)
			continue
		}
		got[probes[g.Probe].Name+" "+valuesOf(by, g.Key)] += g.Hits
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// TestCountByContainer: the value is the id that the kernel has for the cgroup of this process,
// which is what it makes a handle of.
func TestCountByContainer(t *testing.T) {
	cgroups, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		t.Fatal(err)
	}
	_, path, isUnified := strings.Cut("\n"+string(cgroups), "\n0::")
	path, _, _ = strings.Cut(path, "\n")
	want := ""
	for _, root := range []string{"/sys/fs/cgroup", "/sys/fs/cgroup/unified"} {
		handle, _, err := unix.NameToHandleAt(unix.AT_FDCWD, root+path, 0)
		var fs unix.Statfs_t
		if err == nil && unix.Statfs(root+path, &fs) == nil && fs.Type == unix.CGROUP2_SUPER_MAGIC {
			want = fmt.Sprint(binary.NativeEndian.Uint64(handle.Bytes()))
		}
	}
	if !isUnified || want == "" {
		t.Skip("no cgroup of version 2 of this process")
	}
	var probe *stapsdt.Probe0
	p := provider(t, func(p *stapsdt.Provider) { probe = stapsdt.MustProbe0(p, "p") })
	probes := find(t, p, "p")
	by := []uprobe.By{{Argument: uprobe.Container, Name: func(id uint64) string {
		return fmt.Sprint("cgroup ", id)
	}}}
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		c, err := uprobe.CountBy(probes, by, nil, o)
		if err != nil {
			t.Fatal(err)
		}
		closing(t, c)
		probe.Fire()
		groups, err := c.Take()
		if err != nil || len(groups) != 1 || groups[0].Key[0].Text != "cgroup "+want {
			t.Errorf("%+v, %v, want cgroup %s", groups, err, want)
		}
	})
}

// TestCountByTooMany: hits of groups for which there is no room are counted together.
func TestCountByTooMany(t *testing.T) {
	var probe *stapsdt.Probe1[int64]
	p := provider(t, func(p *stapsdt.Provider) { probe = stapsdt.MustProbe1[int64](p, "p") })
	probes := find(t, p, "p")
	const groups, hits = 1 << 16, 1<<16 + 1000
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		c, err := uprobe.CountBy(probes, []uprobe.By{{Argument: uprobe.Numbered(0)}}, nil, o)
		if err != nil {
			t.Fatal(err)
		}
		closing(t, c)
		for n := range int64(hits) {
			probe.Fire(-n)
		}
		list, err := c.Take()
		if err != nil {
			t.Fatal(err)
		}
		var sum, others uint64
		for _, g := range list {
			if sum += g.Hits; g.Probe == uprobe.Others {
				others += g.Hits
			}
		}
		if len(list) != groups+1 || sum != hits || others != hits-groups {
			t.Errorf("%d groups of %d hits, with %d others", len(list), sum, others)
		}
	})
	by := make([]uprobe.By, 25)
	_, err := uprobe.CountBy(probes, by, nil, uprobe.Options{})
	if err == nil || !strings.Contains(err.Error(), "25 values to group by are too many") {
		t.Errorf("25 values: %v", err)
	}
}
