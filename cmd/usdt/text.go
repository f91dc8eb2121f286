//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// warn prints a message that is not part of the output.
func warn(stderr io.Writer, format string, args ...any) {
	fmt.Fprintf(stderr, "usdt: "+format+"\n", args...)
}

// printable returns text in a form that does nothing to a terminal: quoted when any of it is not
// printable.
func printable(text string) string {
	isControl := func(r rune) bool { return !unicode.IsPrint(r) }
	if utf8.ValidString(text) && !strings.ContainsFunc(text, isControl) {
		return text
	}
	return strconv.Quote(text)
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
		names = append(names, printable(p.String()))
	}
	return strings.Join(names, ", ")
}

// writeUnless0 writes a line about something that was counted, if there was any.
func writeUnless0(w io.Writer, n uint64, what string) {
	if n != 0 {
		fmt.Fprintf(w, "%s: %d\n", what, n)
	}
}

// writeJSONLine writes v as one line of JSON. It leaves the characters < > & as they are.
func writeJSONLine(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}
