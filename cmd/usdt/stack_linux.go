package main

import (
	"time"

	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A locator is a stackReader that asks another process: see [process.Client]. It remembers what it
// has been told.
type locator struct {
	client *process.Client // nil when it has failed
	spaces map[uint32]map[process.Instruction]known
	size   int // of all spaces
}

// known is what is known of an instruction since a time.
type known struct {
	location
	since time.Time // zero if it will not change
}

const (
	// mostLocations is how many instructions are remembered.
	mostLocations = 1 << 17

	// askAgain is how long it takes until it is asked again what is where nothing is mapped.
	askAgain = time.Second
)

// newLocator returns a locator that knows what the processes have mapped now, so that it can tell
// of them when they have ended. The caller closes it.
func newLocator(pids []int) (*locator, error) {
	client, err := startReader()
	if err != nil {
		return nil, err
	}
	l := &locator{client: client, spaces: make(map[uint32]map[process.Instruction]known)}
	for _, pid := range pids {
		_, _ = client.Locate(pid, nil) // addresses stand for what is not known
	}
	return l, nil
}

func (l *locator) Close() { l.client.Close() }

func (l *locator) locate(stack uprobe.UserStack) (locations []location, isSettled bool) {
	space := l.spaces[stack.PID]
	if space == nil || l.size > mostLocations {
		if l.size > mostLocations {
			clear(l.spaces)
			l.size = 0
		}
		space = make(map[process.Instruction]known)
		l.spaces[stack.PID] = space
	}
	l.learn(stack, space)
	isSettled = true
	for i, address := range stack.Addresses {
		k := space[process.Instruction{Address: address, IsReturn: i > 0}]
		k.address = address
		isSettled = isSettled && k.since.IsZero()
		locations = append(locations, k.location)
	}
	return withoutEntrance(locations), isSettled
}

// learn asks for the instructions of a stack that are not known.
func (l *locator) learn(stack uprobe.UserStack, space map[process.Instruction]known) {
	var unknown []process.Instruction
	now := time.Now()
	for i, address := range stack.Addresses {
		in := process.Instruction{Address: address, IsReturn: i > 0}
		if k, ok := space[in]; !ok || !k.since.IsZero() && now.Sub(k.since) >= askAgain {
			unknown = append(unknown, in)
		}
	}
	if len(unknown) == 0 {
		return
	}
	found, err := l.client.Locate(int(stack.PID), unknown)
	for i, in := range unknown {
		k := known{since: now}
		if err == nil && found[i].Object != "" {
			k = known{location: location{
				address: in.Address, object: found[i].Object, offset: found[i].Offset,
				frames: found[i].Frames,
			}}
		}
		l.size++
		space[in] = k
	}
}
