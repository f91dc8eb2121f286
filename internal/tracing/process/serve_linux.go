package process

import (
	"bufio"
	"encoding/gob"
	"errors"
	"io"
	"os"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// A request asks a server for the objects of a process, of all processes, of a file that is going
// to be executed or that the user has named, for the probes of a file, for a descriptor or a lease
// of a file, for descriptions, for where instructions are, or for what is at a site.
type request struct {
	PID          int
	All          bool
	Execution    *Execution
	Named        string
	File         string
	Open         *openRequest
	Lease        *leaseRequest
	Description  *descriptionRequest
	Locate       *locateRequest
	Inspect      *inspectRequest
	WithAttached bool
	Goroutines   int // a process
}

// An openRequest has the arguments of [Reader.OpenPath].
type openRequest struct {
	Path       string
	Dev, Inode uint64
}

// A leaseRequest has the arguments of [Reader.Lease].
type leaseRequest struct {
	Path string
	ID   FileID
}

// A reply is a part of the answer to a request: exactly one of these.
type reply struct {
	Content *servedContent
	Objects []servedObject // of one process
	Done    *done
}

// A servedContent is what all objects of a file share. Objects refer to it by its number, until
// another one comes with Forget.
type servedContent struct {
	Number     int
	Forget     bool // all contents before this one
	Notes      []sdtnote.Note
	Symbols    map[string]uint64
	Signatures signature.Set
}

type servedObject struct {
	Object  // without what the content has, and without Err
	Content int
	Failure *failure
}

// done ends an answer.
type done struct {
	Denied  []int // processes
	File    File
	Paths   []string // of descriptions
	Text    string   // of a description
	Offset  int64    // of the id of a goroutine
	Failure *failure

	Locations []Location
	Site      *servedSite
}

// Serve reads processes and files for a [Client] until in ends. It sends descriptors to the client
// over a Unix socket.
//
// It is for a process of its own. A thread that waits for a file system which does not answer
// cannot be ended, not even by SIGKILL, and a process with such a thread does not end. So the
// process that a user waits for must not have one.
func Serve(in io.Reader, out io.Writer, descriptors *os.File) error {
	buffered := bufio.NewWriter(out)
	s := server{out: gob.NewEncoder(buffered), descriptors: descriptors}
	requests := gob.NewDecoder(in)
	for {
		var r request
		switch err := requests.Decode(&r); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		s.answer(r)
		if err := errors.Join(s.err, buffered.Flush()); err != nil {
			return err
		}
	}
}

type server struct {
	reader Reader
	out    *gob.Encoder
	sent   map[*content]int // the number of each
	size   int              // of those sent, in bytes, about
	last   int              // number
	err    error            // the first of out

	descriptors *os.File
}

func (s *server) send(r reply) {
	if s.err == nil {
		s.err = s.out.Encode(r)
	}
}

func (s *server) answer(r request) {
	var d done
	var err error
	s.reader.WithAttached = r.WithAttached
	switch {
	case r.File != "":
		d.File, err = s.reader.ReadFile(r.File)
	case r.Open != nil:
		err = s.sendDescriptor(s.reader.OpenPath(r.Open.Path, r.Open.Dev, r.Open.Inode))
	case r.Lease != nil:
		err = s.sendDescriptor(s.reader.Lease(r.Lease.Path, r.Lease.ID))
	case r.Goroutines != 0:
		d.Offset, err = s.reader.GoroutineID(r.Goroutines)
	case r.Description != nil:
		err = s.describe(r.Description, &d)
	case r.Locate != nil:
		d.Locations, err = s.reader.Locate(r.Locate.PID, r.Locate.Of)
	case r.Inspect != nil:
		d.Site, err = s.inspect(r.Inspect)
	case r.Execution != nil:
		var objects []Object
		objects, err = s.reader.ReadExecution(*r.Execution)
		s.sendObjects(objects)
	case r.Named != "":
		var o Object
		if o, err = s.reader.ReadNamed(r.Named); err == nil && o.Notes != nil {
			s.sendObjects([]Object{o})
		}
	case r.All:
		d.Denied, err = s.reader.Each(s.sendObjects)
	default:
		var objects []Object
		objects, err = s.reader.Read(r.PID)
		s.sendObjects(objects)
	}
	d.Failure = newFailure(err)
	s.send(reply{Done: &d})
}

func (s *server) sendObjects(objects []Object) {
	var served []servedObject
	for _, o := range objects {
		object := servedObject{Object: o, Failure: newFailure(o.Err)}
		if o.content != nil {
			object.Content = s.number(o.content)
		}
		object.Notes, object.Symbols, object.Signatures = nil, nil, nil
		object.Err = nil
		served = append(served, object)
	}
	s.send(reply{Objects: served})
}

// number returns the number of a content. It sends what the client does not have.
func (s *server) number(c *content) int {
	if number, known := s.sent[c]; known {
		return number
	}
	size := c.size()
	forget := s.sent == nil || s.size+size > maxContents
	if forget {
		s.sent, s.size = make(map[*content]int), 0
	}
	s.last++
	s.sent[c] = s.last
	s.size += size
	s.send(reply{Content: &servedContent{s.last, forget, c.notes, c.symbols, c.signatures}})
	return s.last
}
