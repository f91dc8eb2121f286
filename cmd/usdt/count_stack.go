package main

import (
	"github.com/go-usdt/usdt/internal/tracing/reading"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// stackKey counts hits by their stacks.
var stackKey = countKey{grouping{arg: argument(uprobe.Stack)}, true}

func (k countKey) isStack() bool { return k.arg == stackKey.arg }

// newRowStack returns the stack of a row.
func newRowStack(p uprobe.Probe, keys []countKey, values []uprobe.KeyValue,
	stack uprobe.UserStack, stacks stackReader,
) *rowStack {
	by := make([]grouping, len(keys))
	for i, k := range keys {
		by[i] = k.grouping
	}
	r := &rowStack{pid: stack.PID, labels: stackLabels(p.String(), by, values)}
	r.stack, _ = stacks.locate(stack)
	r.text = string(appendStackText(nil, r.stack))
	if len(r.stack) == 0 {
		r.text = stackIndent + unknownStack + "\n"
	}
	return r
}

func (r countRow) jsonStack() []reading.Frame {
	if r.stack == nil {
		return nil
	}
	return jsonStack(r.stack.stack)
}
