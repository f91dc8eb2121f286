package reference

import (
	"go/ast"
	"go/token"
	"maps"
	"path"
	"testing"
)

// goTexts returns what the errors of the packages at and below some directories say.
func goTexts(t *testing.T, below ...string) (found []text) {
	t.Helper()
	fset := token.NewFileSet()
	all := source(t, fset, below...)
	sentinels, makers := make(map[string]string), make(map[string]int)
	for _, d := range all {
		for _, f := range d.files {
			sentinelsOf(f, path.Base(d.path)+".", sentinels)
			makersOf(f, path.Base(d.path)+".", makers)
		}
	}
	for _, d := range all {
		c := &texts{fset: fset, constants: make(map[string]string),
			sentinels: maps.Clone(sentinels), makers: maps.Clone(makers)}
		for _, f := range d.files {
			sentinelsOf(f, "", c.sentinels)
			makersOf(f, "", c.makers)
			constantsOf(f, c.constants)
		}
		for _, f := range d.files {
			c.inFile(f)
		}
		found = append(found, c.found...)
	}
	return found
}

// sentinelsOf finds variables of a file that are errors with a fixed text.
func sentinelsOf(f *ast.File, prefix string, to map[string]string) {
	values(f, func(name string, value ast.Expr) {
		call, ok := value.(*ast.CallExpr)
		if ok && nameOf(call.Fun) == "errors.New" {
			to[prefix+name] = new(texts).constant(call.Args[0])
		}
	})
}

func constantsOf(f *ast.File, to map[string]string) {
	values(f, func(name string, value ast.Expr) {
		if said := new(texts).constant(value); said != hole {
			to[name] = said
		}
	})
}

// values calls do for each variable and constant of a file.
func values(f *ast.File, do func(name string, value ast.Expr)) {
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, s := range g.Specs {
			if v, ok := s.(*ast.ValueSpec); ok {
				for i := range v.Values {
					do(v.Names[i].Name, v.Values[i])
				}
			}
		}
	}
}

// makersOf finds functions of a file that make an error of a format.
func makersOf(f *ast.File, prefix string, to map[string]int) {
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Type.Results == nil {
			continue
		}
		at := 0
		for _, p := range fn.Type.Params.List {
			for _, name := range p.Names {
				if name.Name == "format" && isError(fn.Type.Results) {
					to[prefix+fn.Name.Name] = at
				}
				at++
			}
		}
	}
}

// isError says whether the only result is an error, or a pointer to a type of that name.
func isError(results *ast.FieldList) bool {
	if len(results.List) != 1 {
		return false
	}
	result := results.List[0].Type
	if star, ok := result.(*ast.StarExpr); ok {
		result = star.X
	}
	return nameOf(result) == "error" || nameOf(result) == "Error"
}
