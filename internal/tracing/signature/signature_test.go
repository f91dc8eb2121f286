package signature_test

import (
	"testing"

	"github.com/go-usdt/usdt/internal/tracing/signature"
)

func TestNew(t *testing.T) {
	s := signature.New("web", "request", "A request has come.",
		named("id", "uint64", signature.Uint, 8), named("body", "[]byte", signature.Bytes, 8),
		named("", "const char *", signature.String, 8))
	if got, want := s.String(), "id uint64, body []byte, arg3 const char *"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if s.Places() != 4 {
		t.Errorf("%d places, want 4", s.Places())
	}
	set := signature.NewSet([]signature.Signature{s, signature.New("web", "request", "")})
	if found := set.Find("web", "request"); found == nil || len(found.Params) != 3 {
		t.Errorf("found %+v, want the first", found)
	}
	if found := set.Find("web", "other"); found != nil {
		t.Errorf("found %+v, want none", found)
	}
}
