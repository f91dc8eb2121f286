package callers

import (
	"regexp"
	"testing"
)

//go:noinline
func outer(f func() string) string { return inner(f) }

func inner(f func() string) string { return f() } // may be inlined, which a stack must not show

func want(t *testing.T, got, expression string) {
	t.Helper()
	if !regexp.MustCompile("^" + expression + "$").MatchString(got) {
		t.Errorf("got %q, want %q", got, expression)
	}
}

const ofTest = ` < testing\.tRunner:\d+`

func TestText(t *testing.T) {
	want(t, outer(func() string { return Text(0) }),
		`callers\.TestText\.func1:\d+ < callers\.inner:\d+ < callers\.outer:\d+ < `+
			`callers\.TestText:\d+`+ofTest)
	want(t, outer(func() string { return Text(2) }),
		`callers\.outer:\d+ < callers\.TestText:\d+`+ofTest)
	want(t, outer(func() string { return Text(maxFrames) }), "")
	all := make(chan string)
	go func() { all <- Text(0) }()
	want(t, <-all, `callers\.TestText\.func\d+:\d+`)
}

// TestDepth: only the innermost functions of a deep stack are there.
func TestDepth(t *testing.T) {
	var deep func(n int) string
	deep = func(n int) string {
		if n == 0 {
			return Text(0)
		}
		return deep(n - 1)
	}
	want(t, deep(2*maxFrames), `(callers\.TestDepth\.func1:\d+( < )?){64}`)
}

// TestOfPanic: the stack of a panic begins where it panicked, also if the runtime itself did.
func TestOfPanic(t *testing.T) {
	var none *int
	for _, panics := range []func() string{
		func() string { panic("lost") },
		func() string { return string(rune(*none)) },
		func() string { return string(make([]byte, 3)[len(t.Name()):]) },
	} {
		stack := ""
		func() {
			defer func() {
				stack = OfPanic()
				_ = recover()
			}()
			outer(panics)
		}()
		want(t, stack, `callers\.TestOfPanic\.func\d+:\d+ < callers\.inner:\d+ < callers\.outer:\d+ < .*`+
			ofTest)
	}
	want(t, OfPanic(), "") // nobody panics
}
