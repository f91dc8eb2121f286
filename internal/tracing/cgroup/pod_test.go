package cgroup

import (
	"errors"
	"io/fs"
	"testing"
	"testing/fstest"
)

const (
	uid     = "0b9c1f4e-5d0a-4c59-9a3b-6f2f6f0d2a11"
	slice   = "0b9c1f4e_5d0a_4c59_9a3b_6f2f6f0d2a11"
	another = "1b9c1f4e-5d0a-4c59-9a3b-6f2f6f0d2a11"
	hash    = "5d9a0a3c3d6c1ef9c2a9c5a8f7f2b1e0" // of a pod from a file
)

func TestPodUID(t *testing.T) {
	for path, want := range map[string]string{
		"/kubepods/burstable/pod" + uid + "/" + id:                                    uid,
		"/kubepods/pod" + uid:                                                         uid,
		"/kubepods.slice/kubepods-pod" + slice + ".slice/cri-containerd-" + id:        uid,
		"/a/kubepods-besteffort-pod" + slice + ".slice/crio-" + id + ".scope":         uid,
		"/kubepods-burstable-pod" + slice + ".slice:cri-containerd:" + id:             uid,
		"/../../kubepods-besteffort-pod" + slice + ".slice/cri-containerd-" + id + "": uid,
		"/../../burstable/pod" + uid + "/" + id:                                       uid,
		"/kubepods/besteffort/pod" + hash + "/" + id:                                  hash,
		"/machine.slice/libpod-" + id + ".scope":                                      "",
		"/podman/pod1":                                                                "",
		"/kubepods/pod" + uid + "x":                                                   "",
		"/" + uid:                                                                     "",
	} {
		if got := Parse("4:cpu:/\n0::" + path).PodUID(); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

// logs are what a kubelet has, and what others put beside it.
func logs() fstest.MapFS {
	return fstest.MapFS{
		"shop_shop-6d5f_" + uid + "/shop/0.log":       {},
		"kube-system_etcd-node.a_" + hash + "/etcd":   {},
		"shop_file_" + another:                        {},
		"a_b_c_" + another + "/x":                     {},
		"\x1b[31m_name_" + another + "/x":             {},
		"shop_..%2f_" + another + "/x":                {},
		"shop_shop_" + "xyz" + "/x":                   {},
		"shop_shop-UPPER_" + another + "/x":           {},
		"_shop_" + another + "/x":                     {},
		"shop__" + another + "/x":                     {},
		"shop_shop_" + another + "_" + another + "/x": {},
	}
}

func TestPods(t *testing.T) {
	files := logs()
	pods := NewPods(files, nil)
	for uid, want := range map[string]string{
		uid: "shop/shop-6d5f", hash: "kube-system/etcd-node.a", another: another,
	} {
		if got := pods.OfUID(uid).String(); got != want {
			t.Errorf("%s: %q, want %q", uid, got, want)
		}
	}
	files["web_late_"+another+"/x"] = &fstest.MapFile{}
	if got := pods.OfUID(another).String(); got != "web/late" {
		t.Errorf("a pod that came later: %q", got)
	}
	clear(files)
	if got := pods.OfUID(another).String(); got != "web/late" {
		t.Errorf("a pod that is gone: %q", got)
	}
	if err := pods.Err(); err != nil {
		t.Error(err)
	}
}

// failing is a directory that cannot be read.
type failing struct{}

func (failing) Open(string) (fs.File, error) { return nil, fs.ErrPermission }

func TestPodsWithoutNames(t *testing.T) {
	pods := NewPods(failing{}, nil)
	if got := pods.OfUID(uid); got != (Pod{UID: uid}) {
		t.Errorf("%+v", got)
	}
	if err := pods.Err(); !errors.Is(err, fs.ErrPermission) {
		t.Error(err)
	}
}

func TestParsePod(t *testing.T) {
	pod := Pod{uid, "shop", "shop-6d5f"}
	for text, want := range map[string]bool{
		uid: true, slice: true, "shop/shop-6d5f": true, "shop-6d5f": true, "shop/*": true,
		"shop/shop-*": true, "*/shop-6d5?": true, "shop-*": true, "[s]hop/shop-6d5f": true,
		another: false, hash: false, "shop": false, "web/shop-6d5f": false, "shop/": false,
		"/shop-6d5f": false, "": false, "shop/shop/6d5f": false, "shop/[": false, "*": true,
	} {
		p, ok := ParsePod(text)
		if got := ok && p.Matches(pod); got != want {
			t.Errorf("%q: %v (valid: %v)", text, got, ok)
		}
		if ok && !p.NeedsNames() != (text == uid || text == slice || text == another || text == hash) {
			t.Errorf("%q needs names: %v", text, p.NeedsNames())
		}
		if unnamed := (Pod{UID: uid}); ok && p.NeedsNames() && p.Matches(unnamed) {
			t.Errorf("%q matches a pod with no names", text)
		}
	}
}
