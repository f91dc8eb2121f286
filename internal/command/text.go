package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// maxMessage is the most bytes of a message before it is escaped: names and operands of hostile
// files have some MB.
const maxMessage = 4 << 10

// warn prints a message that is not part of the output, on one line. The message may have text that
// a process chose.
func warn(stderr io.Writer, format string, args ...any) {
	fmt.Fprintf(stderr, "usdt: %s\n", printable.Escape(shortened(fmt.Sprintf(format, args...))))
}

// shortened leaves out the middle of a message that is too long: at the end is what to do.
func shortened(text string) string {
	if len(text) <= maxMessage {
		return text
	}
	const half = maxMessage / 2
	return text[:half] + " … " + text[len(text)-half:]
}

// plural writes a number of things.
func plural[N int | uint64](n N, thing, things string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %s", n, things)
}

// probeNames lists the names of probes in a printable form.
func probeNames(probes []uprobe.Probe) string {
	var names []string
	for _, p := range probes {
		names = append(names, printable.Text(p.String()))
	}
	return strings.Join(names, ", ")
}

// writeUnless0 writes a line about something that was counted, if there was any.
func writeUnless0(w io.Writer, n uint64, what string) {
	if n != 0 {
		fmt.Fprintf(w, "%s: %d\n", what, n)
	}
}

// writeJSONLine writes v as one line of JSON.
func writeJSONLine(w io.Writer, v any) error { return writeJSON(w, v, "") }

// writeJSON writes v as JSON. It leaves the characters < > & as they are, and escapes those that
// are not printable, because the output may go to a terminal.
func writeJSON(w io.Writer, v any, indent string) error {
	var document bytes.Buffer
	encoder := json.NewEncoder(&document)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", indent)
	if err := encoder.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(printable.EscapeJSON(document.Bytes()))
	return err
}
