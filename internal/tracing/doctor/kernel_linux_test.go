package doctor

import "strings"

// kernelTests are about the findings of kernel_linux.go.
var kernelTests = []findingTest{
	{
		"no /proc",
		func(s *System) { s.removeProc() },
		"proc file system", Failure, []string{"mount -t proc"},
	},
	{
		"tracefs unknown",
		func(s *System) { s.removeProc() },
		"tracefs", OK, []string{"unknown without /proc"},
	},
	{
		"old kernel",
		func(s *System) { s.Kernel.Release = "4.14.300" },
		"kernel", Failure, []string{"4.14.300 is too old", "Linux 4.18"},
	},
	{
		"oldest kernel",
		func(s *System) { s.Kernel.Release = "4.18.0-553.el8_10.x86_64" },
		"kernel", OK, []string{"4.18.0-553"},
	},
	{
		"hidden kernel",
		func(s *System) { s.Kernel.Release = "" },
		"kernel", Warning, nil,
	},
	{
		"option missing",
		func(s *System) {
			s.set("boot/config-6.1.0", without("CONFIG_UPROBE_EVENTS"))
		},
		"kernel config", Failure, []string{"/boot/config-6.1.0 lacks CONFIG_UPROBE_EVENTS"},
	},
	{
		"option missing in /proc",
		func(s *System) {
			s.remove("boot/config-6.1.0")
			s.set("proc/config.gz", compressed(without("CONFIG_BPF_EVENTS")))
		},
		"kernel config", Failure, []string{"/proc/config.gz lacks CONFIG_BPF_EVENTS"},
	},
	{
		"config in /proc",
		func(s *System) {
			s.remove("boot/config-6.1.0")
			s.set("proc/config.gz", compressed(options))
		},
		"kernel config", OK, []string{"/proc/config.gz"},
	},
	{
		"config spoiled",
		func(s *System) {
			s.remove("boot/config-6.1.0")
			s.set("proc/config.gz", "plain")
		},
		"kernel config", OK, []string{"not published"},
	},
	{
		"no sysfs",
		func(s *System) { s.remove("sys/bus/event_source/devices/uprobe/type") },
		"uprobe PMU", Failure, []string{"mount -t sysfs sysfs /sys"},
	},
	{
		"no PMU",
		func(s *System) {
			s.remove("sys/bus/event_source/devices/uprobe/type")
			s.set("sys/bus/event_source/devices/software/type", "1\n")
		},
		"uprobe PMU", Failure, []string{"CONFIG_UPROBE_EVENTS"},
	},
	{
		"integrity",
		func(s *System) {
			s.set("sys/kernel/security/lockdown", "none [integrity] confidentiality\n")
		},
		"lockdown", OK, []string{"integrity"},
	},
	{
		"confidentiality",
		func(s *System) {
			s.set("sys/kernel/security/lockdown", "none integrity [confidentiality]\n")
		},
		"lockdown", Warning, []string{"lockdown=integrity"},
	},
	{
		"old confidentiality",
		func(s *System) {
			s.Kernel.Release, s.Kernel.Features.ReadUser = "5.4.0", false
			s.set("sys/kernel/security/lockdown", "none integrity [confidentiality]\n")
		},
		"lockdown", Failure, []string{"may not read memory"},
	},
	{
		"no lockdown",
		func(s *System) {
			s.remove("sys/kernel/security/lockdown")
			s.set("sys/kernel/security/lsm", "capability\n")
		},
		"lockdown", OK, []string{"none"},
	},
	{
		"hidden lockdown",
		func(s *System) { s.remove("sys/kernel/security/lockdown") },
		"lockdown", OK, []string{"unknown", "/sys/kernel/security"},
	},
	{
		"unreadable lockdown",
		func(s *System) { s.hide("sys/kernel/security/lockdown") },
		"lockdown", OK, []string{"unknown"},
	},
	{
		"no tracefs",
		func(s *System) { s.set("proc/self/mounts", "") },
		"tracefs", Warning, []string{"mount -t tracefs"},
	},
}

// without returns options, one of them not set.
func without(option string) string {
	return strings.Replace(options, option+"=y", "# "+option+" is not set", 1)
}
