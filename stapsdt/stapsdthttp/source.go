package stapsdthttp

import (
	"errors"
	"iter"
	"maps"

	"github.com/go-usdt/usdt/stapsdt"
)

// maxErrors is how many probes a refusal names.
const maxErrors = 8

// source is where a request has its events from. It is for one goroutine.
type source struct {
	query    *query
	needs    []need
	listener *stapsdt.Listener
	views    map[*stapsdt.Probe]*view
	order    []*view // those of the beginning
	inBase64 []bool  // bytes by which events are grouped; but as text, if that of a probe is a string
	prune    int     // how many views there may be before those of closed providers are left out
	giveBack func()
}

// open listens to what the query matches. The caller closes the source.
func (q *query) open(needs ...need) (*source, error) {
	views, err := q.views(needs)
	if err != nil {
		return nil, err
	}
	giveBack, err := reserve(q.config.Buffer)
	if err != nil {
		return nil, err
	}
	s := &source{
		query: q, needs: needs, views: make(map[*stapsdt.Probe]*view), order: views,
		inBase64: areBytes(views, q.by), prune: pruneLeast + 2*len(views), giveBack: giveBack,
	}
	for _, v := range views {
		v.inBase64 = s.inBase64
		s.views[v.probe] = v
	}
	if s.listener, err = q.config.Listen(q.patterns...); err != nil {
		giveBack()
		return nil, badQuery("%v", err)
	}
	return s, nil
}

func (s *source) close() {
	s.listener.Close()
	s.giveBack()
}

// lost returns how many events were lost so far. Whether they satisfied the filter, nobody knows.
func (s *source) lost() uint64 { return s.listener.Lost() }

// events returns the events that satisfy the filter, as stapsdt.Listener.Events does. A view has
// its event until the next.
func (s *source) events(done <-chan struct{}) iter.Seq[*view] {
	return func(yield func(*view) bool) {
		for e := range s.listener.Events(done) {
			if v := s.view(e.Probe); v.take(&e) && !yield(v) {
				return
			}
		}
	}
}

// view returns that of a probe, also of one that was declared later. If it has not what the query
// is about, it is mute or incomplete.
func (s *source) view(p *stapsdt.Probe) *view {
	v := s.views[p]
	if v == nil {
		if len(s.views) >= s.prune {
			s.pruneViews()
		}
		v, _ = s.query.view(p, s.needs)
		v.inBase64 = s.inBase64
		s.views[p] = v
	}
	return v
}

// pruneLeast is the least number of views at which it is worth while to look for closed providers.
const pruneLeast = 64

// pruneViews leaves out later views whose providers are closed: a stream may take a day, and
// providers come and go. If there are events of them yet, they get others.
func (s *source) pruneViews() {
	stays := make(map[*stapsdt.Probe]bool)
	for _, v := range s.order {
		stays[v.probe] = true
	}
	isOpen := make(map[*stapsdt.Provider]bool)
	for _, p := range stapsdt.Providers() {
		isOpen[p] = true
	}
	maps.DeleteFunc(s.views, func(p *stapsdt.Probe, _ *view) bool {
		return !stays[p] && !isOpen[p.Provider()]
	})
	s.prune = pruneLeast + 2*len(s.views)
}

// views returns the views of those probes that the query matches now. It is an error that there are
// none, or that one of them has not what the query is about.
func (q *query) views(needs []need) ([]*view, error) {
	probes, err := q.match()
	if err != nil {
		return nil, err
	}
	var views []*view
	var errs []error
	for _, p := range probes {
		v, err := q.view(p, needs)
		if err != nil && len(errs) < maxErrors {
			errs = append(errs, err)
		}
		views = append(views, v)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, badQuery("%v", err)
	}
	return views, nil
}

// view returns the view of a probe, also with an error.
func (q *query) view(p *stapsdt.Probe, needs []need) (*view, error) {
	v := newView(p)
	where := q.where
	if q.isPair && v.name == q.end {
		where = nil
	}
	v.keepsHidden = q.isPair
	return v, errors.Join(v.bind(where), v.resolve(needs))
}
