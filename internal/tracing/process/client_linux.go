package process

import (
	"bufio"
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// A Client has another process do what a [Reader] does, so that no file system can hold up this
// one: see [Serve]. It is not safe for concurrent use.
type Client struct {
	cmd      *exec.Cmd
	in       io.WriteCloser
	requests *gob.Encoder
	replies  *gob.Decoder
	errors   bytes.Buffer

	descriptors *os.File // a Unix socket

	contents map[int]*servedContent
}

// NewClient starts a command that calls [Serve] for its standard input and output, and for the
// descriptor [ServerSocket]. The caller closes the client.
func NewClient(cmd *exec.Cmd) (*Client, error) {
	c := &Client{cmd: cmd, contents: make(map[int]*servedContent)}
	// A process that does not end would keep this one's standard error open.
	cmd.Stderr = &c.errors
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	descriptors, theirs, err := socketPair()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	cmd.ExtraFiles = []*os.File{theirs}
	if err := cmd.Start(); err != nil {
		_ = descriptors.Close()
		return nil, fmt.Errorf("start the process that reads others: %w", err)
	}
	c.descriptors = descriptors
	c.in, c.requests, c.replies = in, gob.NewEncoder(in), gob.NewDecoder(bufio.NewReader(out))
	return c, nil
}

// Close ends the other process, and does not wait for its end.
func (c *Client) Close() {
	_ = c.in.Close()
	_ = c.descriptors.Close()
	_ = c.cmd.Process.Kill()
	go c.cmd.Wait() // so that no zombie stays while this process lives
}

// Read is [Reader.Read].
func (c *Client) Read(pid int, withAttached bool) (objects []Object, err error) {
	_, err = c.ask(request{PID: pid, WithAttached: withAttached}, func(of []Object) {
		objects = append(objects, of...)
	})
	return objects, err
}

// Each is [Reader.Each].
func (c *Client) Each(withAttached bool, f func([]Object)) (denied []int, err error) {
	d, err := c.ask(request{All: true, WithAttached: withAttached}, f)
	return d.Denied, err
}

// ReadExecution is [Reader.ReadExecution].
func (c *Client) ReadExecution(e Execution) (objects []Object, err error) {
	_, err = c.ask(request{Execution: &e}, func(of []Object) { objects = of })
	return objects, err
}

// ReadNamed is [Reader.ReadNamed].
func (c *Client) ReadNamed(path string) (o Object, err error) {
	_, err = c.ask(request{Named: path}, func(of []Object) { o = of[0] })
	return o, err
}

// ReadFile is [Reader.ReadFile].
func (c *Client) ReadFile(path string) (File, error) {
	d, err := c.ask(request{File: path}, nil)
	return d.File, err
}

// OpenPath is [Reader.OpenPath].
func (c *Client) OpenPath(path string, dev, inode uint64) (*os.File, error) {
	if _, err := c.ask(request{Open: &openRequest{path, dev, inode}}, nil); err != nil {
		return nil, err
	}
	return receiveFile(c.descriptors, path)
}

// Lease is [Reader.Lease].
func (c *Client) Lease(path string, id FileID) (*os.File, error) {
	if _, err := c.ask(request{Lease: &leaseRequest{path, id}}, nil); err != nil {
		return nil, err
	}
	return receiveFile(c.descriptors, path)
}

// GoroutineID is [Reader.GoroutineID].
func (c *Client) GoroutineID(pid int) (int64, error) {
	d, err := c.ask(request{Goroutines: pid}, nil)
	return d.Offset, err
}

// ask calls f with the objects of each process.
func (c *Client) ask(r request, f func([]Object)) (done, error) {
	if err := c.requests.Encode(r); err != nil {
		return done{}, c.lost(err)
	}
	d, err := c.receive(f)
	if err != nil {
		return done{}, c.lost(err)
	}
	return d, d.Failure.err()
}

// receive reads an answer to its end.
func (c *Client) receive(f func([]Object)) (done, error) {
	for {
		var r reply
		if err := c.replies.Decode(&r); err != nil {
			return done{}, err
		}
		switch {
		case r.Done != nil:
			return *r.Done, nil
		case r.Content != nil:
			if r.Content.Forget {
				clear(c.contents)
			}
			c.contents[r.Content.Number] = r.Content
		default:
			f(c.objects(r.Objects))
		}
	}
}

func (c *Client) objects(served []servedObject) []Object {
	objects := make([]Object, len(served))
	for i, s := range served {
		objects[i] = s.Object
		objects[i].Err = s.Failure.err()
		if content := c.contents[s.Content]; content != nil {
			objects[i].Notes, objects[i].Symbols = content.Notes, content.Symbols
			objects[i].Signatures = content.Signatures
		}
	}
	return objects
}

// lost is the error when the other process has ended, with what it said last.
func (c *Client) lost(err error) error {
	c.cmd.WaitDelay = time.Second
	_ = c.cmd.Process.Kill()
	ended := c.cmd.Wait()
	return fmt.Errorf("the process that reads others has ended: %w\n%s",
		errors.Join(err, ended), bytes.TrimSpace(c.errors.Bytes()))
}
