package command

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/go-usdt/usdt/internal/tracing/integer"
	"github.com/go-usdt/usdt/internal/tracing/signature"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// read returns the key of a group from the value, or the list of values, that JSON has; cut says
// that a text of it was cut.
func (g grouping) read(value any, cut bool) ([]uprobe.KeyValue, error) {
	values, isList := value.([]any)
	switch {
	case len(g) == 0:
		return nil, nil
	case len(g) == 1:
		values = []any{value}
	case !isList || len(values) != len(g):
		return nil, fmt.Errorf("the program groups by %v, which are no values of %s", value, g.label())
	}
	key := make([]uprobe.KeyValue, len(g))
	for i, v := range values {
		if err := g[i].read(&key[i], v); err != nil {
			return nil, err
		}
		key[i].IsCut = cut && g[i].isText && len(key[i].Text) == uprobe.MaxKeyText
	}
	return key, nil
}

// read sets a value of a group from what JSON has.
func (by byValue) read(v *uprobe.KeyValue, value any) error {
	switch value := value.(type) {
	case nil:
		return nil
	case bool:
		if value {
			v.Int.Bits = 1
		}
		return nil
	case json.Number:
		if by.isFloat() {
			return by.readFloat(v, value.String())
		}
		return v.Int.UnmarshalJSON([]byte(value))
	case string:
		if by.isFloat() {
			return by.readFloat(v, value)
		}
		if by.isBytes {
			data, err := base64.StdEncoding.DecodeString(value)
			v.Text = string(data)
			return err
		}
		if by.isText {
			v.Text = value
			return nil
		}
	}
	return fmt.Errorf("the program groups by %v, which is no value of %s", value, by.arg.label())
}

func (by byValue) isFloat() bool { return by.value != nil && by.value.kind == signature.Float }

func (by byValue) readFloat(v *uprobe.KeyValue, text string) error {
	n, err := strconv.ParseFloat(text, 8*by.value.size)
	v.Int = integer.Int{Bits: math.Float64bits(n)}
	if by.value.size == 4 {
		v.Int.Bits = uint64(math.Float32bits(float32(n)))
	}
	return err
}
