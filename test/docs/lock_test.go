package docs

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// shared is what only one program of the machine can have at a time, as pages name it: a port, and
// a socket outside of the directory of the page.
var shared = regexp.MustCompile(`:\d{4,5}\b|/[a-z/]+\.sock\b`)

// locks has a lock for each.
type locks struct {
	mutex sync.Mutex
	named map[string]*sync.Mutex
}

// lock waits until no other page uses what these blocks do. Always in the same order, no page waits
// for one that waits for it.
func (l *locks) lock(blocks []*block) (unlock func()) {
	var unlocks []func()
	for _, name := range uses(blocks) {
		l.mutex.Lock()
		if l.named == nil {
			l.named = map[string]*sync.Mutex{}
		}
		if l.named[name] == nil {
			l.named[name] = &sync.Mutex{}
		}
		one := l.named[name]
		l.mutex.Unlock()
		one.Lock()
		unlocks = append(unlocks, one.Unlock)
	}
	return func() {
		for _, unlock := range unlocks {
			unlock()
		}
	}
}

// uses returns what blocks share, sorted.
func uses(blocks []*block) []string {
	var names []string
	for _, b := range blocks {
		if b.notRun != "" {
			continue
		}
		text := strings.Join(append(b.lines, b.first...), "\n")
		for _, p := range b.programs {
			text += "\n" + p.command
		}
		names = append(names, shared.FindAllString(text, -1)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
