package cgroup

import (
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
)

const (
	id    = "9b2cd0f6a7e814539b2cd0f6a7e814539b2cd0f6a7e814539b2cd0f6a7e81453"
	other = "9b2cd0f6a7e814539b2cd0f6a7e814539b2cd0f6a7e814539b2cd0f6a7e81454"
)

// hybrid is a process of a system with both versions.
const hybrid = "12:cpu,cpuacct:/docker/" + id +
	"\n1:name=systemd:/system.slice/shop.service\n0::/x:y\n"

func TestParse(t *testing.T) {
	want := Membership{
		{"cpu,cpuacct", "/docker/" + id}, {"name=systemd", "/system.slice/shop.service"}, {"", "/x:y"},
	}
	if got := Parse(hybrid); !reflect.DeepEqual(got, want) {
		t.Errorf("%q", got)
	}
	want = Membership{{"", "/gone"}}
	if got := Parse("0::/gone (deleted)\nnonsense\n"); !reflect.DeepEqual(got, want) {
		t.Errorf("%q", got)
	}
}

func TestInUnit(t *testing.T) {
	for path, want := range map[string]bool{
		"/system.slice/shop.service":                           true,
		"/system.slice/shop.service/worker":                    true,
		"/user.slice/user@1000.service/app.slice/shop.service": true,
		"/system.slice/_shop.service":                          true,
		"/system.slice/shop.service.d":                         false,
		"/system.slice/workshop.service":                       false,
		"/shop":                                                false,
	} {
		if got := Parse("0::" + path).InUnit(UnitName("shop")); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
	if got := UnitName("user-1000.slice"); got != "user-1000.slice" {
		t.Error(got)
	}
	if got := UnitName("getty@tty1"); got != "getty@tty1.service" {
		t.Error(got)
	}
}

func TestContainers(t *testing.T) {
	for path, want := range map[string][]Container{
		"/system.slice/docker-" + id + ".scope":                      {{ID: id}},
		"/docker/" + id + "/docker/" + other:                         {{ID: id}, {ID: other}},
		"/kubepods.slice/pod1.slice/cri-containerd-" + id + ".scope": {{ID: id}},
		"/kubepods/burstable/pod1/" + id:                             {{ID: id}},
		"/pod1.slice:cri-containerd:" + id:                           {{ID: id}},
		"/machine.slice/libpod-" + id + ".scope/container":           {{ID: id}},
		"/machine.slice/libpod-conmon-" + id + ".scope":              nil,
		"/machine.slice/crio-" + id + ".scope":                       {{ID: id}},
		"/lxc/web":                                                   {{Name: "web"}},
		"/lxc.payload/web/init.scope":                                {{Name: "web"}},
		"/lxc.payload.web/system.slice":                              {{Name: "web"}},
		"/lxc.monitor.web":                                           nil,
		`/machine.slice/machine-my\x2dweb.scope/payload`:             {{Name: "my-web"}},
		`/machine.slice/systemd-nspawn@web.service/payload`:          {{Name: "web"}},
		"/system.slice/ssh.service":                                  nil,
		"/docker/" + id[1:]:                                          nil,
	} {
		if got := Parse("0::" + path).Containers(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
}

func TestMounts(t *testing.T) {
	m := ParseMounts(`24 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct
33 31 0:30 /docker/1 /sys/fs/cgroup/systemd rw - cgroup none rw,xattr,release_agent=/x,name=systemd
34 31 0:31 / /sys/fs/cgroup/my\040unified rw - cgroup2 cgroup2 rw,nsdelegate
`)
	everywhere := []Cgroup{
		{"cpu,cpuacct", "/a/b"}, {"name=systemd", "/docker/1/a/b"}, {"", "/a/b"},
	}
	for name, want := range map[string][]Cgroup{
		"/sys/fs/cgroup/cpu,cpuacct/a/b/":  {{"cpu,cpuacct", "/a/b"}},
		"/sys/fs/cgroup/systemd/a":         {{"name=systemd", "/docker/1/a"}},
		"/sys/fs/cgroup/my unified/a/../b": {{"", "/b"}},
		"/sys/fs/cgroup/my unified":        {{"", "/"}},
		"a/b":                              everywhere,
		"/a/b":                             everywhere,
	} {
		if got := m.Named(name); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	for path, want := range map[string]bool{"/a": true, "/a/b": true, "/ab": false, "/": false} {
		if got := Parse("0::" + path).In(Cgroup{"", "/a"}); got != want {
			t.Errorf("%s: %v", path, got)
		}
		if Parse("1:cpu:" + path).In(Cgroup{"", "/"}) {
			t.Errorf("%s is in another hierarchy", path)
		}
	}
	if !Parse("0::/a").In(Cgroup{"", "/"}) {
		t.Error("/a is not below /")
	}
}

func TestFind(t *testing.T) {
	varLib := fstest.MapFS{
		"docker/containers/1/config.v2.json": {Data: []byte(`{"ID":"` + id + `","Name":"/web"}`)},
		"docker/containers/2/config.v2.json": {Data: []byte(`{`)},
		"docker/containers/3/config.v2.json": {Data: []byte(`{"ID":"5","Name":"/gone"}`)},
		"containers/storage/overlay-containers/containers.json": {
			Data: []byte(`[{"id":"` + other + `","names":["pod"]}]`),
		},
	}
	all := []Container{{ID: id}, {ID: other}, {Name: "9b"}, {ID: strings.Repeat("a", 64)}}
	for text, want := range map[string]Container{
		id: {ID: id}, "containerd://" + other: {ID: other}, "9b": {Name: "9b"}, "aa": {ID: all[3].ID},
		"web": {ID: id}, "pod": {ID: other},
		"9b2": {}, "gone": {}, "b": {}, "": {}, "docker://": {},
	} {
		got, err := Find(all, text, func(name string) string { return NameIn(varLib, name) })
		if got != want || (err == nil) == (want == Container{}) {
			t.Errorf("%q: %v, %v, want %v", text, got, err, want)
		}
	}
	if _, err := Find(all, "9b2", func(string) string { return "" }); !strings.Contains(
		err.Error(), id+", "+other) {
		t.Error(err)
	}
}

// FuzzParse checks that whatever a process is in, it is in the root of that hierarchy, and in what
// its path says.
func FuzzParse(f *testing.F) {
	f.Add(hybrid)
	f.Add("0::/lxc.payload.web/" + `machine-a\x2db.scope` + "\n1:cpu:\n")
	f.Fuzz(func(t *testing.T, text string) {
		m := Parse(text)
		for _, c := range m {
			if !m.In(c) || strings.HasPrefix(c.Path, "/") && !m.In(Cgroup{c.Hierarchy, "/"}) {
				t.Errorf("not in %q", c)
			}
			for part := range strings.SplitSeq(c.Path, "/") {
				if !m.InUnit(part) {
					t.Errorf("not in %q", part)
				}
			}
		}
		for _, c := range m.Containers() {
			if (c.ID == "") == (c.Name == "") || c.ID != "" && !strings.Contains(text, c.ID) {
				t.Errorf("container %q", c)
			}
		}
	})
}
