# make help lists the targets.

SHELL := /bin/bash
.DEFAULT_GOAL := help

STATICCHECK := go run honnef.co/go/tools/cmd/staticcheck@v0.8.2
ARCH := $(shell dpkg --print-architecture 2>/dev/null)
OLDEST_GO := go$(shell sed -n 's/^go //p' go.mod)
# Platforms where everything compiles and Load says errors.ErrUnsupported.
UNSUPPORTED := darwin/amd64 darwin/arm64 windows/amd64 freebsd/amd64 \
	linux/386 linux/arm linux/riscv64 linux/ppc64le linux/s390x

# Where tracing works, a test that cannot trace fails; elsewhere it is skipped with the reason.
TRACED := USDT_REQUIRE_TRACERS=1

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 20

.PHONY: demo
demo: ## trace a live program for five seconds, with nothing installed
	CGO_ENABLED=0 go run ./cmd/usdt demo

.PHONY: test
test: setup lint test-c test-go test-arm64 test-unsupported test-tracers test-system test-clients test-deb test-oldest ## install what is missing, run everything

.PHONY: setup
setup: ## install what the tests need (Debian, as root)
	test/setup.sh g++ libc6-dev valgrind python3 pkg-config binutils elfutils bpftrace gdb linux-perf \
	  systemtap-sdt-dev python3-bpfcc linux-headers-$(ARCH) man-db gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static debootstrap

.PHONY: lint
lint: ## gofmt, vet, staticcheck; everything compiles everywhere
	@test -z "$$(gofmt -l .)" || { gofmt -d .; exit 1; }
	go vet ./...
	CGO_ENABLED=0 go vet ./...
	GOARCH=arm64 go vet ./...
	go vet -C test/tracers/gotracers ./cilium
	$(STATICCHECK) ./...
	CGO_ENABLED=0 $(STATICCHECK) ./...
	cd test/tracers/gotracers && $(STATICCHECK) ./cilium
	@for p in $(UNSUPPORTED); do echo "go vet for $$p"; GOOS=$${p%/*} GOARCH=$${p#*/} go vet ./... || exit 1; done

.PHONY: test-c
test-c: ## the C library: sanitizers, valgrind, header, symbols, ctypes
	$(MAKE) -C vendor_c test

.PHONY: test-go
test-go: ## Go tests with and without -race and cgo
	$(TRACED) go test $(PACKAGES)
	$(TRACED) go test -race $(PACKAGES)
	$(TRACED) CGO_ENABLED=0 go test $(PORTABLE) ./test/static ./test/readme
	$(TRACED) go test -tags stapsdt_purego ./stapsdt

.PHONY: test-arm64
test-arm64: ## the same on arm64, emulated, with and without cgo
	$(ARM64) CGO_ENABLED=0 go test -exec $(QEMU) $(PORTABLE)
	$(ARM64) CGO_ENABLED=1 CC=aarch64-linux-gnu-gcc QEMU_LD_PREFIX=/usr/aarch64-linux-gnu \
	  go test -exec $(QEMU) $(PORTABLE)
	$(MAKE) -C vendor_c test-arm64

.PHONY: test-unsupported
test-unsupported: ## where there are no probes, Load says so and nothing else changes
	export CGO_ENABLED=0 GOARCH=386; go test $(PORTABLE)

QEMU := qemu-aarch64-static
ARM64 := GOARCH=arm64 USDT_TEST_EXEC=$(QEMU) USDT_REQUIRE_TRACERS=
# What traces cannot be emulated; test-kernels runs it on arm64.
PORTABLE = ./stapsdt ./cstub $$(go list ./internal/... | grep -v -e /tracing/uprobe -e /tracing/doctor)

# All but the tests with other tracers, which take long enough to run once.
PACKAGES = $(shell go list ./... | grep -v /test/tracers)

.PHONY: test-tracers
test-tracers: ## other people's tracers read live processes, and docs/tracers.md says what they see
	trixie=$$(test/chroot.sh trixie bpftrace libbpf-dev libc6-dev) && sid=$$(test/chroot.sh sid bpftrace) && \
	tools=$$(test/chroot.sh bookworm $(TOOLS)) && \
	  USDT_TRIXIE=$$trixie USDT_SID=$$sid USDT_TOOLS=$$tools \
	  $(TRACED) go test -count=1 ./test/tracers/...

# Tracers that come with compilers, kernel headers and daemons live in a root directory of their own.
TOOLS := bpfcc-tools linux-headers-$(ARCH) systemtap lttng-tools libbpf-dev clang libc6-dev

.PHONY: test-kernels
test-kernels: ## boot Debian's kernels in QEMU and test in each
	test/setup.sh qemu-system-x86 qemu-system-arm xz-utils
	go test -count=1 -v -timeout 40m ./test/kernels -boot

KERNEL ?= amd64/5.10

.PHONY: vm
vm: ## a root shell on one of Debian's kernels in QEMU: KERNEL=amd64/5.10, or one command: RUN='usdt demo'
	test/setup.sh xz-utils $(if $(findstring arm64,$(KERNEL)),qemu-system-arm debootstrap,qemu-system-x86)
	go run ./test/vm -kernel $(KERNEL) $(if $(RUN),-c '$(RUN)')

.PHONY: test-vm
test-vm: ## boot the machine of make vm, and run the tests in Linux 5.10
	test/setup.sh qemu-system-x86 xz-utils
	go test -count=1 -v -timeout 60m ./test/vm -boot

.PHONY: test-vagrant
test-vagrant: ## vagrant and shellcheck find nothing wrong with the Vagrantfile and its scripts
	test/setup.sh debootstrap shellcheck
	shellcheck test/vagrant/*.sh test/vm/*.sh
	test/vagrant/validate.sh

# DEV_TEST='make test' runs everything in the dev container, not only some tests that trace.
.PHONY: test-docker
test-docker: ## docker/compose.yaml with two Debians' Docker, and rootless Podman; tracers compare what they see
	test/setup.sh debootstrap ca-certificates shellcheck
	shellcheck -x test/docker/*.sh
	test/docker/run.sh trixie bookworm
	test/docker/podman.sh

.PHONY: test-system
test-system: ## the Go package on an installed libstapsdt
	test/system.sh

.PHONY: test-clients
test-clients: ## C, Python, Lua and forking clients of libstapsdt, traced by bpftrace
	test/setup.sh gcc libc6-dev make binutils python3 luajit bpftrace \
	  gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static
	test/clients/run.sh

.PHONY: test-deb
test-deb: ## Debian packages of the C library, installed in a clean Debian
	test/setup.sh build-essential debhelper lintian debootstrap bpftrace
	test/deb/run.sh

.PHONY: test-oldest
test-oldest: ## compile everything, and test the library, with the oldest Go that go.mod allows
	GOTOOLCHAIN=$(OLDEST_GO) go vet ./...
	GOTOOLCHAIN=$(OLDEST_GO) $(TRACED) go test $(PORTABLE)

.PHONY: bench
bench: ## tables: what a fire costs; the usdt command and bpftrace on the same load
	go run ./test/bench
	go run ./test/bench/tools

.PHONY: fuzz
fuzz: ## fuzz the readers and writers for a minute each
	$(FUZZ) -fuzz=FuzzRead ./internal/sdtnote
	$(FUZZ) -fuzz=FuzzParse ./internal/tracing/operand
	$(FUZZ) -fuzz=FuzzBuild ./internal/elfimage
	$(FUZZ) -fuzz=FuzzParse ./internal/tracing/filter
	$(FUZZ) -fuzz=FuzzParse ./internal/tracing/format

FUZZ := go test -fuzztime=60s -fuzzminimizetime=20x

.PHONY: clean
clean: ## remove what was built
	$(MAKE) -C vendor_c clean
	go clean ./...
