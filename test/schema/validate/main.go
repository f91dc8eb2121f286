// Command validate reads JSON documents from its standard input, and ends with an error if one of
// them is not as the schema says that is its argument. It prints how many there were.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: validate SCHEMA < DOCUMENTS")
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat() // of times; it is an annotation otherwise
	compiler.AssertContent()
	schema, err := compiler.Compile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	n, err := validate(schema, os.Stdin)
	if err != nil {
		log.Fatalf("document %d: %v", n+1, err)
	}
	fmt.Println(n)
}

// validate returns how many documents are as the schema says.
func validate(schema *jsonschema.Schema, r io.Reader) (n int, err error) {
	decoder := json.NewDecoder(r)
	decoder.UseNumber() // float64 would round large integers
	for ; ; n++ {
		var document any
		if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
			return n, nil
		} else if err != nil {
			return n, err
		}
		if err := schema.Validate(document); err != nil {
			text, _ := json.Marshal(document)
			return n, fmt.Errorf("%w\n%s", err, text)
		}
	}
}
