//go:build linux && cgo && !stapsdt_purego && (amd64 || arm64)

package stapsdt_test

import (
	"testing"

	libstapsdt "github.com/go-usdt/usdt/vendor_c"
)

// takesSignatures reports whether libstapsdt has the extension providerDescribe.
func takesSignatures(t *testing.T) bool {
	t.Helper()
	p, err := libstapsdt.Init("test")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Destroy()
	return p.Describe([]byte("types"))
}
