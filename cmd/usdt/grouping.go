package main

import (
	"encoding/json"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/signature"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A grouping is the argument by whose values histograms are grouped.
type grouping struct {
	arg     argument // noArgument: there is one histogram
	isText  bool     // the argument points to text, or to bytes
	isBytes bool     // it points to bytes, which need not be text
	value   *field   // how its values are shown, nil when all that is known is that they are integers
}

// name says which group it is.
func (by grouping) name(g uprobe.Group) string {
	if by.arg == noArgument {
		return ""
	}
	return by.arg.label() + " = " + by.text(g)
}

// text returns the value of the group. Text of the program is quoted.
func (by grouping) text(g uprobe.Group) string {
	switch {
	case by.isText:
		return printable.Quote(g.Text)
	case by.value != nil:
		return string(by.value.appendText(nil, valueOf(g)))
	}
	return g.By.String()
}

// valueOf returns the value of the group as an argument.
func valueOf(g uprobe.Group) []uprobe.Value {
	return []uprobe.Value{{Int: g.By.Bits, Read: true}}
}

// json returns the value of the group for JSON: a string, a number, true or false, or nil.
func (by grouping) json(g uprobe.Group) any {
	switch {
	case by.arg == noArgument:
		return nil
	case by.isBytes:
		return []byte(g.Text) // in base64
	case by.isText:
		return g.Text
	case by.value != nil:
		return json.RawMessage(by.value.appendJSON(nil, valueOf(g)))
	}
	return g.By
}

// groupBy returns how the hits of the probes are grouped by an argument; isText says that the user
// says that it points to text.
func groupBy(arg argument, isText bool, probes ...uprobe.Probe) (grouping, error) {
	by := grouping{arg: arg, isText: isText}
	if arg == noArgument {
		return by, nil
	}
	params, err := arg.find("--by", probes...)
	if err != nil {
		return by, err
	}
	texts, bytes := 0, 0
	for _, p := range params {
		if p != nil && p.Type.Kind.IsAddress() {
			texts++
		}
		if p != nil && p.Type.Kind == signature.Bytes {
			bytes++
		}
	}
	switch {
	case by.isText:
	case texts == len(params):
		by.isText, by.isBytes = true, bytes == len(params)
	case texts > 0:
		return by, usagef("--by %s is text in some of the probes only; choose others", arg.String())
	default:
		by.value = commonField(params)
	}
	return by, nil
}
