package command

import (
	"errors"

	"github.com/go-usdt/usdt/internal/tracing/filter"
	"github.com/go-usdt/usdt/internal/tracing/watch"
)

// followingAll is following for the probes that match the patterns, all of which must have what the
// filter uses.
func followingAll(
	s scope, types typeFiles, patterns []string, where filter.Expr,
) (*selection, error) {
	choose, err := choosing(patterns)
	if err != nil {
		return nil, err
	}
	sel, err := following(s, types, choose)
	if err != nil {
		return nil, err
	}
	return sel, checkWhere(where, sel.probes...)
}

// following selects probes of the processes of a scope. The follower of the selection, to which the
// caller gives what it follows for, knows of all that has changed since.
func following(s scope, types typeFiles, choose chooser) (*selection, error) {
	f := newFollower()
	sel, err := f.choose(s, types, choose)
	if err != nil {
		return nil, errors.Join(err, f.close())
	}
	return sel, nil
}

func (f *follower) choose(s scope, types typeFiles, choose chooser) (*selection, error) {
	c, err := s.criteria()
	if err != nil {
		return nil, err
	}
	set, err := newProcesses(s, c)
	if err != nil {
		return nil, err
	}
	f.watcher, _ = watch.Open()
	if s, err = s.resolveBy(c); err != nil { // before the reader is there, which it would find
		return nil, err
	}
	v, err := inventoryOf(s, &types)
	if err != nil {
		return nil, err
	}
	v.everywhere = s.all || set != nil
	f.leases = newFileLeases(v.reader.Lease, func() {})
	if f.members, err = newMembers(v.scope, c, set); err != nil {
		return nil, err
	}
	f.selection, err = choose(v)
	if err != nil {
		return nil, err
	}
	f.selection.follower = f
	return f.selection, nil
}
