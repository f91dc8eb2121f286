package process

import (
	"errors"

	"github.com/go-usdt/usdt/internal/sdtnote"
)

// An inspectRequest has the arguments of [Reader.Inspect].
type inspectRequest struct {
	PID        int
	Path, Name string
	ID         FileID
	Note       sdtnote.Note
}

// A servedSite is a site on its way to a client.
type servedSite struct {
	Site    // without MemoryErr
	Failure *failure
}

// Inspect is [Reader.Inspect].
func (c *Client) Inspect(o Object, n sdtnote.Note) (Site, error) {
	d, err := c.ask(request{Inspect: &inspectRequest{o.PID, o.Path, o.Name, o.FileID, n}}, nil)
	if err != nil {
		return Site{}, err
	}
	if d.Site == nil {
		return Site{}, errors.New("no answer about the site")
	}
	d.Site.MemoryErr = d.Site.Failure.err()
	return d.Site.Site, nil
}

func (s *server) inspect(r *inspectRequest) (*servedSite, error) {
	of := Object{PID: r.PID, Path: r.Path, Name: r.Name, FileID: r.ID}
	site, err := s.reader.Inspect(of, r.Note)
	served := &servedSite{site, newFailure(site.MemoryErr)}
	served.MemoryErr = nil
	return served, err
}
