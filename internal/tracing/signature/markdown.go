package signature

import (
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// Markdown returns a table of the probes, in their order, for the page that a project has about its
// probes. Whatever the signatures say, it is text in the cells of the table.
func Markdown(of []Signature) string {
	var table strings.Builder
	table.WriteString("| probe | arguments | description |\n|---|---|---|\n")
	for _, s := range of {
		var params []string
		for _, p := range s.Params {
			params = append(params, codeSpan(p.String()))
		}
		table.WriteString("|")
		for _, cell := range []string{
			codeSpan(s.Provider + ":" + s.Probe), strings.Join(params, ", "), plainText(s.Description),
		} {
			if cell != "" {
				table.WriteString(" " + cell)
			}
			table.WriteString(" |")
		}
		table.WriteString("\n")
	}
	return table.String()
}

// A code span has no escapes, but for the end of a cell.
var inCode = strings.NewReplacer("`", "'", "|", `\|`)

func codeSpan(text string) string { return "`" + inCode.Replace(printable.Escape(text)) + "`" }

var inText = strings.NewReplacer(
	`\`, `\\`, "|", `\|`, "<", "&lt;", "&", "&amp;", "[", `\[`, "`", "\\`", "*", `\*`,
)

func plainText(text string) string {
	return inText.Replace(printable.Escape(strings.Join(strings.Fields(text), " ")))
}
