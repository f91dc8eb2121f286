package provider_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/tracing/provider"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// text describes a signature with everything that Parse says.
func text(s signature.Signature) string {
	var params []string
	for _, p := range s.Params {
		params = append(params, fmt.Sprintf("%d %s %s %d", p.Place, p, kinds[p.Type.Kind], p.Type.Size))
	}
	out := s.Provider + ":" + s.Probe + "(" + strings.Join(params, ", ") + ")"
	if s.Description != "" {
		out += " " + s.Description
	}
	return out
}

var kinds = map[signature.Kind]string{
	0: "any", signature.Int: "int", signature.Uint: "uint", signature.Bool: "bool",
	signature.Float: "float", signature.Duration: "duration", signature.Pointer: "pointer",
	signature.String: "string", signature.Text: "text", signature.Bytes: "bytes",
}

func TestParse(t *testing.T) {
	tests := []struct {
		file string
		want []string
	}{
		{"", nil},
		{"provider p { };", nil},
		{"provider p { probe a(); probe b(void); probe c ( ) ; }", []string{"p:a()", "p:b()", "p:c()"}},
		{"provider p { probe a(); probe a(int); }", []string{"p:a()", "p:a(0 arg0 int int 4)"}},
		{"provider p { probe a__b(); };\nprovider q { probe a(); };", []string{"p:a__b()", "q:a()"}},

		{"provider p { probe a(int i, unsigned, const volatile unsigned long int u); };",
			[]string{"p:a(0 i int int 4, 1 arg1 unsigned uint 4, " +
				"2 u const volatile unsigned long int uint 8)"}},
		{"provider p { probe a(char, signed char, unsigned char, short, long long, int8_t); };",
			[]string{"p:a(0 arg0 char int 1, 1 arg1 signed char int 1, 2 arg2 unsigned char uint 1, " +
				"3 arg3 short int 2, 4 arg4 long long int 8, 5 arg5 int8_t int 1)"}},
		{"provider p { probe a(float f, double d, bool b, _Bool, boolean_t, hrtime_t); };",
			[]string{"p:a(0 f float float 4, 1 d double float 8, 2 b bool bool 1, " +
				"3 arg3 _Bool bool 1, 4 arg4 boolean_t bool 4, 5 arg5 hrtime_t duration 8)"}},
		{"provider p { probe a(char *, const char*, char const * restrict s, string, char s2[16]); };",
			[]string{"p:a(0 arg0 char * string 8, 1 arg1 const char * string 8, " +
				"2 s char const * string 8, 3 arg3 string string 8, 4 s2 char * string 8)"}},
		{"provider p { probe a(void *v, struct foo *f, foo_t **, char **argv, int x[], struct s by); };",
			[]string{"p:a(0 v void * pointer 8, 1 f struct foo * pointer 8, 2 arg2 foo_t ** pointer 8, " +
				"3 argv char ** pointer 8, 4 x int * pointer 8, 5 by struct s any 0)"}},
		{"provider p { probe a(enum color c, foo_t, foo_t f, unsigned char *); };",
			[]string{"p:a(0 c enum color int 4, 1 arg1 foo_t any 0, 2 f foo_t any 0, " +
				"3 arg3 unsigned char * pointer 8)"}},
		{"provider p { probe a(int arg0, int arg1); };",
			[]string{"p:a(0 arg0 int int 4, 1 arg1 int int 4)"}},

		{"provider p { probe a(char *s, int s_len, void *b, size_t b_len, int n); };",
			[]string{"p:a(0 s char * text 8, 2 b void * bytes 8, 4 n int int 4)"}},
		{"provider p { probe a(uint8_t *b, foo_t b_len, char *arg2, int arg2_len); };",
			[]string{"p:a(0 b uint8_t * bytes 8, 2 arg2 char * text 8)"}},
		{"provider p { probe a(char *s, int length, int s_len, char *t, void *t_len); };",
			[]string{"p:a(0 s char * string 8, 1 length int int 4, 2 s_len int int 4, " +
				"3 t char * string 8, 4 t_len void * pointer 8)"}},

		{"typedef unsigned int Oid; typedef Oid id2;\n" +
			"typedef char *cstring; typedef void *ptr;" +
			"provider p { probe a(Oid o, id2 i, cstring c, ptr p, Oid *q); };",
			[]string{"p:a(0 o Oid uint 4, 1 i id2 uint 4, 2 c cstring string 8, 3 p ptr pointer 8, " +
				"4 q Oid * pointer 8)"}},
		{"typedef struct { int a; struct { int b; } c; } foo; typedef struct x y;\n" +
			"typedef enum { A, B } e;\nstruct x; enum z { C = 1 << 2, };\n" +
			"provider p { probe a(foo *f, y *g, e); };",
			[]string{"p:a(0 f foo * pointer 8, 1 g y * pointer 8, 2 arg2 e any 0)"}},
		{"#include <stdint.h>\n  # define LWLockMode \\\n int\n#define MAX 3\n#define F(x) int\n" +
			"#define BAD char double\n#define\n#definefoo int\n" +
			"provider p {\n#ifdef X\nprobe a(LWLockMode, foo m);\n#endif\n};\n" +
			"#pragma D attributes Evolving/Evolving/Common provider p provider",
			[]string{"p:a(0 arg0 LWLockMode int 4, 1 m foo any 0)"}},

		{"/* The file. */\n\nprovider p {\n\t/* A thing\n\t * has come. */\n\tprobe a();\n" +
			"\tprobe b(); /* about b */\n\tprobe c();\n\t// One.\n\t// Two.\n\tprobe d(int /* n */ n);\n" +
			"\t/* Far. */\n\n\tprobe e();\n\t/**\n\t * First\n\t * paragraph.\n\t *\n\t * Second.\n" +
			"\t */\n\tprobe f(); /* Here. */ probe g(); /*/ odd */\n};",
			[]string{"p:a() A thing has come.", "p:b()", "p:c()", "p:d(0 n int int 4) One. Two.", "p:e()",
				"p:f() First paragraph.", "p:g() Here."}},
		{"provider p {\r\n  // Windows.\r\n  probe a();\r\n};\r\n", []string{"p:a() Windows."}},
	}
	for _, test := range tests {
		signatures, err := provider.Parse("web.d", test.file)
		if err != nil {
			t.Errorf("%s\n%v", test.file, err)
			continue
		}
		var got []string
		for _, s := range signatures {
			got = append(got, text(s))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s\n-want +got\n%s", test.file, diff)
		}
	}
}

func TestParseErrors(t *testing.T) {
	tests := []struct{ file, want string }{
		{"probe a();", `1:1: expected provider, typedef or struct, not "probe"`},
		{"provider {", `1:10: expected the name of a provider, not "{"`},
		{"provider p", `1:11: expected { before the end`},
		{"provider p {", `1:13: expected probe or } before the end`},
		{"provider p {\n\tint x;\n}", `2:2: expected probe or } before "int"`},
		{"provider p {\n\tprobe a;\n}", `2:9: expected ( before ";"`},
		{"provider p {\n\tprobe 1a();\n}", `2:8: expected the name of a probe, not "1a"`},
		{"provider p { probe a() }", `1:24: expected ; before "}"`},
		{"provider p { probe a(int x int y); }", `1:28: expected , before "int"`},
		{"provider p { probe a(int,); }", `1:26: expected a type, not ")"`},
		{"provider p { probe a(const); }", `1:22: expected a type, not "const"`},
		{"provider p { probe a(void, int); }", `1:22: void has no values; for an address write void *`},
		{"provider p { probe a(int, void v); }", `1:27: void has no values`},
		{"provider p { probe a(char double x); }", `1:22: char double is no type of C`},
		{"provider p { probe a(unsigned signed); }", `1:22: unsigned signed is no type of C`},
		{"provider p { probe a(long long long); }", `1:22: long long long is no type of C`},
		{"provider p { probe a(long double); }", `1:22: a long double is not an argument`},
		{"provider p { probe a(size_t int); }", `1:29: expected , before "int"`},
		{"provider p { probe a(void (*f)(int)); }", `1:27: for the address of a function write void *`},
		{"provider p { probe a(struct *x); }", `1:29: expected the name of a struct, not "*"`},
		{"provider p { probe a(int x[3); }", `1:29: expected ] before ")"`},
		{"provider p { probe a(int x, char x); }", `1:34: two arguments have the name x`},
		{"provider p { probe a(int arg1); }", `1:26: this is the argument arg0; choose another name`},
		{"provider p { probe a(); probe a(); }", `1:31: p:a with as many arguments is declared twice; remove one`},
		{"provider p { probe a(char *s, int s_len); }\nprovider p { probe a(int, int); }",
			`2:20: p:a with as many arguments`},
		{"provider p { probe a(int x) : (int y); }", `1:29: only what the program passes counts`},
		{"/* no end", `1:1: the comment has no end; write */`},
		{"provider p { /* é */ probe a(é); }", `1:30: expected a type, not "é"`},
		{"typedef int;", `1:12: expected the name of the type before ";"`},
		{"typedef void x;", `1:9: void has no values`},
		{"typedef int x", `1:14: expected ; before the end`},
		{"struct x { int a;", `1:1: the declaration has no end; write ;`},
		{"provider p { probe a(" + strings.Repeat("int,", 64) + "int); }", ": more than 64 arguments"},
	}
	for _, test := range tests {
		s, err := provider.Parse("web.d", test.file)
		var mistake *provider.Error
		if !errors.As(err, &mistake) {
			t.Errorf("%s\ngot %v, %v, want a *provider.Error", test.file, s, err)
			continue
		}
		if !strings.HasPrefix(err.Error(), "web.d:") || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s\ngot  %v\nwant web.d:%s", test.file, err, test.want)
		}
	}
	_, err := provider.Parse("web.d", "provider p {\n\tprobe a(é b c);\n};")
	want := " probe a(é b c);\n         ^"
	if got := err.(*provider.Error).Excerpt(); got != want {
		t.Errorf("excerpt\n%q, want\n%q", got, want)
	}
	if _, err := provider.Parse("web.d", strings.Repeat(" ", provider.MaxSize+1)); err == nil {
		t.Error("a file may be of any size")
	}
}

// TestParseIsLinear reads files of the greatest size that repeat something. Each takes some
// milliseconds; if the time were not linear, most would take many minutes.
func TestParseIsLinear(t *testing.T) {
	repeat := func(s string) string { return strings.Repeat(s, (provider.MaxSize-100)/len(s)) }
	for _, file := range []string{
		repeat("/**/"), ";" + repeat("/**/"), repeat("// a\n"), repeat("//a"),
		repeat("#\n"), repeat("#\\\n"), repeat(" #"),
		repeat("#define a b\n"), repeat("typedef int a;"), "/*" + repeat(" a") + "*/",
		"/*" + repeat("\n") + "*/", repeat("struct{"), repeat("struct x;"), repeat("typedef struct{"),
		"typedef struct {" + repeat("{") + "}", "typedef " + repeat("const "),
		"typedef int " + repeat("*"), "typedef int x" + repeat("[]"), "typedef " + repeat("long "),
		"provider p { probe a(" + repeat("int ") + ")", "provider p { probe " + repeat("a"),
		"provider p {" + repeat("/* a */ probe a") + "}", repeat("provider p {};"),
		"provider p { probe a(int " + repeat("\n") + "int", repeat("é"), repeat("\t"),
	} {
		start := time.Now()
		_, err := provider.Parse("web.d", file)
		took := time.Since(start)
		if t.Logf("%.20q: %v, %.80v", file, took, err); took > time.Minute {
			t.Errorf("%.20q takes %v", file, took)
		}
	}
}
