package httpprobe

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/go-usdt/usdt/stapsdt/stapsdttest"
)

// duplex is a body that can be written, and halfClosable one that can be closed for writing, too.
type (
	duplex       struct{ broken }
	halfClosable struct{ duplex }
)

func (duplex) Write(p []byte) (int, error) { return len(p), nil }
func (halfClosable) CloseWrite() error     { return errors.New("half") }

// TestBodies: a body has the optional methods of that of the server, and only these.
func TestBodies(t *testing.T) {
	stapsdttest.Record(t, clientEnd)
	for _, test := range []struct {
		body                io.ReadCloser
		writes, closesWrite bool
	}{
		{broken{}, false, false},
		{duplex{}, true, false},
		{halfClosable{}, true, true},
	} {
		answer := &http.Response{StatusCode: http.StatusSwitchingProtocols, Body: test.body}
		request := httptest.NewRequest(http.MethodGet, "http://shop.example/", nil)
		answer, err := Transport(answering{answer, nil}).RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		_, writes := answer.Body.(io.Writer)
		c, closesWrite := answer.Body.(closeWriter)
		if writes != test.writes || closesWrite != test.closesWrite {
			t.Errorf("the body of %T writes: %v, half closes: %v", test.body, writes, closesWrite)
		}
		if closesWrite {
			if err := c.CloseWrite(); err == nil || err.Error() != "half" {
				t.Errorf("CloseWrite: %v", err)
			}
		}
	}
}
