package command

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"sync"

	"github.com/go-usdt/usdt/internal/linux"
	"github.com/go-usdt/usdt/internal/tracing/cgroup"
	"github.com/go-usdt/usdt/internal/tracing/podlist"
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
			return c, usagef("%s %s: want NAME, NAMESPACE/NAME, with wildcards, or a UID",
				s.option("pod"), text)
		}
		if err := c.names.Err(); err != nil && p.NeedsNames() {
			return c, fmt.Errorf("%s %s: the names of pods are not known here; use the pod's UID, "+
				"or run usdt on the node, where they are in %s, or set %s: %w",
				s.option("pod"), text, cgroup.PodLogs, podsURL, err)
		}
		c.patterns = append(c.patterns, p)
	}
	return c, nil
}

// podsURL is the variable with the URL of a list of pods.
const podsURL = "USDT_PODS_URL"

// hostPods returns the pods of this machine. There is one for all, which asks a server as seldom as
// one.
var hostPods = sync.OnceValue(newHostPods)

func newHostPods() *cgroup.Pods {
	logs := os.DirFS(cgroup.PodLogs)
	// The files are read with the rights of usdt, so the user must have them, too.
	source := podlist.Source{
		URL:       linux.SecureGetenv(podsURL),
		TokenFile: linux.SecureGetenv("USDT_PODS_TOKEN_FILE"),
		CAFile:    linux.SecureGetenv("USDT_PODS_CA_FILE"),
	}
	if source.URL == "" {
		return cgroup.NewPods(logs, nil)
	}
	return cgroup.NewPods(logs, source.List)
}

// podOfProcess names the pod of a process of this machine; "" is none.
func podOfProcess(pid int) string { return podOf(hostPods(), readCgroups(pid)) }

// podOf names the pod of a process with these cgroups; "" is none.
func podOf(pods *cgroup.Pods, m cgroup.Membership) string {
	uid := m.PodUID()
	if uid == "" {
		return ""
	}
	return pods.OfUID(uid).String()
}

// namePod returns what names the pod of a process; "-" is none.
func namePod(pods *cgroup.Pods) func(cgroup.Membership) string {
	return func(m cgroup.Membership) string { return cmp.Or(podOf(pods, m), "-") }
}
