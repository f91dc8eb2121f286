package provider_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/go-usdt/usdt/internal/tracing/provider"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

func param(name, typeName string, kind signature.Kind, size int) signature.Param {
	return signature.Param{Name: name, Type: signature.Type{Name: typeName, Kind: kind, Size: size}}
}

// ours are signatures as programs of this library have them.
var ours = []signature.Signature{
	signature.New("web", "request_start", "A request has come. Its path is as it was sent, with what "+
		"follows a ? or a #; the deadline counts from now, and */ ends no comment.",
		param("id", "uint64", signature.Uint, 8),
		param("method", "string", signature.String, 8),
		param("", "string", signature.String, 8),
		param("deadline", "time.Duration", signature.Duration, 8)),
	signature.New("shop", "order", "",
		param("status", "main.Status", signature.Int, 8),
		param("count", "int", signature.Int, 8),
		param("ratio", "float32", signature.Float, 4),
		param("body", "[]byte", signature.Bytes, 8),
		param("ok", "bool", signature.Bool, 1),
		param("level", "main.Status", signature.Int, 8)),
	signature.New("web", "idle", ""),
	signature.New("web", "odd", "a\x1b[2J",
		param("café", "main.Größe", signature.Uint, 2),
		param("status", "main.Status", signature.Uint, 1),
		param("p", "unsafe.Pointer", signature.Pointer, 8),
		param("x", "const char *", signature.String, 8)),
	signature.New("my web", "idle", ""),
}

const oursText = `typedef int64_t main_Status;

provider web {
	/* A request has come. Its path is as it was sent, with what follows a ? or a #; the
	   deadline counts from now, and * / ends no comment. */
	probe request_start(uint64_t id, string method, string arg2, hrtime_t deadline);
	probe idle();

	/* a\x1b[2J */
	probe odd(uint16_t arg0, uint8_t status, void *p, const char *x);
};

provider shop {
	probe order(main_Status status, int64_t count, float ratio, const uint8_t *body,
		int body_len, bool ok, main_Status level);
};
`

func TestWrite(t *testing.T) {
	text, left := provider.Write(ours)
	if diff := cmp.Diff(oursText, text); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if len(left) != 1 || left[0].Provider != "my web" {
		t.Errorf("left %v", left)
	}
	if text, left := provider.Write(nil); text != "" || left != nil {
		t.Errorf("nothing is written as %q, %v", text, left)
	}
}

// TestWriteThenParse shows that what Write has written means the same, apart from the names of
// types, and is written in the same way again.
func TestWriteThenParse(t *testing.T) {
	var named []signature.Signature
	for _, i := range []int{0, 2, 3, 1} {
		named = append(named, ours[i])
	}
	text, _ := provider.Write(named)
	again, err := provider.Parse("again.d", text)
	if err != nil {
		t.Fatal(err)
	}
	ignored := cmp.Options{
		cmpopts.IgnoreFields(signature.Type{}, "Name"),
		cmpopts.IgnoreFields(signature.Signature{}, "Description"), cmpopts.EquateEmpty(),
		cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Name" },
			cmp.FilterValues(func(x, y string) bool { return x == "café" }, cmp.Ignore())),
	}
	if diff := cmp.Diff(named, again, ignored); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if twice, _ := provider.Write(again); twice != text {
		t.Errorf("the second time it is\n%s", twice)
	}
}
