package signature_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/tracing/signature"
)

func TestMarkdown(t *testing.T) {
	text := signature.Type{Name: "string", Kind: signature.String, Size: 8}
	of := []signature.Signature{
		signature.New("shop", "order", "A customer\n orders.",
			signature.Param{Name: "customer", Type: text}, signature.Param{Type: text}),
		signature.New("shop", "idle", ""),
		signature.New("a`|b", "c\n", "<img> [x](y) | `z` *\\\x1b[2J",
			signature.Param{Name: "`|`", Type: text}),
	}
	want := "| probe | arguments | description |\n" +
		"|---|---|---|\n" +
		"| `shop:order` | `customer string`, `arg1 string` | A customer orders. |\n" +
		"| `shop:idle` | | |\n" +
		"| `a'\\|b:c\\n` | `'\\|' string` | &lt;img> \\[x](y) \\| \\`z\\` \\*\\\\\\\\x1b\\[2J |\n"
	if diff := cmp.Diff(want, signature.Markdown(of)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
