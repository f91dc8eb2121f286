// The programs here trace with other people's Go packages. They are a module of their own, which keeps
// these packages out of ours.
module github.com/go-usdt/usdt/test/tracers/gotracers

go 1.25.0

toolchain go1.26.0

require (
	github.com/aquasecurity/libbpfgo v0.5.1-libbpf-1.2
	github.com/cilium/ebpf v0.22.0
)

require golang.org/x/sys v0.47.0 // indirect
