package cgroup

import (
	"errors"
	"io/fs"
	"sync"
	"time"
)

// Pods knows the names of pods, those of pods that are gone, too, if it has been asked while they
// were there. It is safe for concurrent use.
type Pods struct {
	logs  fs.FS
	list  func() ([]Pod, error)
	now   func() time.Time
	mu    sync.Mutex
	known map[string]Pod // at most mostKnown
	err   error          // of the last reading

	// What bounds how often list is called.
	since   time.Time       // the beginning of the period
	left    int             // calls until the next one
	spent   time.Duration   // by calls in this one
	unknown map[string]bool // UIDs that have been asked for in this one, at most listsInPeriod
	listErr error           // of the last call
}

const (
	// mostKnown bounds what a server can make usdt remember.
	mostKnown = 1 << 16

	// Who asks for a name waits for the answer, so a server that is slow is asked less often.
	listPeriod    = 30 * time.Second
	listsInPeriod = 30
	longInPeriod  = time.Second
)

// NewPods returns the pods of which logs, which is PodLogs, has directories. list, unless nil, is
// asked for those that are not there. It is called at most 30 times in 30 seconds, once for each
// UID; when it has failed, or has taken a second in all, not again in that time.
func NewPods(logs fs.FS, list func() ([]Pod, error)) *Pods {
	return &Pods{
		logs: logs, list: list, now: time.Now,
		known: make(map[string]Pod), unknown: make(map[string]bool),
	}
}

// OfUID returns a pod, with its names if they are known.
func (p *Pods) OfUID(uid string) Pod {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, known := p.known[uid]; !known {
		p.read()
	}
	if _, known := p.known[uid]; !known {
		p.ask(uid)
	}
	if pod, known := p.known[uid]; known {
		return pod
	}
	return Pod{UID: uid}
}

// Err returns why the names of pods cannot be known, if none is.
func (p *Pods) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.read()
	if p.list == nil {
		return p.err
	}
	if len(p.known) == 0 {
		p.ask("")
	}
	if len(p.known) > 0 || p.listErr == nil {
		return nil
	}
	return errors.Join(p.listErr, p.err)
}

func (p *Pods) read() {
	var entries []fs.DirEntry
	entries, p.err = fs.ReadDir(p.logs, ".")
	for _, e := range entries {
		if pod, ok := parsePodLog(e.Name()); ok && e.IsDir() {
			p.add(pod)
		}
	}
}

// ask asks for the pods, one of which has the UID.
func (p *Pods) ask(uid string) {
	now := p.now()
	if now.Sub(p.since) >= listPeriod {
		p.since, p.left, p.spent = now, listsInPeriod, 0
		clear(p.unknown)
	}
	if p.list == nil || p.left == 0 || p.unknown[uid] {
		return
	}
	p.left--
	p.unknown[uid] = true
	var pods []Pod
	pods, p.listErr = p.list()
	p.spent += p.now().Sub(now)
	if p.listErr != nil || p.spent >= longInPeriod {
		p.left = 0
	}
	for _, pod := range pods {
		if _, known := p.known[pod.UID]; !known && pod.isNamed() {
			p.add(pod)
		}
	}
}

func (p *Pods) add(pod Pod) {
	if len(p.known) >= mostKnown {
		clear(p.known)
	}
	p.known[pod.UID] = pod
}
