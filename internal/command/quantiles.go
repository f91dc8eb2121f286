package command

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A quantileFlag lists the percentiles that are shown of a histogram, none for those that are shown
// unasked.
type quantileFlag []float64

// usualPercentiles are shown if nobody asks for others.
var usualPercentiles = []float64{50, 90, 99}

const mostQuantiles = 16

func (f *quantileFlag) Set(list string) error {
	for text := range strings.SplitSeq(list, ",") {
		p, err := strconv.ParseFloat(text, 64)
		switch {
		case err != nil || !(p > 0 && p <= 100): // NaN is neither
			return errors.New("want percentiles above 0 and up to 100, separated by commas, " +
				"such as 50,90,99.9")
		case slices.Contains(*f, p):
			return fmt.Errorf("%g is named twice", p)
		case len(*f) == mostQuantiles:
			return fmt.Errorf("there are more than %d", mostQuantiles)
		}
		*f = append(*f, p)
	}
	return nil
}

func (f *quantileFlag) String() string {
	var list []string
	for _, p := range *f {
		list = append(list, percentileText(p))
	}
	return strings.Join(list, ",")
}

func (f *quantileFlag) Type() string { return "list" }

// percentiles returns those that are shown.
func (f *quantileFlag) percentiles() []float64 {
	if len(*f) == 0 {
		return usualPercentiles
	}
	return *f
}

func percentileText(p float64) string { return strconv.FormatFloat(p, 'f', -1, 64) }
