// Package cluster is a Kubernetes of one node, in a machine of its own: mounts, processes, network,
// cgroups and host name are apart from those of the machine that runs it, and all of it goes with
// its first process. The programs of Kubernetes are built from source; etcd, containerd, runc and
// the network plugins are Debian's.
package cluster
