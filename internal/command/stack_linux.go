package command

import (
	"sync"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A locator is a stackReader that asks another process: see [process.Client]. It remembers what it
// has been told. Its methods are safe for concurrent use.
type locator struct {
	mu     sync.Mutex
	client *process.Client
	spaces map[uint32]map[process.Instruction]known
	size   int // instructions in all spaces
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

// newLocator returns a locator that knows what the members of the scope have mapped when they are
// first traced, so that it can tell of them when they have ended. With --all, or --file
// alone, there are no members: it knows a process from its first stack on. The caller closes it.
func (s *selection) newLocator() (*locator, error) {
	client, err := startReader()
	if err != nil {
		return nil, err
	}
	l := &locator{client: client, spaces: make(map[uint32]map[process.Instruction]known)}
	for _, pid := range s.scope.pids {
		l.remember(pid)
	}
	s.follower.seen = l.remember
	return l, nil
}

func (l *locator) Close() { l.client.Close() }

// remember has what a process has mapped remembered. If that is not known, addresses stand for it.
func (l *locator) remember(pid int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	of := uint32(pid)           // #nosec G115 -- a process id
	l.size -= len(l.spaces[of]) // of another process that had the id
	delete(l.spaces, of)
	_, _ = l.client.Locate(pid, nil)
}

func (l *locator) locate(stack uprobe.UserStack) (locations []location, isSettled bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
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
	before := len(space)
	found, err := l.client.Locate(int(stack.PID), unknown)
	for i, in := range unknown {
		k := known{since: now}
		if err == nil && found[i].Object != "" {
			k = known{location: location{
				address: in.Address, object: found[i].Object, offset: found[i].Offset,
				frames: found[i].Frames,
			}}
		}
		space[in] = k
	}
	l.size += len(space) - before
}
