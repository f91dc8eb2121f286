package cgroup

import (
	"path"
	"regexp"
	"strings"
)

// A Pod is a pod of Kubernetes. Its containers have a cgroup together.
type Pod struct {
	UID             string
	Namespace, Name string // empty if nobody here knows them
}

// String returns NAMESPACE/NAME, or else the UID.
func (p Pod) String() string {
	if p.Name == "" {
		return p.UID
	}
	return p.Namespace + "/" + p.Name
}

// podUID finds the UID that the kubelet puts into the path of a pod's cgroup, such as
// kubepods/burstable/podUID or, by systemd, which has another use for a dash,
// kubepods-burstable-podUID.slice. That of a pod from a file on the node is a hash, with no dashes.
var podUID = regexp.MustCompile(`^(?:kubepods-(?:burstable-|besteffort-)?)?` +
	`pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})(?:\.slice(?::.*)?)?$`)

// PodUID returns the UID of the pod that the process is in, or nothing. What is in a container
// knows other paths than the machine does, but the same names of their parts.
func (m Membership) PodUID() string {
	for _, c := range m {
		for part := range strings.SplitSeq(c.Path, "/") {
			if uid := podUID.FindStringSubmatch(part); uid != nil {
				return strings.ReplaceAll(uid[1], "_", "-")
			}
		}
	}
	return ""
}

// PodLogs is where the kubelet of a machine has a directory for each of its pods, which it makes
// before the pod runs: NAMESPACE_NAME_UID.
const PodLogs = "/var/log/pods"

// podLog is how Kubernetes names things.
var podLog = regexp.MustCompile(`^([a-z0-9-]{1,63})_([a-z0-9.-]{1,253})_([0-9a-f-]{32,36})$`)

func parsePodLog(name string) (Pod, bool) {
	parts := podLog.FindStringSubmatch(name)
	if parts == nil {
		return Pod{}, false
	}
	return Pod{Namespace: parts[1], Name: parts[2], UID: parts[3]}, true
}

// isNamed reports whether a pod has names as Kubernetes gives them, and a UID.
func (p Pod) isNamed() bool {
	parsed, ok := parsePodLog(p.Namespace + "_" + p.Name + "_" + p.UID)
	return ok && parsed == p
}

// A PodPattern is what a user says of a pod: its UID, NAME, or NAMESPACE/NAME, these two with the
// wildcards of [path.Match].
type PodPattern struct{ uid, namespace, name string }

// ParsePod returns the pattern of a text, and whether the text is one.
func ParsePod(text string) (p PodPattern, ok bool) {
	if parts := podUID.FindStringSubmatch("pod" + text); parts != nil {
		return PodPattern{uid: parts[1]}, true
	}
	namespace, name, both := strings.Cut(text, "/")
	if !both {
		namespace, name = "*", text
	}
	_, err := path.Match(namespace, "")
	_, err2 := path.Match(name, "")
	ok = namespace != "" && name != "" && !strings.Contains(name, "/") && err == nil && err2 == nil
	return PodPattern{namespace: namespace, name: name}, ok
}

// NeedsNames reports whether the pattern can match only a pod whose names are known.
func (p PodPattern) NeedsNames() bool { return p.uid == "" }

// Matches reports whether a pod is meant.
func (p PodPattern) Matches(pod Pod) bool {
	if p.uid != "" {
		return pod.UID == strings.ReplaceAll(p.uid, "_", "-")
	}
	inNamespace, _ := path.Match(p.namespace, pod.Namespace)
	isNamed, _ := path.Match(p.name, pod.Name)
	return pod.Name != "" && inNamespace && isNamed
}
