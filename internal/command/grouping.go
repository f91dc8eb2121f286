package command

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/signature"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A grouping is the values by which hits, or pairs, are grouped; none if they are not.
type grouping []byValue

// A byValue is one of these values: an argument, or what every hit has.
type byValue struct {
	arg     argument
	isText  bool   // it is text, or an argument that points to text or to bytes
	isBytes bool   // the argument points to bytes, which need not be text
	value   *field // how values are shown, nil when all that is known is that they are integers
	isOfEnd bool   // of a pair, it is an argument of the end, not of the start

	stacks stackReader // of stacks; nil for other values
}

// label names the values.
func (g grouping) label() string {
	var labels []string
	for _, v := range g {
		labels = append(labels, v.arg.label())
	}
	return strings.Join(labels, ", ")
}

// isOthers reports whether a key is that of all groups for which there was no room.
func (g grouping) isOthers(key []uprobe.KeyValue) bool { return len(g) > 0 && key == nil }

// name says which group it is, in words of which each ends with a value, but for stacks. Of each
// text it has at most longest characters, 0 for all.
func (g grouping) name(key []uprobe.KeyValue, longest int) string {
	if g.isOthers(key) {
		return "others"
	}
	var names []string
	for i, v := range key {
		if g[i].stacks == nil {
			names = append(names, g[i].arg.label()+" = "+cutLine(g[i].text(v), longest))
		}
	}
	return strings.Join(names, ", ")
}

// text returns a value for people. Text of the program is quoted; an … follows where there is more.
func (by byValue) text(v uprobe.KeyValue) string {
	switch {
	case by.isText && v.IsCut:
		return printable.Quote(v.Text) + "…"
	case by.isText:
		return printable.Quote(v.Text)
	case by.isNamed():
		return printable.Text(v.Text)
	case by.value != nil:
		return string(by.value.appendText(nil, valueOf(v)))
	}
	return v.Int.String()
}

// isNamed reports whether values are names of what the kernel knows by numbers.
func (by byValue) isNamed() bool {
	return by.arg == argument(uprobe.Container) || by.arg == argument(uprobe.Pod)
}

// valueOf returns a value of a group as an argument.
func valueOf(v uprobe.KeyValue) []uprobe.Value {
	return []uprobe.Value{{Int: v.Int.Bits, Read: true}}
}

// json returns the values of a group for JSON, but for stacks, several as a list. It is nil when
// there are none.
func (g grouping) json(key []uprobe.KeyValue) any {
	var all []any
	for i, v := range key {
		if g[i].stacks == nil {
			all = append(all, g[i].json(v))
		}
	}
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	return all
}

// json returns a value for JSON: a string, a number, true or false.
func (by byValue) json(v uprobe.KeyValue) any {
	switch {
	case by.isBytes:
		return []byte(v.Text) // in base64
	case by.isText, by.isNamed():
		return v.Text
	case by.value != nil:
		return json.RawMessage(by.value.appendJSON(nil, valueOf(v)))
	}
	return v.Int
}

// isCut reports whether a text of a key was cut: other texts may be in the group.
func isCut(key []uprobe.KeyValue) bool {
	return slices.ContainsFunc(key, func(v uprobe.KeyValue) bool { return v.IsCut })
}

// compareKeys orders the keys of groups, that of others last.
func compareKeys(a, b []uprobe.KeyValue) int {
	for i := range min(len(a), len(b)) {
		order := cmp.Or(a[i].Int.Compare(b[i].Int), cmp.Compare(a[i].Text, b[i].Text),
			slices.Compare(a[i].Stack.Addresses, b[i].Stack.Addresses))
		if order != 0 {
			return order
		}
	}
	return cmp.Compare(len(b), len(a))
}

// groupBy returns how the hits of the probes are grouped by an argument, which a flag names; isText
// says that the user says that it points to text.
func groupBy(
	flag string, arg argument, isText bool, probes ...uprobe.Probe,
) (byValue, error) {
	by := byValue{arg: arg, isText: isText}
	params, err := arg.find(flag, probes...)
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
		return by, usagef("%s %s is text in some of the probes only; choose others", flag, arg.String())
	default:
		by.value = commonField(params)
	}
	return by, nil
}
