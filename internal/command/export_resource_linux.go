package command

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-usdt/usdt/internal/export/front"
	"github.com/go-usdt/usdt/internal/tracing/cgroup"
)

// mostResources bounds how many resources share their pointers.
const mostResources = 1 << 16

// share returns the resource with some attributes and the name of the host. Equal ones share a
// pointer.
func (e *exportedProcesses) share(attributes map[string]any) *front.Resource {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.shared(attributes)
}

// resource returns the resource of a process, with its id unless that is 0. The caller holds e.mu.
func (e *exportedProcesses) resource(pid int, p *exportedProcess) *front.Resource {
	of := map[string]any{"process.executable.name": p.name, "service.name": p.name}
	if pid != 0 {
		of["process.pid"] = int64(pid)
	}
	if p.container.ID != "" {
		of["container.id"] = p.container.ID
	}
	addPod(p.pod, of)
	return e.shared(of)
}

// addPod adds what is known of a pod.
func addPod(p cgroup.Pod, of map[string]any) {
	if p.Name != "" {
		of["k8s.namespace.name"], of["k8s.pod.name"] = p.Namespace, p.Name
	}
	if p.UID != "" {
		of["k8s.pod.uid"] = p.UID
	}
}

// shared is share for a caller who holds e.mu.
func (e *exportedProcesses) shared(attributes map[string]any) *front.Resource {
	attributes["host.name"] = e.host
	r := new(front.Resource)
	var id strings.Builder
	for _, key := range slices.Sorted(maps.Keys(attributes)) {
		r.Attributes = append(r.Attributes, front.Attribute{Key: key, Value: attributes[key]})
		fmt.Fprintf(&id, "%s=%v\x00", key, attributes[key])
	}
	if known := e.resources[id.String()]; known != nil {
		return known
	}
	if len(e.resources) >= mostResources {
		clear(e.resources)
	}
	e.resources[id.String()] = r
	return r
}
