package kernel_test

import (
	"regexp"
	"testing"

	"github.com/go-usdt/usdt/internal/tracing/kernel"
)

// FuzzParseVersion compares ParseVersion with a regular expression. A version is in itself, and in
// no release before it.
func FuzzParseVersion(f *testing.F) {
	for _, release := range []string{"6.1.0-32-amd64", "7.2-rc1", "6", "+6.1", "-6.1", "6.-1",
		" 6.1", "6._1"} {
		f.Add(release)
	}
	number := regexp.MustCompile(`\A([0-9]{1,18})\.([0-9]{1,18})([^0-9]|\z)`)
	f.Fuzz(func(t *testing.T, release string) {
		v, err := kernel.ParseVersion(release)
		m := number.FindStringSubmatch(release)
		if (err == nil) != (m != nil) && len(release) < 18 {
			t.Fatalf("%q: %v, %v", release, v, err)
		}
		if err != nil {
			if v != (kernel.Version{}) || !v.In(release) {
				t.Errorf("%q: %v and the error %v", release, v, err)
			}
			return
		}
		again, err := kernel.ParseVersion(v.String())
		if again != v || err != nil || !v.In(release) {
			t.Errorf("%q is %v, then %v, %v", release, v, again, err)
		}
		later := kernel.Version{Major: v.Major, Minor: v.Minor + 1}
		if later.In(release) {
			t.Errorf("%q is in %v", release, later)
		}
	})
}
