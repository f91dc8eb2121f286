//go:build linux

package main

import (
	"encoding/json"
	"io"
)

// writeJSONLine writes v in one line, and text as it is.
func writeJSONLine(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}
