# make help lists the targets.

SHELL := /bin/bash
.DEFAULT_GOAL := help

STATICCHECK := go run honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOSEC := go run github.com/securego/gosec/v2/cmd/gosec@v2.30.0
GOVULNCHECK := go run golang.org/x/vuln/cmd/govulncheck@v1.9.0
ARCH := $(shell dpkg --print-architecture 2>/dev/null)
OLDEST_GO := go$(shell sed -n 's/^go //p' go.mod)
# Platforms where everything compiles and Load says errors.ErrUnsupported.
UNSUPPORTED := darwin/amd64 darwin/arm64 windows/amd64 freebsd/amd64 \
	linux/386 linux/arm linux/riscv64 linux/ppc64le linux/s390x

# With this, a test that cannot trace fails. Without, it is skipped, and says why.
TRACED := USDT_REQUIRE_TRACERS=1

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 20

.PHONY: demo
demo: ## trace a live program for five seconds, with nothing installed
	CGO_ENABLED=0 go run ./cmd/usdt demo

.PHONY: check
check: format ## while you work, in two minutes: format, vet, and the short Go tests once
	go vet ./...
	go test -short $(FLAGS) $(PACKAGES)

.PHONY: test
test: ## install what is missing, run everything, and sum up: for how long, and what failed
	@MAKE="$(MAKE)" test/all.sh setup lint security test-c test-go test-arm64 test-unsupported \
	  test-tracers test-system test-clients test-deb test-oldest test-storm

.PHONY: setup
setup: ## install what the tests need (Debian, as root)
	test/setup.sh g++ libc6-dev musl-tools valgrind python3 pkg-config binutils elfutils bpftrace gdb \
	  linux-perf systemtap-sdt-dev python3-bpfcc linux-headers-$(ARCH) man-db \
	  gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static debootstrap bpftool git

.PHONY: format
format: ## gofmt has nothing to change, and no line has more than 100 columns
	@test -z "$$(gofmt -l .)" || { gofmt -d .; exit 1; }
	go run ./test/lint

# Modules of their own, because of what they depend on.
MODULES := test/schema/validate instrument/otelprobe instrument/grpcprobe test/instrument/drivers \
	examples/orders export test/otlp

.PHONY: lint
lint: format ## format, vet, staticcheck; everything compiles everywhere
	go vet ./...
	CGO_ENABLED=0 go vet ./...
	GOARCH=arm64 go vet ./...
	go vet -C test/tracers/gotracers ./cilium
	@for m in $(MODULES); do \
	  echo "go vet and staticcheck in $$m"; \
	  (cd $$m && go vet ./... && $(STATICCHECK) ./...) || exit 1; \
	done
	$(STATICCHECK) ./...
	CGO_ENABLED=0 $(STATICCHECK) ./...
	cd test/tracers/gotracers && $(STATICCHECK) ./cilium
	@for p in $(UNSUPPORTED); do \
	  echo "go vet for $$p"; GOOS=$${p%/*} GOARCH=$${p#*/} go vet ./... || exit 1; \
	done

# Each finding that stays is explained in place. One rule, which reports each use of package unsafe
# (G103), is left out for those packages whose task that is: to pass arguments by their addresses,
# to make system calls, and to share memory with gdb. Tests, and what makes the book, run the
# programs, and write the files, that they name.
.PHONY: security
security: ## gosec, and govulncheck where its database can be reached
	$(GOSEC) -quiet -nosec-require-rules -nosec-require-justification \
	  -exclude-rules='/(stapsdt|internal/linux|internal/gdbjit)/[^/]*$$:G103' \
	  -exclude-dir=test -exclude-dir=internal/testing -exclude-dir=docs ./...
	@found=$$($(GOVULNCHECK) ./... 2>&1); status=$$?; echo "$$found"; \
	  case $$found in *"fetching vulnerabilities"*) \
	    echo "govulncheck could not reach its database: NOT CHECKED for known vulnerabilities"; \
	    status=0 ;; \
	  esac; exit $$status

.PHONY: test-c
test-c: ## the C library: sanitizers, valgrind, header, symbols, ctypes
	$(MAKE) -C vendor_c test

.PHONY: test-go
test-go: ## Go tests with and without -race and cgo
	$(TRACED) go test $(FLAGS) $(PACKAGES)
	$(TRACED) go test $(FLAGS) -race $(RACED)
	$(TRACED) CGO_ENABLED=0 go test $(FLAGS) $(PORTABLE) ./test/static ./test/embedded ./test/readme
	$(TRACED) go test $(FLAGS) -tags stapsdt_purego ./stapsdt

# A package's tests may take this long, on a machine ten times slower than usual. Most wait for the
# kernel and for other programs more than they compute, so more of them run at once than there are
# processors. What go test would vet, lint vets, and more.
TOGETHER := $(shell expr 2 '*' $$(nproc))
FLAGS := -timeout=60m -p=$(TOGETHER) -parallel=$(TOGETHER) -vet=off

.PHONY: test-arm64
test-arm64: ## the same on arm64, emulated, with and without cgo
	$(ARM64) CGO_ENABLED=0 go test $(FLAGS) -exec $(QEMU) $(PORTABLE)
	$(ARM64) CGO_ENABLED=1 CC=aarch64-linux-gnu-gcc QEMU_LD_PREFIX=/usr/aarch64-linux-gnu \
	  go test $(FLAGS) -exec $(QEMU) $(PORTABLE)
	$(MAKE) -C vendor_c test-arm64

.PHONY: test-unsupported
test-unsupported: LIST = CGO_ENABLED=0 GOARCH=386 go list
test-unsupported: ## where there are no probes, Load says so; listening and usdt --at work
	export CGO_ENABLED=0 GOARCH=386; go test $(FLAGS) $(PORTABLE) ./internal/command
	export CGO_ENABLED=0 GOARCH=s390x USDT_TEST_EXEC=qemu-s390x-static; \
	  go test $(FLAGS) -exec qemu-s390x-static $(LISTENING)

# What listening is made of.
LISTENING := ./stapsdt/... ./internal/ring ./internal/ticks

QEMU := qemu-aarch64-static
ARM64 := GOARCH=arm64 USDT_TEST_EXEC=$(QEMU) USDT_REQUIRE_TRACERS=
# QEMU does not emulate tracing; test-kernels runs these on an emulated kernel for arm64.
PORTABLE = ./stapsdt/... ./instrument/... ./cstub \
	$(call listed,./internal/...,-e /internal/command -e /tracing/uprobe -e /tracing/doctor)

# The tests with other programs in root directories, with Chromium, with Prometheus, of pages and of
# the book are left out: they run once, in test-tracers, test-languages, test-browser, test-export,
# test-deploy, test-pages and test-docs.
PACKAGES = $(call listed,./...,-e /test/tracers -e /test/languages -e /test/browser \
	-e /test/export -e /test/deploy -e /test/docs -e /docs/build)

# The packages that match the first argument and not the second, which is for grep. Without the
# check, a go list that fails would leave little or nothing to test, and so nothing to fail.
listed = $(shell set -o pipefail; $(LIST) $(1) | grep -v $(2))$(if \
	$(filter-out 0,$(.SHELLSTATUS)),$(error $(LIST) $(1) finds nothing or fails, see above))
LIST = go list

# The race detector sees what runs in the test program. These tests only look at files, or at
# programs, which they build as they are without it.
RACED = $(filter-out $(addprefix %/test/,architecture environments faults linking lint \
	pictures readme reference schema secure static),$(PACKAGES))

.PHONY: test-tracers
test-tracers: ## other people's tracers read live processes, and docs/tracers.md says what they see
	trixie=$$(test/chroot.sh trixie bpftrace libbpf-dev libc6-dev) && \
	sid=$$(test/chroot.sh sid bpftrace) && \
	tools=$$(test/chroot.sh bookworm $(TOOLS)) && \
	  USDT_TRIXIE=$$trixie USDT_SID=$$sid USDT_TOOLS=$$tools \
	  $(TRACED) go test -count=1 $(FLAGS) ./test/tracers/...

# Tracers that come with compilers, kernel headers and daemons have a root directory of their own.
TOOLS := bpfcc-tools linux-headers-$(ARCH) systemtap lttng-tools libbpf-dev clang libc6-dev

.PHONY: test-pages
test-pages: ## the programs and commands of README.md, docs and examples do what the pages say
	test/setup.sh bpftrace gdb linux-perf python3 gcc libc6-dev make curl bpftool \
	  pkg-config
	$(TRACED) go test -count=1 $(FLAGS) ./test/docs

.PHONY: test-languages
test-languages: ## PostgreSQL, Python, PHP, Ruby, Java, libvirt are traced by built-in descriptions
	root=$$(test/chroot.sh bookworm $(LANGUAGES)) && USDT_LANGUAGES=$$root \
	  $(TRACED) go test -count=1 $(FLAGS) ./test/languages

LANGUAGES := postgresql ruby php-cli openjdk-17-jre-headless libvirt-daemon python3

.PHONY: test-modules
test-modules: ## probes for other people's packages, what usdt export serves, and an example
	test/setup.sh postgresql
	@for m in instrument/otelprobe instrument/grpcprobe test/instrument/drivers export; do \
	  echo "go test in $$m, with and without -race"; \
	  $(TRACED) go test -C $$m -count=1 $(FLAGS) ./... && \
	  $(TRACED) go test -C $$m -count=1 $(FLAGS) -race ./... || exit 1; \
	done
	$(TRACED) go test -C examples/orders -count=1 $(FLAGS) ./...

.PHONY: test-otlp
test-otlp: ## the collector's receiver takes what usdt export sends by OTLP
	$(TRACED) go test -C test/otlp -count=1 $(FLAGS) ./...

# Its module is not among those that lint vets, which would download Tetragon.
.PHONY: test-recipes
test-recipes: ## BPF programs of Tetragon and for Inspektor Gadget send what docs/recipes.md says
	test/setup.sh clang libbpf-dev
	cd test/recipes && go vet ./... && $(STATICCHECK) ./...
	$(TRACED) go test -C test/recipes -count=1 -v $(FLAGS) .

.PHONY: test-export
test-export: ## Debian's Prometheus scrapes usdt export, and PromQL answers the service's numbers
	test/setup.sh prometheus
	$(TRACED) go test -count=1 $(FLAGS) ./test/export

# SCREENSHOTS=/tmp/shots, a directory that exists, gets what the page looks like.
.PHONY: test-browser
test-browser: ## the debug page in headless Chromium: values, hostile texts, keyboard, looks
	test/setup.sh chromium chromium-driver fonts-dejavu-core
	$(TRACED) go test -count=1 $(FLAGS) ./test/browser \
	  $(addprefix -screenshots ,$(SCREENSHOTS))

.PHONY: docs
docs: ## the book of docs/ in build/docs: site/index.html, go-usdt.epub, go-usdt.pdf
	test/setup.sh git pandoc weasyprint librsvg2-bin fonts-open-sans fonts-dejavu-core
	go run ./docs/build

.PHONY: test-docs
test-docs: docs ## the book: links, spelling, figures; epubcheck, pdffonts and Chromium read it
	test/setup.sh hunspell hunspell-en-us epubcheck poppler-utils chromium chromium-driver
	$(TRACED) go test -count=1 $(FLAGS) ./docs/build -built $(CURDIR)/build/docs
	$(TRACED) go test -count=1 $(FLAGS) ./test/browser -run TestBook -book $(CURDIR)/build/docs/site \
	  $(addprefix -screenshots ,$(SCREENSHOTS))

.PHONY: figures
figures: ## draw docs/figures/*.svg anew from the descriptions for Graphviz beside them
	test/setup.sh graphviz fonts-dejavu-core
	go run ./docs/build figures

.PHONY: test-kernels
test-kernels: ## boot Debian's kernels in QEMU and test in each
	test/setup.sh qemu-system-x86 qemu-system-arm xz-utils
	go test -count=1 -v -timeout 12h -parallel $$(nproc) ./test/kernels -boot

KERNEL ?= amd64/5.10

.PHONY: vm
vm: ## a root shell on a kernel of Debian's, KERNEL=amd64/5.10, or one command, RUN='usdt demo'
	test/setup.sh xz-utils \
	  $(if $(findstring arm64,$(KERNEL)),qemu-system-arm debootstrap,qemu-system-x86)
	go run ./test/vm -kernel $(KERNEL) $(if $(RUN),-c '$(RUN)')

.PHONY: test-vm
test-vm: ## boot the machine of make vm, and run the tests in Linux 5.10
	test/setup.sh qemu-system-x86 xz-utils
	go test -count=1 -v -timeout 8h ./test/vm -boot

# KVM=1 is much faster, where /dev/kvm works: there are machines that have it, and where a guest
# hangs.
.PHONY: test-systemd
test-systemd: ## boot Debian 12: its systemd runs the service of usdt export, on two kernels
	test/setup.sh build-essential debhelper git debootstrap qemu-system-x86 xz-utils
	root=$$(test/chroot.sh bookworm $(SYSTEMD)) && $(TRACED) \
	  go test -count=1 -v $(FLAGS) ./test/systemd -root "$$root" $(if $(KVM),-kvm)

SYSTEMD := systemd-sysv dbus apparmor libpam-systemd systemd-container

.PHONY: test-vagrant
test-vagrant: ## vagrant and shellcheck find nothing wrong with the Vagrantfile and its scripts
	test/setup.sh debootstrap shellcheck
	shellcheck -x .ci/run test/*.sh test/{clients,deb,packages,release,vagrant}/*.sh \
	  vendor_c/debian/build.sh
	test/vagrant/validate.sh

# DEV_TEST='make test' runs everything in the dev container, instead of some tests that trace.
.PHONY: test-docker
test-docker: ## docker/compose.yaml with two Debians' Docker, and a service in rootless Podman
	test/setup.sh debootstrap ca-certificates shellcheck
	shellcheck -x test/docker/*.sh
	test/docker/run.sh trixie bookworm
	test/docker/podman.sh

.PHONY: test-kubernetes
test-kubernetes: ## a Kubernetes of one node, built once: exporter, example, recipes, Prometheus
	test/setup.sh debootstrap
	$(TRACED) go test -C test/kubernetes -count=1 -v -timeout=120m .

.PHONY: lint-kubernetes
lint-kubernetes: ## deploy/kubernetes is as the schemas of Kubernetes say; shellcheck of recipes
	test/setup.sh shellcheck
	shellcheck -x deploy/kubernetes/recipes/*.sh
	cd test/kubernetes && go vet ./... && $(STATICCHECK) ./...
	go test -C test/kubernetes -count=1 ./lint
	go run -C test/kubernetes ./lint

.PHONY: test-system
test-system: ## the Go package on an installed libstapsdt
	test/system.sh

.PHONY: test-clients
test-clients: ## C, Python, Lua and forking clients of libstapsdt, traced by bpftrace
	test/setup.sh gcc libc6-dev make binutils python3 luajit bpftrace \
	  gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static debootstrap
	test/clients/run.sh
	test/clients/oldglibc.sh

.PHONY: test-deb
test-deb: ## Debian packages of the command and the C library, installed in a clean Debian
	test/setup.sh build-essential debhelper git lintian debootstrap bpftrace
	test/deb/run.sh

.PHONY: test-packages
test-packages: test-deb ## the same, and RPM and APK packages, which rpm installs, or a test reads
	test/setup.sh rpm openssl gnupg
	test/packages/run.sh

.PHONY: test-deploy
test-deploy: ## the unit by systemd's tools, usdt with its rights only; alerts by promtool
	test/setup.sh systemd procps gcc libc6-dev clang libbpf-dev bpftool debootstrap
	prometheus=$$(test/chroot.sh bookworm prometheus) && USDT_PROMETHEUS=$$prometheus \
	  $(TRACED) go test -count=1 $(FLAGS) ./test/deploy

.PHONY: test-storm
test-storm: ## a minute of make storm, for the two main builds, and some of make steady
	$(STORM) $(FLAGS) -each 15s -builds cgo,nocgo -fires 1000000 -kills 60 -steady 20s

.PHONY: storm
storm: ## torture every build while tracers come and go: EACH=2m each; SEED=N does it again
	$(STORM) -timeout 4h -each $(or $(EACH),2m) -kills 500 -fires 10000000 $(addprefix -seed ,$(SEED))

.PHONY: steady
steady: ## attach and detach each second, DURATION=1h; nothing may grow
	$(STORM) -timeout 24h -run TestSteady -steady $(or $(DURATION),1h) $(addprefix -seed ,$(SEED))

# UPDATE=1 has the tests write their figures into docs/reliability.md.
STORM = $(TRACED) go test -count=1 -v ./test/storm $(if $(UPDATE),-update)

.PHONY: faults
faults: ## what Load says when system calls, limits, file systems fail; a part of test-go
	$(TRACED) go test -count=1 -v $(FLAGS) ./test/faults

.PHONY: test-oldest
test-oldest: ## compile everything, and test the library, with the oldest Go that go.mod allows
	GOTOOLCHAIN=$(OLDEST_GO) go vet ./...
	GOTOOLCHAIN=$(OLDEST_GO) $(TRACED) go test $(FLAGS) $(PORTABLE)

# VERSION=v0.1.0 is the version; without, it is what git describes. SOURCE_DATE_EPOCH is the time of
# all files; without, it is that of the commit.
.PHONY: release
release: ## archives of the command, bills of materials and checksums, in build/release
	rm -rf build/release
	go run ./test/release -version '$(VERSION)'

# The command can be built for any architecture. VERSION is that of the command: it is not passed
# on to the C library, which has its own. RPM_KEY and APK_KEY name the keys that sign; without,
# packages are not signed.
ARCHITECTURES := amd64 arm64
FORMATS := deb rpm apk
PACKED := build/packages
.PHONY: packages
packages: ## deb, rpm, apk of the command, deb of the C library for this machine, in build/packages
	MAKEFLAGS= $(MAKE) -C vendor_c deb
	test/release/packages.sh '$(FORMATS)' $(PACKED) '$(VERSION)' $(ARCHITECTURES)
	cp vendor_c/build/deb/*.{deb,changes,buildinfo} $(PACKED)
	cd $(PACKED) && sha256sum -- * >SHA256SUMS

DEB := build/deb
.PHONY: deb
deb: ## those of them that are for Debian, in build/deb
	$(MAKE) packages FORMATS=deb PACKED=$(DEB)

.PHONY: test-release
test-release: ## build the release twice, compare the bytes, look into the archives, run usdt
	test/setup.sh git qemu-user-static
	$(TRACED) go test -count=1 -v $(FLAGS) ./test/release -twice

.PHONY: bench
bench: ## tables: what a fire and a Load cost; the usdt command and bpftrace on the same load
	-test/setup.sh gcc libc6-dev bpftrace lttng-tools liblttng-ust-dev # or rows are missing
	go run ./test/bench
	go run ./test/bench/load
	CGO_ENABLED=0 go run ./test/bench/load
	go run ./test/bench/embedded
	go run ./test/bench/tools

.PHONY: bench-export
bench-export: ## a table: what usdt export costs, by processes, probes, fires and series
	go run ./test/export/load

.PHONY: bench-otlp
bench-otlp: ## tables: what a span, a log record and a series cost by OTLP, and on the wire
	cd test/otlp && go run ./bench

.PHONY: pictures
pictures: ## draw docs/figures/terminal.svg and demo.svg anew, from what a terminal shows
	go run ./test/pictures

.PHONY: fuzz
fuzz: ## fuzz every reader and writer, for FUZZTIME=1m each
	go run ./test/fuzz -time $(or $(FUZZTIME),1m) $(if $(UPDATE),-update) $(if $(KEEP),-keep)

.PHONY: coverage
coverage: ## what the tests run of the library, in both builds; the rest must have a reason
	$(TRACED) go run ./test/coverage $(if $(UPDATE),-update)

.PHONY: clean
clean: ## remove what was built
	$(MAKE) -C vendor_c clean
	rm -rf build
	go clean ./...
