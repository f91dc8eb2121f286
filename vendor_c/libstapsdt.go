//go:build linux && (amd64 || arm64)

package libstapsdt

// -ldl: dlopen(3) is in a library of its own before glibc 2.34.
// -DSYSTEM_LIBSTAPSDT: an installed libstapsdt may lack our extension functions.
// -DLIBSTAPSDT_IN_GO: unit.h has all the C code. -D_GNU_SOURCE: cgo includes headers before it.

/*
#cgo CFLAGS: -std=gnu11 -DLIBSTAPSDT_IN_GO -D_GNU_SOURCE=1
#cgo LDFLAGS: -ldl
#cgo system_libstapsdt CFLAGS: -DSYSTEM_LIBSTAPSDT
#cgo system_libstapsdt LDFLAGS: -lstapsdt

#include <stdint.h>
#include <stdlib.h>

#ifdef SYSTEM_LIBSTAPSDT
#include "libstapsdt.h"
#pragma weak providerUseSite
#pragma weak providerUseFile
#pragma weak providerDescribe
#pragma weak providerFailure
#define HAS(extension) (extension != NULL)
#else
#include "unit.h"
#define HAS(extension) 1
#endif

static int has_use_site(void) { return HAS(providerUseSite); }

static int use_site(SDTProvider_t *p, const void *code, size_t size)
{
	return has_use_site() && providerUseSite(p, code, size);
}

static int use_file(SDTProvider_t *p, const char *path)
{
	return HAS(providerUseFile) && providerUseFile(p, path);
}

static int describe(SDTProvider_t *p, const void *btf, size_t size)
{
	return HAS(providerDescribe) && providerDescribe(p, btf, size);
}

// cgo does not call variadic functions; the callee reads argCount of the six.
static SDTProbe_t *add_probe(SDTProvider_t *p, const char *name, int n, const int *t)
{
	return providerAddProbe(p, name, n, t[0], t[1], t[2], t[3], t[4], t[5]);
}

static void fire(SDTProbe_t *p, const uint64_t *a)
{
	probeFire(p, a[0], a[1], a[2], a[3], a[4], a[5]);
}

// The field has the name of a macro that cgo's own prologue may define.
#undef errno
static int error_kind(const SDTProvider_t *p) { return p->errno; }

static const char *failure(const SDTProvider_t *p, int *number)
{
	*number = 0;
	return HAS(providerFailure) ? providerFailure(p, number) : p->error;
}
*/
import "C"

import (
	"errors"
	"syscall"
	"unsafe"
)

// MaxArguments is MAX_ARGUMENTS, the largest number of arguments that a probe can have.
const MaxArguments = C.MAX_ARGUMENTS

// ArgType is ArgType_t: an argument's size in bytes, negative when it is signed.
type ArgType int

// Error is the last failure of a provider.
type Error struct {
	Kind int    // SDTError_t, the provider's field errno
	Text string // what failed, the file and the reason, as from the extension providerFailure
	// Errno is the system's reason, 0 if there is none, or if the library lacks the extension.
	Errno syscall.Errno
}

func (e *Error) Error() string { return "libstapsdt: " + e.Text }

// Unwrap returns Errno, or nil.
func (e *Error) Unwrap() error {
	if e.Errno == 0 {
		return nil
	}
	return e.Errno
}

// Provider is an SDTProvider_t. It belongs to one goroutine at a time.
type Provider struct{ c *C.SDTProvider_t }

// Probe is an SDTProbe_t. Its provider's Destroy frees it.
type Probe struct{ c *C.SDTProbe_t }

// Init calls providerInit. The caller must call Destroy.
func Init(name string) (*Provider, error) {
	s := C.CString(name)
	defer C.free(unsafe.Pointer(s))
	c := C.providerInit(s)
	if c == nil {
		return nil, errors.New("libstapsdt: providerInit failed")
	}
	return &Provider{c}, nil
}

// UseMemfd calls providerUseMemfd and reports whether the choice was taken.
func (p *Provider) UseMemfd(memfd bool) bool {
	option := C.MemFDOption_t(C.memfd_disabled)
	if memfd {
		option = C.memfd_enabled
	}
	return C.providerUseMemfd(p.c, option) == 1
}

// HasUseSite reports whether the library has the extension providerUseSite.
func HasUseSite() bool { return C.has_use_site() == 1 }

// UseSite calls the extension providerUseSite and reports whether the choice was taken.
func (p *Provider) UseSite(code []byte) bool {
	return C.use_site(p.c, unsafe.Pointer(unsafe.SliceData(code)), C.size_t(len(code))) == 1
}

// UseFile calls the extension providerUseFile and reports whether the choice was taken.
func (p *Provider) UseFile(path string) bool {
	s := C.CString(path)
	defer C.free(unsafe.Pointer(s))
	return C.use_file(p.c, s) == 1
}

// Describe calls the extension providerDescribe and reports whether the types were taken.
func (p *Provider) Describe(btf []byte) bool {
	return C.describe(p.c, unsafe.Pointer(unsafe.SliceData(btf)), C.size_t(len(btf))) == 1
}

// AddProbe calls providerAddProbe. The name is not passed by C.CString, which would make two more
// calls of C for each probe.
func (p *Provider) AddProbe(name string, types ...ArgType) (*Probe, error) {
	text := unsafe.StringData(name + "\x00")
	var t [MaxArguments]C.int
	for i := range min(len(types), MaxArguments) {
		t[i] = C.int(types[i])
	}
	c := C.add_probe(p.c, (*C.char)(unsafe.Pointer(text)), C.int(len(types)), &t[0])
	if c == nil {
		return nil, p.lastError()
	}
	return &Probe{c}, nil
}

// Load calls providerLoad.
func (p *Provider) Load() error {
	if C.providerLoad(p.c) != 0 {
		return p.lastError()
	}
	return nil
}

// Unload calls providerUnload.
func (p *Provider) Unload() error {
	if C.providerUnload(p.c) != 0 {
		return p.lastError()
	}
	return nil
}

// Destroy calls providerDestroy. The provider and its probes must not be used afterwards.
func (p *Provider) Destroy() {
	C.providerDestroy(p.c)
	p.c = nil
}

// Filename is the field _filename: the path of the published image, "" while not loaded.
func (p *Provider) Filename() string { return C.GoString(p.c._filename) }

// Memfd is the field _memfd: the image's descriptor, which the provider keeps and closes, or -1.
func (p *Provider) Memfd() int { return int(p.c._memfd) }

// Fire calls probeFire.
func (p *Probe) Fire(args ...uint64) {
	var a [MaxArguments]C.uint64_t
	for i := range min(len(args), MaxArguments) {
		a[i] = C.uint64_t(args[i])
	}
	C.fire(p.c, &a[0])
}

// IsEnabled calls probeIsEnabled.
func (p *Probe) IsEnabled() bool { return C.probeIsEnabled(p.c) == 1 }

func (p *Provider) lastError() *Error {
	var number C.int
	text := C.GoString(C.failure(p.c, &number))
	return &Error{Kind: int(C.error_kind(p.c)), Text: text, Errno: syscall.Errno(number)}
}
