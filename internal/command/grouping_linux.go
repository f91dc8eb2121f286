package command

import (
	"time"

	"github.com/go-usdt/usdt/internal/tracing/cgroup"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// engine returns the values as the engine has them.
func (g grouping) engine() []uprobe.By {
	var by []uprobe.By
	for _, v := range g {
		b := uprobe.By{Argument: uprobe.Argument(v.arg), OfEnd: v.isOfEnd}
		switch {
		case b.Argument == uprobe.Container:
			b = byContainer(cgroup.Membership.Container)
		case b.Argument == uprobe.Pod:
			b = byContainer(namePod(hostPods()))
		case b.Argument != uprobe.Command:
			b.Text = v.isText
		}
		by = append(by, b)
	}
	return by
}

// rememberInterval is how often usdt looks for containers, to know them when they are gone.
const rememberInterval = time.Second

// byContainer groups hits by the containers of their processes, as name names these.
func byContainer(name func(cgroup.Membership) string) uprobe.By {
	mounts, _ := cgroup.ReadMounts() // without them, there are no cgroups to be known
	containers := cgroup.NewContainers(mounts, name)
	go func() { // until this process ends
		for range time.Tick(rememberInterval) {
			containers.Remember()
		}
	}()
	if mounts.AreUnified() {
		return uprobe.By{Argument: uprobe.Container, Name: containers.OfCgroup}
	}
	return uprobe.By{Argument: uprobe.Process, Name: containers.OfProcess}
}
