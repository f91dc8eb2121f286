package doctor

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/kernel"
)

// proc judges the proc file system, by which usdt finds processes and starts their reader.
func proc(s System) Finding {
	if s.hasProc() {
		return ok("mounted on /proc")
	}
	return failure("mount -t proc proc /proc", "/proc is not mounted, or hidden")
}

// version judges the kernel's version.
func version(s System) Finding {
	switch release := s.Kernel.Release; {
	case release == "":
		return warning("Run usdt outside of the sandbox.", "a sandbox hides its version")
	case !kernel.Oldest.In(release):
		remedy := fmt.Sprintf("Run Linux %v or later.", kernel.Oldest)
		return failure(remedy, "Linux %s is too old", release)
	default:
		return ok("Linux %s", release)
	}
}

// config looks for the options that usdt cannot do without. Most distributions set them all.
func config(s System) Finding {
	f, source, err := s.openConfig()
	if err != nil {
		return ok("not published; the other checks tell")
	}
	defer f.Close()
	set := make(map[string]bool)
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if name, ok := strings.CutSuffix(lines.Text(), "=y"); ok {
			set[name] = true
		}
	}
	var missing []string
	for _, name := range []string{
		"CONFIG_PERF_EVENTS", "CONFIG_UPROBES", "CONFIG_UPROBE_EVENTS",
		"CONFIG_BPF_SYSCALL", "CONFIG_BPF_EVENTS",
	} {
		if !set[name] {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		list := strings.Join(missing, ", ")
		return failure("Run a kernel that is built with "+list+".", "%s lacks %s", source, list)
	}
	return ok("%s has all options", source)
}

func (s System) openConfig() (f io.ReadCloser, source string, err error) {
	if s.Kernel.Release != "" {
		source = "boot/config-" + s.Kernel.Release
		if f, err := s.Files.Open(source); err == nil {
			return f, "/" + source, nil
		}
	}
	source = "proc/config.gz"
	compressed, err := s.Files.Open(source)
	if err != nil {
		return nil, "", err
	}
	text, err := gzip.NewReader(compressed)
	if err != nil {
		_ = compressed.Close()
		return nil, "", err
	}
	return configFile{text, compressed}, "/" + source, nil
}

// configFile is a compressed file that is read as text.
type configFile struct {
	io.Reader
	io.Closer
}

func pmu(s System) Finding {
	if _, ok := s.read("sys/bus/event_source/devices/uprobe/type"); ok {
		return Finding{Found: "there is one"}
	}
	if !s.hasSys() {
		return failure("mount -t sysfs sysfs /sys", "/sys is not mounted, or hidden")
	}
	return failure("Run a kernel that is built with CONFIG_UPROBE_EVENTS.", "the kernel has none")
}

// lockdown judges the mode of lockdown (Linux 5.4), which is in brackets.
func lockdown(s System) Finding {
	const securityfs = "sys/kernel/security"
	text, readable := s.read(securityfs + "/lockdown")
	switch {
	case !readable && s.lists(securityfs) && !s.exists(securityfs+"/lockdown"):
		return ok("none")
	case !readable:
		return ok("unknown, since securityfs is not mounted on /%s, or hidden; "+
			"the other checks tell", securityfs)
	}
	_, mode, _ := strings.Cut(text, "[")
	mode, _, _ = strings.Cut(mode, "]")
	switch mode {
	case "":
		return ok("unknown, since the kernel says %q", text)
	case "confidentiality":
	default:
		return ok("%s", mode)
	}
	const remedy = "Boot with lockdown=integrity on the kernel's command line."
	if !s.Kernel.Expected().ReadUser {
		return failure(remedy,
			"%s: BPF programs may not read memory, not even that of programs", mode)
	}
	return warning(remedy, "%s: usdt works, for it reads with bpf_probe_read_user; "+
		"perf and other tools may not", mode)
}

// tracefs is needed by perf alone: usdt attaches through the perf subsystem.
func tracefs(s System) Finding {
	if !s.hasProc() {
		return withoutProc()
	}
	mounts, _ := s.read("proc/self/mounts")
	for line := range strings.Lines(mounts) {
		if fields := strings.Fields(line); len(fields) > 2 && fields[2] == "tracefs" {
			return ok("mounted on %s", fields[1])
		}
	}
	return warning("mount -t tracefs tracefs /sys/kernel/tracing",
		"not mounted: perf needs it, usdt does not")
}
