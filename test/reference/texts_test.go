package reference

import (
	"go/ast"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// hole stands in a text for what is not known before it is written.
const hole = "…"

// A text is what an error says, with a hole for each value.
type text struct {
	said  string
	where token.Position
}

// texts finds the errors in the source of one package.
type texts struct {
	fset      *token.FileSet
	constants map[string]string // strings by the name of the constant
	sentinels map[string]string // texts by NAME in the package, and by PACKAGE.NAME elsewhere
	makers    map[string]int    // where functions of the tree take their format, likewise named
	found     []text
}

func (c *texts) inFile(file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if i := c.formatOf(n); i >= 0 && i < len(n.Args) {
				c.add(n.Args[i], n.Args[i+1:])
			}
		case *ast.FuncDecl:
			if n.Body != nil && advisers.MatchString(n.Name.Name) {
				c.inResults(n.Body)
			}
			_, forwards := c.makers[n.Name.Name]
			return !forwards || n.Recv != nil // it hands on the format of its caller
		case *ast.KeyValueExpr:
			if key := nameOf(n.Key); key == "Reason" || key == "Remedy" { // of a process.Error
				c.add(n.Value, nil)
			}
		}
		return true
	})
}

// advisers are the method Error of types, and functions that say what can be done about an error.
var advisers = regexp.MustCompile(`^(Error|permission|toGet|ToReadOne|.*(Advice|Hint))$`)

// inResults finds what such a function returns.
func (c *texts) inResults(body *ast.BlockStmt) {
	ast.Inspect(body, func(n ast.Node) bool {
		if r, ok := n.(*ast.ReturnStmt); ok && len(r.Results) == 1 {
			switch result := r.Results[0].(type) {
			case *ast.BasicLit, *ast.BinaryExpr:
				c.add(result, nil)
			case *ast.CallExpr:
				if nameOf(result.Fun) == "fmt.Sprintf" {
					c.add(result.Args[0], result.Args[1:])
				}
			}
		}
		return true
	})
}

// formatOf returns which argument of a call is the text of an error, or -1.
func (c *texts) formatOf(call *ast.CallExpr) int {
	name := nameOf(call.Fun)
	if name == "errors.New" || name == "fmt.Errorf" {
		return 0
	}
	if i, ok := c.makers[name]; ok {
		return i
	}
	return -1
}

var holes = regexp.MustCompile(hole + "{2,}")

// verb is a directive of a format, with its quotes.
var verb = regexp.MustCompile(`"?%(?:\[\d+\])?[-+# 0]*[\d.*]*([a-zA-Z%])"?`)

func (c *texts) add(format ast.Expr, args []ast.Expr) {
	said, next := c.constant(format), 0
	if strings.HasSuffix(said, ": %w") && c.last(args) == hole && !sentence.MatchString(said) {
		return // it only says what was being done
	}
	said = verb.ReplaceAllStringFunc(said, func(v string) string {
		kind := strings.Trim(v, `"`)
		if kind[len(kind)-1] == '%' {
			return "%"
		}
		value := hole
		if kind == "%w" && next < len(args) {
			value = c.sentinel(args[next])
		}
		if kind[len(kind)-1] == 'q' {
			value = `"` + hole + `"`
		}
		next++
		return strings.Replace(v, kind, value, 1)
	})
	said = tidy(said)
	if strings.ContainsFunc(said, unicode.IsLetter) {
		c.found = append(c.found, text{said, c.fset.Position(format.Pos())})
	}
}

// sentence matches what says more than what was being done.
var sentence = regexp.MustCompile(`,| (not|cannot|is|are|was|take) `)

// tidy removes what only joins a text to others, and holes of which nobody sees that they are two.
func tidy(said string) string {
	said = strings.TrimPrefix(strings.TrimSpace(said), "; ")
	return holes.ReplaceAllString(said, hole)
}

// last returns the text of the last argument.
func (c *texts) last(args []ast.Expr) string {
	if len(args) == 0 {
		return hole
	}
	return c.sentinel(args[len(args)-1])
}

func (c *texts) sentinel(e ast.Expr) string {
	if said, ok := c.sentinels[nameOf(e)]; ok {
		return said
	}
	return hole
}

// constant returns the string that an expression is, with holes for what is none.
func (c *texts) constant(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if said, err := strconv.Unquote(e.Value); err == nil {
			return strings.ReplaceAll(said, "\n", " ")
		}
	case *ast.CallExpr:
		if nameOf(e.Fun) == "fmt.Sprintf" {
			return c.constant(e.Args[0])
		}
	case *ast.BinaryExpr:
		return c.constant(e.X) + c.constant(e.Y)
	case *ast.ParenExpr:
		return c.constant(e.X)
	case *ast.Ident:
		if said, ok := c.constants[e.Name]; ok {
			return said
		}
	}
	return hole
}

// nameOf returns NAME or PACKAGE.NAME; of a method the name alone.
func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok && x.Obj == nil {
			return x.Name + "." + e.Sel.Name
		}
		return e.Sel.Name
	}
	return ""
}
