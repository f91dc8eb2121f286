package command

import (
	"github.com/go-usdt/usdt/internal/tracing/profile"
	"github.com/go-usdt/usdt/internal/tracing/reading"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// byStack groups by stacks, which the reader knows.
func byStack(r stackReader) byValue { return byValue{arg: argument(uprobe.Stack), stacks: r} }

// A rowStack is the stack of a row or of a group.
type rowStack struct {
	pid    uint32
	stack  []location
	text   string          // a line for each function
	labels []profile.Label // the probe, and the other values
}

// stack returns the stack of a group of hits of the probe, nil if they are not grouped by stacks.
func (g grouping) stack(probe string, key []uprobe.KeyValue) *rowStack {
	var r *rowStack
	labels := []profile.Label{{Name: "probe", Text: probe}}
	for i, v := range key {
		switch {
		case g[i].stacks != nil:
			r = &rowStack{pid: v.Stack.PID}
			r.stack, _ = g[i].stacks.locate(v.Stack)
			r.text = string(appendStackText(nil, r.stack))
			if len(r.stack) == 0 {
				r.text = stackIndent + unknownStack + "\n"
			}
		case g[i].isText:
			labels = append(labels, profile.Label{Name: g[i].arg.label(), Text: v.Text})
		default:
			labels = append(labels, profile.Label{Name: g[i].arg.label(), Text: g[i].text(v)})
		}
	}
	if r != nil {
		r.labels = labels
	}
	return r
}

// json returns the functions, nil without a stack.
func (r *rowStack) json() []reading.Frame {
	if r == nil {
		return nil
	}
	return jsonStack(r.stack)
}

// withoutStacks returns the values without stacks.
func (g grouping) withoutStacks() grouping {
	if n := len(g); n > 0 && g[n-1].stacks != nil {
		return g[:n-1]
	}
	return g
}

// innermost is the function that fires, for the name of a group in a picture.
func (g grouping) innermost(key []uprobe.KeyValue) string {
	stack := g.stack("", key)
	if stack == nil {
		return ""
	}
	return " in " + foldedNames(stack.stack)[0]
}
