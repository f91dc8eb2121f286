package stapsdthttp

import (
	"errors"
	"iter"

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
		giveBack: giveBack,
	}
	for _, v := range views {
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
func (s *source) lost() uint64 { return s.listener.Dropped() }

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
		v, _ = s.query.view(p, s.needs)
		s.views[p] = v
	}
	return v
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
