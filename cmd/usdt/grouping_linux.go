package main

import (
	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// engine returns the values as the engine has them.
func (g grouping) engine() []uprobe.By {
	var by []uprobe.By
	for _, v := range g {
		b := uprobe.By{Argument: uprobe.Argument(v.arg), OfEnd: v.isOfEnd}
		switch {
		case b.Argument == uprobe.Container:
			b = byContainer()
		case b.Argument != uprobe.Command:
			b.Text = v.isText
		}
		by = append(by, b)
	}
	return by
}

// byContainer groups hits by the containers of their processes.
func byContainer() uprobe.By {
	var containers process.Containers
	if process.CgroupsTell() {
		containers.Remember()
		return uprobe.By{Argument: uprobe.Container, Name: containers.OfCgroup}
	}
	return uprobe.By{Argument: uprobe.Process, Name: containers.OfProcess}
}
