package catalog

import (
	"fmt"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// FromNote returns the signature of a probe of which nobody knows more than its note says: numbers
// by their size and sign, without names. An argument that cannot be decoded is a long.
func FromNote(n sdtnote.Note) signature.Signature {
	var params []signature.Param
	for _, arg := range operand.Parse(n) {
		params = append(params, signature.Param{Type: numberType(arg)})
	}
	return signature.New(n.Provider, n.Name, "", params...)
}

func numberType(arg operand.Arg) signature.Type {
	name := fmt.Sprintf("int%d_t", 8*arg.Size)
	switch {
	case arg.Float && arg.Size == 4:
		return signature.Type{Name: "float", Kind: signature.Float, Size: 4}
	case arg.Float:
		return signature.Type{Name: "double", Kind: signature.Float, Size: 8}
	case arg.Size == 0:
		return signature.Type{Name: "long", Kind: signature.Int, Size: 8}
	case arg.Signed:
		return signature.Type{Name: name, Kind: signature.Int, Size: arg.Size}
	}
	return signature.Type{Name: "u" + name, Kind: signature.Uint, Size: arg.Size}
}
