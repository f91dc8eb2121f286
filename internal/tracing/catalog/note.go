package catalog

import (
	"fmt"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// FromNote returns the signature of a probe of which nobody knows more than its note says: integers
// by their size and sign, without names. An argument that cannot be decoded is an integer, too.
func FromNote(n sdtnote.Note) signature.Signature {
	var params []signature.Param
	for _, arg := range operand.Parse(n) {
		params = append(params, signature.Param{Type: integerType(arg)})
	}
	return signature.New(n.Provider, n.Name, "", params...)
}

func integerType(arg operand.Arg) signature.Type {
	name := fmt.Sprintf("int%d_t", 8*arg.Size)
	switch {
	case arg.Err != nil:
		return signature.Type{Name: "long", Kind: signature.Int, Size: 8}
	case arg.Signed:
		return signature.Type{Name: name, Kind: signature.Int, Size: arg.Size}
	}
	return signature.Type{Name: "u" + name, Kind: signature.Uint, Size: arg.Size}
}
