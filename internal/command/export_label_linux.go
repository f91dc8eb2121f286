package command

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/go-usdt/usdt/internal/export/collect"
	"github.com/go-usdt/usdt/internal/export/config"
	"github.com/go-usdt/usdt/internal/export/front"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// exportLabels are the labels of a metric, once a probe is known that they are of.
type exportLabels struct {
	by    []uprobe.By
	list  []exportLabel
	names *exportedProcesses
}

// An exportLabel makes the value of a label.
type exportLabel struct {
	config.Label
	key int     // the index of the value in the key of a group; -1 for the probe
	by  byValue // of an argument
}

// newExportLabels returns the labels for a probe; an end, unless nil, is that of a pair.
func newExportLabels(
	labels []config.Label, names *exportedProcesses, p uprobe.Probe, end *uprobe.Probe,
) (l exportLabels, err error) {
	l.names = names
	for _, c := range labels {
		label := exportLabel{Label: c, key: -1}
		switch c.Of {
		case config.OfProbe:
		case config.OfComm:
			label.key = l.need(uprobe.By{Argument: uprobe.Command})
		case config.OfPID, config.OfProcess, config.OfContainer, config.OfPod:
			label.key = l.need(uprobe.By{Argument: uprobe.Process})
		default:
			if label, err = l.argument(c, p, end); err != nil {
				return l, err
			}
		}
		l.list = append(l.list, label)
	}
	return l, nil
}

// need adds a value to group by, unless it is there, and returns its index.
func (l *exportLabels) need(by uprobe.By) int {
	is := func(other uprobe.By) bool {
		return other.Argument == by.Argument && other.Text == by.Text && other.OfEnd == by.OfEnd
	}
	if i := slices.IndexFunc(l.by, is); i >= 0 {
		return i
	}
	l.by = append(l.by, by)
	return len(l.by) - 1
}

// areOfProcesses tells whether each process has groups of its own.
func (l exportLabels) areOfProcesses() bool {
	return slices.ContainsFunc(l.by, func(by uprobe.By) bool { return by.Argument == uprobe.Process })
}

// argument returns the label of an argument: of a pair that of the start, if it has it.
func (l *exportLabels) argument(
	c config.Label, p uprobe.Probe, end *uprobe.Probe,
) (label exportLabel, err error) {
	parsed, _ := parseArgument(c.Of) // the configuration has been checked
	a, isOfEnd := argument(parsed), false
	if end != nil {
		p, isOfEnd = sideOf(a, p, *end)
	}
	label = exportLabel{Label: c}
	if label.by, err = groupBy(fmt.Sprintf("label %s:", c.Name), a, false, p); err != nil {
		return label, err
	}
	label.key = l.need(uprobe.By{Argument: parsed, Text: label.by.isText, OfEnd: isOfEnd})
	return label, nil
}

// isSame tells whether both make labels of the same keys.
func (l exportLabels) isSame(other exportLabels) bool {
	return slices.EqualFunc(l.list, other.list, func(a, b exportLabel) bool {
		return a.key == b.key && a.by.isText == b.by.isText && (a.by.value == nil) ==
			(b.by.value == nil) && (a.by.value == nil || *a.by.value == *b.by.value)
	}) && slices.EqualFunc(l.by, other.by, func(a, b uprobe.By) bool {
		return a.Argument == b.Argument && a.Text == b.Text && a.OfEnd == b.OfEnd
	})
}

// labelNames returns the names of labels.
func labelNames(labels []config.Label) (names []string) {
	for _, l := range labels {
		names = append(names, l.Name)
	}
	return names
}

// values returns the values of the labels for a group, and what it comes from.
func (l exportLabels) values(key []uprobe.KeyValue, probe string) ([]string, *front.Resource) {
	values := make([]string, 0, len(l.list))
	attributes := make(map[string]any)
	for _, label := range l.list {
		v := uprobe.KeyValue{Text: probe}
		if label.key >= 0 {
			v = key[label.key]
		}
		values = append(values, l.value(label, v, attributes))
	}
	return values, l.names.share(attributes)
}

// value returns the value of a label, and adds what it says of the resource.
func (l exportLabels) value(label exportLabel, v uprobe.KeyValue, of map[string]any) string {
	switch label.Of {
	case config.OfProbe, config.OfComm:
		return collect.Text(v.Text)
	case config.OfPID, config.OfProcess, config.OfContainer, config.OfPod:
		pid := int(v.Int.Bits) // #nosec G115 -- the id of a process
		return l.ofProcess(label.Of, pid, l.names.of(pid), of)
	}
	if label.by.isText {
		return collect.Text(v.Text)
	}
	return collect.Text(label.by.text(v))
}

func (l exportLabels) ofProcess(what string, pid int, p exportedProcess, of map[string]any) string {
	switch what {
	case config.OfPID:
		for _, a := range p.resource.Attributes {
			of[a.Key] = a.Value
		}
		return strconv.Itoa(pid)
	case config.OfProcess:
		of["service.name"], of["process.executable.name"] = p.name, p.name
		return p.name
	case config.OfContainer:
		if p.container.ID != "" {
			of["container.id"] = p.container.ID
		}
		return containerLabel(p)
	}
	if p.isUnknown {
		return unknown
	}
	addPod(p.pod, of)
	return p.pod.String()
}

// containerLabel names a container as --by container does, and is empty outside of one.
func containerLabel(p exportedProcess) string {
	const digits = 12 // as Docker shows
	switch {
	case p.isUnknown:
		return unknown
	case p.container.ID != "":
		return p.container.ID[:digits]
	}
	return collect.Text(p.container.Name)
}
