package script

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// order is the probe shop:order of process 7, with the arguments of a note of amd64.
func order(args string, kinds ...Kind) Probe {
	note := sdtnote.Note{
		Provider: "shop", Name: "order", Machine: elf.EM_X86_64, Args: args,
		Address: 0x1000, FileOffset: 0x1000,
	}
	p := Probe{PID: 7, Provider: note.Provider, Name: note.Name}
	p.Files = []File{{Path: "/lib/shop.so", Sites: []Site{{note, []uint64{0x7f001000}}}}}
	for _, a := range operand.Parse(note) {
		p.Args = append(p.Args, Arg{Arg: a})
	}
	for i, k := range kinds {
		p.Args[i].Kind = k
	}
	return p
}

// write returns the script, which must be written.
func write(t *testing.T, tool string, p Probe) string {
	t.Helper()
	text, err := Write(tool, p)
	if err != nil {
		t.Fatalf("%s: %v", tool, err)
	}
	return text
}

// lineWith returns the only line that contains the text.
func lineWith(t *testing.T, script, text string) string {
	t.Helper()
	var found []string
	for line := range strings.Lines(script) {
		if strings.Contains(line, text) {
			found = append(found, strings.TrimSpace(line))
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d lines with %q in\n%s", len(found), text, script)
	}
	return found[0]
}

// No script has a name by which a hostile process could make it do something else.
func TestNamesRefused(t *testing.T) {
	names := []string{"a b", "a'b", `a"b`, "a\nb", "a$b", "a;b", "a{b", "a:b", "a*", "", "é"}
	for _, tool := range Tools() {
		for _, name := range names {
			for _, spoil := range []func(p *Probe){
				func(p *Probe) { p.Provider = name },
				func(p *Probe) { p.Name = name },
				func(p *Probe) { p.Files[0].Path = name },
			} {
				p := order("")
				spoil(&p)
				want := fmt.Sprintf("%q cannot be written into a script; use usdt trace", name)
				if text, err := Write(tool, p); err == nil || err.Error() != want {
					t.Errorf("%s, %q: got error %v, want %s\n%s", tool, name, err, want, text)
				}
			}
		}
	}
}

// A tool would number the arguments behind one that cannot be decoded wrongly.
func TestUndecodedArgument(t *testing.T) {
	const args = "-4@%edi 8f@%xmm0 8@%rsi"
	for tool, last := range map[string]string{
		"bcc": "{probe} arg0={e.arg0}\"", "bpftrace": "order arg0=%lld", "gdb": `"shop:order\n"`,
	} {
		text := write(t, tool, order(args))
		lineWith(t, text, last)
		lacking := 1
		if tool == "gdb" { // reads none of them
			lacking = 0
		}
		lineWith(t, text, fmt.Sprintf(
			"# %s does not read argument %d and those behind it; see usdt trace.", tool, lacking))
		if strings.Contains(text, "arg1") {
			t.Errorf("%s does not end with argument 0:\n%s", tool, text)
		}
		_, err := Write(tool, order(args, Integer, Integer, Text))
		want := tool + " cannot read argument 2 of shop:order (" + args + "); use usdt trace"
		if err == nil || err.Error() != want {
			t.Errorf("text behind it: got error %v, want %s", err, want)
		}
	}
}

// Each of these places is one that tools do not know.
func TestStrangePlaces(t *testing.T) {
	for _, arg := range []string{"8f@%rax", "8@%fs:local@tpoff", "24@8(%rsp)", "8@%xmm0"} {
		for _, tool := range []string{"bcc", "bpftrace", "gdb"} {
			text := write(t, tool, order(arg))
			lineWith(t, text, tool+" does not read argument 0 and those behind it")
		}
	}
}

// bpftrace 0.17 reads an argument at a symbol wrongly, and those behind it rightly.
func TestBpftraceSymbol(t *testing.T) {
	text := write(t, "bpftrace", order("-4@%edi 8@table(%rip) 8@%rsi"))
	lineWith(t, text, "# bpftrace does not read argument 1; see usdt trace.")
	want := []string{"bpftrace does not read argument 1; see usdt trace"}
	if diff := cmp.Diff(want, Lacks(text)); diff != "" {
		t.Errorf("lacks (-want +got):\n%s", diff)
	}
	if line := lineWith(t, text, "printf"); !strings.HasSuffix(line, ", arg0, arg2);") {
		t.Errorf("got %s", line)
	}
	if _, err := Write("bpftrace", order("8@table(%rip)", Text)); err == nil {
		t.Error("it is read as text")
	}
}

// A path can have characters that bpftrace takes for its language.
func TestBpftracePath(t *testing.T) {
	for path, want := range map[string]string{
		"/lib/libstdc++.so.6": `usdt:"/lib/libstdc++.so.6":shop:order {`,
		"/lib/a=b,c@d":        `usdt:"/lib/a=b,c@d":shop:order {`,
		"/lib/shop.so":        `usdt:/lib/shop.so:shop:order {`,
	} {
		p := order("")
		p.Files[0].Path = path
		if got := lineWith(t, write(t, "bpftrace", p), ":shop:order"); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestTooManyArguments(t *testing.T) {
	text := write(t, "bpftrace", order(strings.Repeat("8@%rdi ", 8)))
	if line := lineWith(t, text, "printf"); !strings.HasSuffix(line, ", arg4, arg5);") {
		t.Errorf("got %s", line)
	}
}

func TestBpftraceValues(t *testing.T) {
	text := write(t, "bpftrace", order("-4@%edi 8@%rsi 8@%rdx 8@%rcx", Integer, Text, Bytes))
	const want = `printf("shop:order arg0=%lld arg1=%s arg2=%r arg3=%llu\n", ` +
		`arg0, str(arg1), buf(arg2, arg3), arg3);`
	if diff := cmp.Diff(want, lineWith(t, text, "printf")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A file in the memory of the process is traced without a process id, all others with it.
func TestBpftracePID(t *testing.T) {
	shared, own := File{Path: "/lib/shop.so"}, File{Path: "/proc/7/fd/3"}
	for _, test := range []struct {
		files []File
		want  string
	}{
		{[]File{shared}, "-p 7 "},
		{[]File{own}, ""},
		{[]File{own, shared}, "-p 7 "},
		{[]File{{Path: "/proc/77/fd/3"}}, "-p 7 "},
	} {
		if got := (Probe{PID: 7, Files: test.files}).bpftracePID(); got != test.want {
			t.Errorf("%v: got %q, want %q", test.files, got, test.want)
		}
	}
}

// Where a note has lost the sign, the signature gives it back.
func TestSign(t *testing.T) {
	p := order("8@%rdi 4@%esi 8@%rdx")
	number := signature.Type{Name: "int", Kind: signature.Int, Size: 4}
	size := signature.Type{Name: "size_t", Kind: signature.Uint, Size: 8}
	s := signature.New(p.Provider, p.Name, "", signature.Param{Name: "fd", Type: number},
		signature.Param{Name: "small", Type: number},
		signature.Param{Name: "size", Type: size})
	p.Describe(&s)
	for tool, want := range map[string]string{
		"bpftrace": "fd=%lld small=%llu size=%llu",
		"perf":     "fd=%di:s64 small=%si:u32 size=%dx:u64",
		"gdb":      "fd=%ld small=%lu size=%lu",
	} {
		if text := write(t, tool, p); !strings.Contains(text, want) {
			t.Errorf("%s: no %q in\n%s", tool, want, text)
		}
	}
}

func TestPerfFetch(t *testing.T) {
	tests := []struct{ arg, want string }{
		{"8@%rdi", "%di:u64"},
		{"-4@%r8d", "%r8:s32"},
		{"-4@$-5", `\-5:s32`},
		{"4@-20(%rbp)", "-20(%bp):u32"},
		{"8@(%rsp)", "+0(%sp):u64"},
		{"1@%ah", ""},
		{"8@counter(%rip)", ""},
		{"8@16(%rip)", ""},
		{"8@8(%rax,%rbx,4)", ""},
		{"8f@%xmm0", ""},
		{"8@%fs:-8", ""},
		{"8@%fs:(%rax)", ""},
	}
	for _, test := range tests {
		text := write(t, "perf", order(test.arg))
		definition := lineWith(t, text, "p:$group/")
		lacks := "cannot express where argument 0 is; see usdt trace."
		want := "p:$group/shop_order /lib/shop.so:0x1000"
		if test.want != "" {
			want += " arg0=" + test.want
		}
		if definition != want || strings.Contains(text, lacks) != (test.want == "") {
			t.Errorf("%s: got %s, want %s, in\n%s", test.arg, definition, want, text)
		}
	}
	text := write(t, "perf", order("8@%rdi 8@%rsi", Integer, Text))
	line := lineWith(t, text, "p:$group/")
	if !strings.HasSuffix(line, " arg0=%di:u64 arg1=+0(%si):string") {
		t.Errorf("text: got %s", line)
	}
}

func TestPerfSemaphore(t *testing.T) {
	p := order("")
	p.Files[0].Sites[0].Note.SemaphoreOffset = 0x2002
	line := lineWith(t, write(t, "perf", p), "p:$group/")
	if !strings.HasSuffix(line, ":0x1000(0x2002)") {
		t.Errorf("got %s", line)
	}
}

// The kernel takes words of at most 63 characters.
func TestPerfEvent(t *testing.T) {
	long := strings.Repeat("x", 58) // shop_ and this are 63
	names := map[string]bool{}
	for _, test := range []struct{ name, want string }{
		{"a.b-c", "shop_a_b_c"},
		{long, "shop_" + long},
		{long + "1", ""},
		{long + "2", ""},
	} {
		event := Probe{Provider: "shop", Name: test.name}.perfEvent()
		if test.want != "" && event != test.want || len(event) > 63 || notWord.MatchString(event) {
			t.Errorf("%s: got %s, want %s", test.name, event, test.want)
		}
		names[event] = true
	}
	if len(names) != 4 {
		t.Errorf("events share a name: %v", names)
	}
}

func TestGdbStops(t *testing.T) {
	p := order("")
	p.Files[0].Sites[0].Addresses = []uint64{0x7f001000, 0x7f005000}
	text := write(t, "gdb", p)
	const want = "while ($pc == 0x7f001000 || $pc == 0x7f000fff || " +
		"$pc == 0x7f005000 || $pc == 0x7f004fff) && $_siginfo.si_signo == 5"
	if diff := cmp.Diff(want, lineWith(t, text, "while ($pc")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for _, bias := range []string{"0x7f000000", "0x7f004000"} {
		lineWith(t, text, "add-symbol-file /lib/shop.so -o "+bias)
	}
}

// The stack of BPF has 512 bytes, which all texts share.
func TestBCCRoom(t *testing.T) {
	for texts, want := range map[int]string{1: "128", 3: "128", 4: "96", 6: "64"} {
		p := order(strings.Repeat("8@%rdi ", 6))
		for i := range texts {
			p.Args[i].Kind = Text
		}
		if line := lineWith(t, write(t, "bcc", p), "#define TEXT"); line != "#define TEXT "+want {
			t.Errorf("%d texts: got %s, want %s bytes", texts, line, want)
		}
	}
}
