//go:build linux && (amd64 || arm64)

package main

import (
	"fmt"
	"time"

	"github.com/go-usdt/usdt/stapsdt"
)

// The probes of pairs, whose loads have a text of 16 bytes of 1,000 as a second argument.
var (
	start = stapsdt.MustProbe2[uint64, string](provider, "job_start")
	end   = stapsdt.MustProbe1[uint64](provider, "job_end")
)

var texts = func() (list [1000]string) {
	for i := range list {
		list[i] = fmt.Sprintf("GET /pages/%05d", i)
	}
	return list
}()

// groupTools are tools that group what they count by a text.
func groupTools(usdt, pid, path string) []tool {
	site := func(probe string) string { return "usdt:" + path + ":tools:" + probe }
	script := func(text string) []string { return []string{"bpftrace", "-e", text} }
	begin := site("job_start") + " { @began[arg0] = nsecs; "
	finish := site("job_end") + " /@began[arg0]/ { @"
	took := " = hist(nsecs - @began[arg0]); delete(@began[arg0]); "
	return []tool{
		{"usdt count --by text",
			[]string{usdt, "count", "-p", pid, "tools:event", "--by", "1"}, fireTexts},
		{"bpftrace @[str()] = count()",
			script(site("event") + " { @[str(arg1)] = count(); }"), fireTexts},
		{"usdt hist --by text",
			[]string{usdt, "hist", "-p", pid, "tools:event", "--arg", "0", "--by", "1"}, fireTexts},
		{"bpftrace @[str()] = hist()",
			script(site("event") + " { @[str(arg1)] = hist(arg0); }"), fireTexts},
		{"usdt latency", []string{usdt, "latency", "-p", pid, "tools:job"}, firePairs},
		{"bpftrace hist() of pairs", script(begin + "} " + finish + took + "}"), firePairs},
		{"usdt latency --by text",
			[]string{usdt, "latency", "-p", pid, "tools:job", "--by", "arg1"}, firePairs},
		{"bpftrace hist() of pairs by text", script(begin + "@text[arg0] = str(arg1); } " +
			finish + "[@text[arg0]]" + took + "delete(@text[arg0]); }"), firePairs},
	}
}

// fireTexts returns the nanoseconds of each of n fires, with values over three powers of two.
func fireTexts(n int) float64 {
	return perFire(n, func(i int) { probe.Fire(uint64(1000+i%7000), texts[i%len(texts)]) })
}

// firePairs returns the nanoseconds of each of n pairs.
func firePairs(n int) float64 {
	return perFire(n, func(i int) {
		start.Fire(uint64(i), texts[i%len(texts)])
		end.Fire(uint64(i))
	})
}

func perFire(n int, fire func(i int)) float64 {
	begin := time.Now()
	for i := range n {
		fire(i)
	}
	return float64(time.Since(begin).Nanoseconds()) / float64(n)
}
