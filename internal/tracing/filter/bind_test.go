package filter

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBind(t *testing.T) {
	e, err := Parse(`!(customer == "Ada") && (cents > arg5 || cents & 4) || arg2 != "x" && pid == 1`)
	if err != nil {
		t.Fatal(err)
	}
	var uses []string
	bound, err := Bind(e, func(u Use) (int, bool, error) {
		uses = append(uses, fmt.Sprintf("%s%d %t", u.Name, u.Arg, u.Text))
		numbers := map[string]int{"customer": 1, "cents": 3, "": u.Arg}
		return numbers[u.Name], u.Name == "customer", nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{
		"customer0 true", "cents0 false", "5 false", "cents0 false", "2 true",
	}, uses); diff != "" {
		t.Errorf("uses (-want +got)\n%s", diff)
	}
	want, err := Parse(`!(arg1 == "Ada") && (arg3 > arg5 || arg3 & 4) || arg2 != "x" && pid == 1`)
	if err != nil {
		t.Fatal(err)
	}
	if bound.String() != want.String() {
		t.Errorf("got %v, want %v", bound, want)
	}
	sized := bound.(Or).L.(And).L.(Not).X.(StringCompare)
	if !sized.Sized || bound.(Or).R.(And).L.(StringCompare).Sized {
		t.Errorf("only customer is sized, got %#v", bound)
	}
}

func TestBindError(t *testing.T) {
	e, err := Parse(`a == 1 && b == 2 && c == 3`)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Bind(e, func(u Use) (int, bool, error) {
		if u.Name == "a" {
			return 0, false, nil
		}
		return 0, false, errors.New("no " + u.Name)
	})
	if err == nil || err.Error() != "no b" {
		t.Errorf("got %v, want the first error", err)
	}
}
