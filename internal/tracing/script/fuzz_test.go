package script

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// FuzzQuote has a shell print any text: it is the text.
func FuzzQuote(f *testing.F) {
	sh := testenv.Tool(f, "sh")
	f.Add("a'b\"$(exit 1)`\\\n*")
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ReplaceAll(text, "\x00", "") // no argument has a NUL
		if len(text) > 100_000 {
			return // nor as many bytes
		}
		got, err := exec.Command(sh, "-c", "printf %s "+quote(text)).Output()
		if string(got) != text || err != nil {
			t.Errorf("%q: the shell prints %q, %v", text, got, err)
		}
	})
}

// FuzzWrite writes scripts for probes of any names and arguments: a name that is not plain is
// refused, and the shell or Python understands every script.
func FuzzWrite(f *testing.F) {
	sh, python := testenv.Tool(f, "sh"), testenv.Tool(f, "python3")
	f.Add(uint8(0), "shop", "order", "/lib/a.so", "8@%rdi -4@8(%rsp)")
	f.Add(uint8(2), "s", "$(id)", "/a b", "8@$5 x")
	f.Add(uint8(3), "s", "o", "/proc/7/fd/3", "1@%ah 8@sym(%rip) 4@-8(%rbp,%rax,4)")
	f.Fuzz(func(t *testing.T, tool uint8, provider, name, file, args string) {
		p := order(args)
		p.Provider, p.Name, p.Files[0].Path = provider, name, file
		for i := range p.Args {
			if p.Args[i].Kind = Kind(int(tool>>4)+i) % 2; i > 3 {
				p.Args[i].Kind = Integer
			}
		}
		text, err := Write(Tools()[int(tool)%len(Tools())], p)
		if err != nil {
			return
		}
		if !IsPlain(provider) || !IsPlain(name) || !IsPlain(file) {
			t.Errorf("a script for %q %q %q:\n%s", provider, name, file, text)
		}
		check := exec.Command(sh, "-n")
		if strings.HasPrefix(text, "#!/usr/bin/python3\n") {
			check = exec.Command(python, "-S", "-c", "import ast, sys; ast.parse(sys.stdin.read())")
		}
		check.Stdin = strings.NewReader(text)
		if out, err := check.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%v: %v\n%s\n%s", check, err, out, text)
		}
	})
}
