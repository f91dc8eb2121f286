package script

import (
	"regexp"

	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// Describe gives the arguments the names and kinds of the probe's signature, which has as many
// places; nil changes nothing.
func (p *Probe) Describe(s *signature.Signature) {
	if s == nil {
		return
	}
	for _, param := range s.Params {
		a := &p.Args[param.Place]
		a.described, a.Kind = true, kinds[param.Type.Kind]
		a.Signed = a.Signed || param.Type.LosesSign(a.Size)
		if isLabel(param.Name) {
			a.Name = param.Name
		}
		if param.Places() == 2 {
			length := &p.Args[param.Place+1]
			length.described, length.Kind = true, Length
			if a.Name != "" {
				length.Name = a.Name + "_len"
			}
		}
	}
}

// isLabel tells whether a name stands for itself in every tool, and cannot be taken for the number
// of another argument. The kernel's events have the shortest names, and some of their own.
func isLabel(name string) bool {
	const longest = 31 - len("_len")
	return len(name) <= longest && word.MatchString(name) && !reserved.MatchString(name)
}

var (
	word     = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	reserved = regexp.MustCompile(`^(arg[0-9]+|common_.*|__.*)$`)
)

var kinds = map[signature.Kind]Kind{
	signature.Int: Integer, signature.Uint: Integer, signature.Duration: Integer,
	signature.Bool: Bool, signature.Float: Float, signature.Pointer: Pointer,
	signature.String: Text, signature.Text: SizedText, signature.Bytes: Bytes,
}
