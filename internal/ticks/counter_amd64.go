package ticks

// counter returns the TSC and what the kernel keeps for the processor in TSC_AUX: its number.
//
//go:noescape
func counter() (Ticks, uint32)

// fence lets what follows begin when the counter was read.
func fence()

// features returns EDX of a CPUID leaf.
//
//go:noescape
func features(leaf uint32) uint32

// hasCounter reports whether the processor has RDTSCP and an invariant TSC (AMD64 Architecture
// Programmer's Manual, CPUID 8000_0001 and 8000_0007), and the kernel takes it for a clock.
func hasCounter() bool {
	const highest, extended, power = 0x80000000, 0x80000001, 0x80000007
	return largest(highest) >= power && features(extended)>>27&1 != 0 && features(power)>>8&1 != 0 &&
		isTrusted()
}

// largest returns EAX of a CPUID leaf.
//
//go:noescape
func largest(leaf uint32) uint32
