package doctor

import "fmt"

// Status is how bad a finding is.
type Status int

// The statuses, from good to bad.
const (
	OK      Status = iota
	Warning        // usdt can trace, but not everything, or other tools cannot
	Failure        // usdt cannot trace here
)

// String returns "ok", "warning" or "failure".
func (s Status) String() string {
	switch s {
	case OK:
		return "ok"
	case Warning:
		return "warning"
	case Failure:
		return "failure"
	}
	return fmt.Sprintf("Status(%d)", int(s))
}

// MarshalText returns what String does.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Finding is what one check found.
type Finding struct {
	Name   string `json:"name"` // of the check
	Status Status `json:"status"`
	Found  string `json:"found"`
	// Remedy is a command for a shell, a sentence where no command helps, or "" where there is
	// nothing to do.
	Remedy string `json:"remedy,omitempty"`
}

func ok(format string, args ...any) Finding {
	return Finding{Status: OK, Found: fmt.Sprintf(format, args...)}
}

func warning(remedy, format string, args ...any) Finding {
	return Finding{Status: Warning, Found: fmt.Sprintf(format, args...), Remedy: remedy}
}

func failure(remedy, format string, args ...any) Finding {
	return Finding{Status: Failure, Found: fmt.Sprintf(format, args...), Remedy: remedy}
}

// Worst returns the worst status among findings.
func Worst(findings []Finding) Status {
	worst := OK
	for _, f := range findings {
		worst = max(worst, f.Status)
	}
	return worst
}
