package command

import (
	"fmt"
	"os"
	"slices"

	"github.com/go-usdt/usdt/internal/tracing/cgroup"
)

// podCriteria are the pods of which a process has to be in one, if there are patterns. Those that
// come later are meant, too.
type podCriteria struct {
	patterns []cgroup.PodPattern
	names    *cgroup.Pods
}

// hold tells whether a process with these cgroups is in one of the pods, or need not be.
func (c podCriteria) hold(m cgroup.Membership) bool {
	if len(c.patterns) == 0 {
		return true
	}
	uid := m.PodUID()
	if uid == "" {
		return false
	}
	pod := c.names.OfUID(uid)
	return slices.ContainsFunc(c.patterns, func(p cgroup.PodPattern) bool { return p.Matches(pod) })
}

// findPods returns the pods that are meant.
func (s scope) findPods() (c podCriteria, err error) {
	c.names = hostPods()
	for _, text := range s.pods {
		p, ok := cgroup.ParsePod(text)
		if !ok {
			return c, usagef("--pod %s: want NAME, NAMESPACE/NAME, with wildcards, or a UID", text)
		}
		if err := c.names.Err(); err != nil && p.NeedsNames() {
			return c, fmt.Errorf("--pod %s: the names of pods are not known here; use the pod's UID, "+
				"or run usdt on the node, where they are in %s: %w", text, cgroup.PodLogs, err)
		}
		c.patterns = append(c.patterns, p)
	}
	return c, nil
}

// hostPods returns the pods of this machine.
func hostPods() *cgroup.Pods { return cgroup.NewPods(os.DirFS(cgroup.PodLogs)) }

// namePod returns what names the pod of a process.
func namePod(pods *cgroup.Pods) func(cgroup.Membership) string {
	return func(m cgroup.Membership) string {
		uid := m.PodUID()
		if uid == "" {
			return "-"
		}
		return pods.OfUID(uid).String()
	}
}
