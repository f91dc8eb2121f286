package cgroup

import (
	"errors"
	"fmt"
	"testing"
	"testing/fstest"
	"time"
)

// A server has a list of pods.
type server struct {
	pods  []Pod
	err   error
	calls int
}

func (s *server) list() ([]Pod, error) {
	s.calls++
	return s.pods, s.err
}

// ofServer returns the pods of a server, and the clock that they look at.
func ofServer(s *server, logs fstest.MapFS) (*Pods, *time.Time) {
	now := time.Now()
	pods := NewPods(logs, s.list)
	pods.now = func() time.Time { return now }
	return pods, &now
}

func TestPodsOfServer(t *testing.T) {
	s := &server{pods: []Pod{
		{another, "web", "web-1"},
		{uid, "other", "than-the-directory"},
		{hash, "kube-system", "UPPER\x1b[31m"},
	}}
	pods, _ := ofServer(s, fstest.MapFS{"shop_shop-6d5f_" + uid + "/x": {}})
	for range 2 {
		for uid, want := range map[string]string{
			uid: "shop/shop-6d5f", another: "web/web-1", hash: hash,
		} {
			if got := pods.OfUID(uid).String(); got != want {
				t.Errorf("%s: %q, want %q", uid, got, want)
			}
		}
	}
	if s.calls > 2 {
		t.Errorf("it was asked %d times", s.calls)
	}
	if err := pods.Err(); err != nil {
		t.Error(err)
	}
}

// TestServerIsAskedSeldom: whatever it is asked for, and whatever it answers.
func TestServerIsAskedSeldom(t *testing.T) {
	const most = 30
	for want, s := range map[int]*server{most: {}, 1: {err: errors.New("down")}} {
		pods, now := ofServer(s, nil)
		for period := 1; period < 3; period++ {
			for i := range 2 * most {
				pods.OfUID(fmt.Sprintf("%08d-5d0a-4c59-9a3b-6f2f6f0d2a11", i))
			}
			if s.calls != period*want {
				t.Errorf("asked %d times in %d periods, want %d", s.calls, period, period*want)
			}
			*now = now.Add(30 * time.Second)
		}
	}
}

// TestSlowServer: all answers together take about a second in half a minute.
func TestSlowServer(t *testing.T) {
	s := new(server)
	pods, now := ofServer(s, nil)
	pods.list = func() ([]Pod, error) {
		*now = now.Add(400 * time.Millisecond)
		return s.list()
	}
	for period := 1; period < 3; period++ {
		for i := range 20 {
			pods.OfUID(fmt.Sprintf("%08d-5d0a-4c59-9a3b-6f2f6f0d2a11", i))
		}
		if want := 3 * period; s.calls != want {
			t.Errorf("asked %d times in %d periods, want %d", s.calls, period, want)
		}
		*now = now.Add(30 * time.Second)
	}
}

// TestServerIsBack: a pod that was not known is looked for again.
func TestServerIsBack(t *testing.T) {
	s := &server{err: errors.New("down")}
	pods, now := ofServer(s, nil)
	if got := pods.OfUID(uid); got.Name != "" {
		t.Error(got)
	}
	if err := pods.Err(); !errors.Is(err, s.err) {
		t.Error(err)
	}
	s.pods, s.err = []Pod{{uid, "shop", "shop-1"}}, nil
	*now = now.Add(time.Minute)
	if got := pods.OfUID(uid).String(); got != "shop/shop-1" {
		t.Error(got)
	}
	if err := pods.Err(); err != nil {
		t.Error(err)
	}
}

// TestServerFloods: what a hostile server can make usdt remember has an end.
func TestServerFloods(t *testing.T) {
	s := new(server)
	pods, now := ofServer(s, nil)
	for i := range 20 {
		s.pods = nil
		for j := range 1 << 12 {
			uid := fmt.Sprintf("%08x-%04x-4c59-9a3b-6f2f6f0d2a11", i, j)
			s.pods = append(s.pods, Pod{uid, "a", "b"})
		}
		pods.OfUID(uid)
		*now = now.Add(time.Minute)
	}
	if s.calls != 20 || len(pods.known) > mostKnown || len(pods.known) < 1<<12 {
		t.Errorf("it knows %d after %d calls", len(pods.known), s.calls)
	}
}
