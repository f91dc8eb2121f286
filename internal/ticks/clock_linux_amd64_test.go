package ticks

import (
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// TestNowSpread goes from processor to processor: the number is that of the processor.
func TestNowSpread(t *testing.T) {
	if !hasCounter() {
		t.Skip("this machine has no counter that can be used")
	}
	runtime.LockOSThread() // the thread ends with the goroutine
	var allowed unix.CPUSet
	if err := unix.SchedGetaffinity(0, &allowed); err != nil {
		t.Fatal(err)
	}
	c := New()
	before, _ := c.Now()
	for cpu := range 1024 {
		if !allowed.IsSet(cpu) {
			continue
		}
		var one unix.CPUSet
		one.Set(cpu)
		if err := unix.SchedSetaffinity(0, &one); err != nil {
			t.Fatal(err)
		}
		now, spread := c.Now()
		const cpuBits = 12 // the node's are above
		if int(spread&(1<<cpuBits-1)) != cpu {
			t.Errorf("on processor %d, the number is %#x", cpu, spread)
		}
		if now < before {
			t.Errorf("on processor %d, %d ticks after %d", cpu, now, before)
		}
		before = now
	}
}

func TestOffersTSC(t *testing.T) {
	for names, want := range map[string]bool{
		"tsc hpet acpi_pm \n": true, "kvm-clock tsc \n": true, "kvm-clock acpi_pm \n": false, "": false,
		"tsc-early hpet \n": false,
	} {
		if got := offersTSC(names); got != want {
			t.Errorf("%q: %t, want %t", names, got, want)
		}
	}
}
