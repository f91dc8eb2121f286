package ticks

// counter returns the TSC and what the kernel keeps for the processor in TSC_AUX: its number.
//
//go:noescape
func counter() (Ticks, uint32)

// fence lets what follows begin when the counter was read.
func fence()

//go:noescape
func cpuid(leaf uint32) (eax, edx uint32)

// hasCounter reports whether the processor has RDTSCP and an invariant TSC (AMD64 Architecture
// Programmer's Manual, CPUID 8000_0001 and 8000_0007), and the kernel takes it for a clock.
func hasCounter() bool {
	const first, extended, power = 0x80000000, 0x80000001, 0x80000007
	if last, _ := cpuid(first); last < power {
		return false
	}
	_, hasRDTSCP := cpuid(extended)
	_, isInvariant := cpuid(power)
	return hasRDTSCP>>27&1 != 0 && isInvariant>>8&1 != 0 && isTrusted()
}
