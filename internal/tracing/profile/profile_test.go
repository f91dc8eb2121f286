package profile_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/profile"
	"github.com/go-usdt/usdt/internal/tracing/symbol"
)

// TestPprof has go tool pprof read a profile.
func TestPprof(t *testing.T) {
	leaf := profile.Location{Process: 7, Address: 0x10, Object: "/bin/shop", Frames: []symbol.Frame{
		{Function: "main.price", File: "price.go", Line: 3, Inlined: true},
		{Function: "main.order", File: "order.go", Line: 20},
	}}
	main := profile.Location{Process: 7, Address: 0x20, Object: "/bin/shop", Frames: []symbol.Frame{
		{Function: "main.main", File: "main.go", Line: 1},
	}}
	other := profile.Location{Process: 8, Address: 0x10, Frames: []symbol.Frame{{Function: "\xff"}}}
	p := profile.Profile{
		Types: []profile.Type{{"hits", "count"}, {"time", "nanoseconds"}},
		Samples: []profile.Sample{
			{[]profile.Location{leaf, main}, []int64{3, 0}, []profile.Label{
				{Name: "customer", Text: "Ada"},
			}},
			{[]profile.Location{leaf, main}, []int64{0, 5e9}, []profile.Label{{Name: "id", Text: "-2"}}},
			{[]profile.Location{other}, []int64{1, 2e9}, nil},
			{[]profile.Location{{Process: 9, Address: 0xabc}}, []int64{1, 1e9}, nil},
		},
		Began: time.Unix(1700000000, 0), Duration: 2 * time.Second, Comments: []string{"of shop:order"},
	}
	path := filepath.Join(t.TempDir(), "out.pb.gz")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := p.Write(f); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ arguments, want string }{
		{"-top", `Duration: 2s, Total samples = 8s (400.00%)
Showing nodes accounting for 8s, 100% of 8s total
      flat  flat%   sum%        cum   cum%
        5s 62.50% 62.50%         5s 62.50%  main.price (inline)
        2s 25.00% 87.50%         2s 25.00%  ` + "\ufffd" + `
        1s 12.50%   100%         1s 12.50%  <unknown>
         0     0%   100%         5s 62.50%  main.main
         0     0%   100%         5s 62.50%  main.order
`},
		{"-raw -sample_index=hits", `
          3          0: 1 2 ` + `
                customer:[Ada]
          0 5000000000: 1 2 ` + `
                id:[-2]
          1 2000000000: 3 ` + `
          1 1000000000: 4 ` + `
Locations
     1: 0x10 M=1 main.price price.go:3:0 s=0
             main.order order.go:20:0 s=0
     2: 0x20 M=1 main.main main.go:1:0 s=0
     3: 0x10 ` + "\ufffd" + ` :0:0 s=0
     4: 0xabc ` + `
Mappings
1: 0x0/0x0/0x0 /bin/shop  [FN][FL][LN][IN]
`},
	} {
		cmd := exec.Command("go", append(append([]string{"tool", "pprof"},
			strings.Fields(test.arguments)...), path)...)
		cmd.Env = append(os.Environ(), "GOOS=", "GOARCH=", "CGO_ENABLED=0") // the tool's, not the test's
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %v", cmd, err)
		}
		if got := string(out); !strings.Contains(got, strings.TrimPrefix(test.want, "\n")) {
			t.Errorf("%s: got\n%s, want\n%s", test.arguments, got, test.want)
		}
	}
}
