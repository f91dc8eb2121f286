package stapsdthttp

import "errors"

// A need is an argument that each probe must have, and the method of a view that finds its place
// and says what is wrong with it. noArgument is not needed.
type need struct {
	argument
	find func(*view, argument) (int, error)
}

const noPlace = -1

// placeIfAny is place without an error: noPlace if the probe lacks the argument.
func (v *view) placeIfAny(a argument) (int, error) {
	place, err := v.place(a)
	if err != nil {
		return noPlace, nil //nolint:nilerr // another probe may have it
	}
	return place, nil
}

// resolve finds the places of what is needed. With an error, no event of the probe is complete.
func (v *view) resolve(needs []need) error {
	var errs []error
	v.needs = make([]int, len(needs))
	for i, n := range needs {
		v.needs[i] = noPlace
		if n.argument == noArgument {
			continue
		}
		place, err := n.find(v, n.argument)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		v.needs[i] = place
	}
	err := errors.Join(errs...)
	v.isIncomplete = err != nil
	return err
}
