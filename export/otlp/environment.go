package otlp

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// An environment reads variables strictly, and gathers all that is wrong with them: the SDK passes
// over a wrong one, and then sends to another place, or in another way, than the operator thinks.
type environment struct {
	get    func(string) string
	told   map[string]bool // the variables that something is wrong with
	wrongs []error
}

// value returns a variable's value. As everywhere in OpenTelemetry, an empty one is none. Some of
// the SDK's exporters take spaces around it for a part of it, and others do not.
func (e *environment) value(name string) string {
	text := e.get(name)
	trimmed := strings.TrimSpace(text)
	if trimmed != text && trimmed != "" {
		e.wrongSecret(name, "take away the spaces around its value")
	}
	return trimmed
}

// wrong says what a variable should be. Its value is not repeated if it may be a secret.
func (e *environment) wrong(name, remedy string) {
	e.tell(name, fmt.Errorf("%s=%s: %s", name, e.get(name), remedy))
}

func (e *environment) wrongSecret(name, remedy string) {
	e.tell(name, fmt.Errorf("%s: %s", name, remedy))
}

// tell keeps one error of each variable.
func (e *environment) tell(name string, err error) {
	if !e.told[name] {
		e.told[name] = true
		e.wrongs = append(e.wrongs, err)
	}
}

func (e *environment) err() error { return errors.Join(e.wrongs...) }

// number returns a whole number that is at least so large.
func (e *environment) number(name string, otherwise, least int) int {
	text := e.value(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > 1<<30 {
		e.wrong(name, fmt.Sprintf("give it a whole number from %d to %d", least, 1<<30))
		return otherwise
	}
	return n
}

// milliseconds returns a time, which OpenTelemetry's variables have as a number of milliseconds.
func (e *environment) milliseconds(name string, otherwise time.Duration, least int) time.Duration {
	n := e.number(name, int(otherwise/time.Millisecond), least)
	return time.Duration(n) * time.Millisecond
}

// choice returns one of some words, in lower case.
func (e *environment) choice(name, otherwise string, choices ...string) string {
	text := e.value(name)
	if text == "" {
		return otherwise
	}
	for _, c := range choices {
		if strings.EqualFold(text, c) {
			return c
		}
	}
	e.wrong(name, "give it one of: "+strings.Join(choices, ", "))
	return otherwise
}

// exact is choice for words whose case matters to the SDK.
func (e *environment) exact(name, otherwise string, choices ...string) string {
	text := e.value(name)
	found := e.choice(name, otherwise, choices...)
	if text != "" && text != found && strings.EqualFold(text, found) {
		e.wrong(name, "write it in lower case")
	}
	return found
}

func (e *environment) boolean(name string) bool {
	return e.choice(name, "false", "true", "false") == "true"
}

// ratio returns a number from 0 to 1.
func (e *environment) ratio(name string) float64 {
	text := e.value(name)
	if text == "" {
		return 1
	}
	r, err := strconv.ParseFloat(text, 64)
	if err != nil || !(r >= 0 && r <= 1) {
		e.wrong(name, "give it a number from 0 to 1")
		return 1
	}
	return r
}
