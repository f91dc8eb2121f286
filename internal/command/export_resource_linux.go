package command

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-usdt/usdt/internal/export/front"
)

// mostResources bounds how many resources share their pointers.
const mostResources = 1 << 16

// share returns the resource with some attributes and the name of the host. Equal ones share a
// pointer.
func (e *exportedProcesses) share(attributes map[string]any) *front.Resource {
	attributes["host.name"] = e.host
	r := new(front.Resource)
	var id strings.Builder
	for _, key := range slices.Sorted(maps.Keys(attributes)) {
		r.Attributes = append(r.Attributes, front.Attribute{Key: key, Value: attributes[key]})
		fmt.Fprintf(&id, "%s=%v\x00", key, attributes[key])
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if known := e.resources[id.String()]; known != nil {
		return known
	}
	if len(e.resources) >= mostResources {
		clear(e.resources)
	}
	e.resources[id.String()] = r
	return r
}
