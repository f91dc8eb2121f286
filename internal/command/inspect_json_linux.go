package command

import (
	"encoding/hex"

	"github.com/go-usdt/usdt/internal/tracing/sitecode"
)

// inspectJSON is one line of usdt inspect --json: a site of a probe. The names of its members are
// an interface. Bytes are in hexadecimal.
type inspectJSON struct {
	probeJSON
	BTF     bool     `json:"btf,omitempty"` // the signature is of the file itself
	Machine string   `json:"machine"`
	Kind    string   `json:"kind"` // image, block or code
	Note    noteJSON `json:"note"`
	Code    codeJSON `json:"code"` // of the file

	Mappings   []mappingJSON   `json:"mappings,omitempty"`
	Semaphores []semaphoreJSON `json:"semaphores,omitempty"`
	Error      string          `json:"error,omitempty"` // why memory is not read
}

type noteJSON struct {
	Offset uint64      `json:"offset"` // in the file
	Fields []fieldJSON `json:"fields"`
}

type fieldJSON struct {
	Name  string `json:"name"`
	Bytes string `json:"bytes"`
	Value any    `json:"value,omitempty"` // a number or text
}

type codeJSON struct {
	Offset       uint64            `json:"offset"` // in the file
	Bytes        string            `json:"bytes"`
	Instructions []instructionJSON `json:"instructions"`
}

type instructionJSON struct {
	Offset int    `json:"offset"` // in the bytes of the code
	Bytes  string `json:"bytes"`
	Text   string `json:"text,omitempty"`
	Part   string `json:"part,omitempty"`
}

type mappingJSON struct {
	Start       uint64      `json:"start"`
	End         uint64      `json:"end"`
	Offset      uint64      `json:"offset"` // of start, in the file
	Permissions string      `json:"permissions"`
	Fired       bool        `json:"fired"` // hits pass here
	Memory      *memoryJSON `json:"memory,omitempty"`
}

// memoryJSON is what there is in place of the code of the file.
type memoryJSON struct {
	Address uint64       `json:"address"`
	Bytes   *string      `json:"bytes"` // null if they are not read
	Changes []changeJSON `json:"changes,omitempty"`
}

type changeJSON struct {
	Part         string            `json:"part,omitempty"`
	Meaning      string            `json:"meaning"`
	Instructions []instructionJSON `json:"instructions"`
}

type semaphoreJSON struct {
	Address uint64  `json:"address"`
	Value   *uint16 `json:"value"` // null if it is not read
}

func (one inspected) json() inspectJSON {
	j := inspectJSON{
		probeJSON: one.listedProbe.json(), BTF: one.inFile,
		Machine: one.note.Machine.String(), Kind: string(one.code.Kind),
		Note: noteJSON{Offset: one.site.Raw.Offset},
		Code: codeJSON{Offset: one.site.Start, Bytes: hex.EncodeToString(one.site.Code)},
	}
	for _, f := range one.site.Raw.Fields {
		field := fieldJSON{Name: f.Name, Bytes: hex.EncodeToString(f.Bytes), Value: f.Number}
		if f.IsText {
			field.Value = string(f.Bytes[:max(0, len(f.Bytes)-1)]) // without its NUL
		}
		if f.Name == "padding" {
			field.Value = nil
		}
		j.Note.Fields = append(j.Note.Fields, field)
	}
	for _, row := range one.code.Rows(one.fileAddress()) {
		j.Code.Instructions = append(j.Code.Instructions, instruction(row.Instruction, row.Part))
	}
	j.setMemory(one)
	if err := one.site.MemoryErr; err != nil {
		j.Error = err.Error()
	}
	return j
}

func (j *inspectJSON) setMemory(one inspected) {
	for _, m := range one.site.Mapped {
		mapping := mappingJSON{
			Start: m.Start, End: m.End, Offset: m.Offset, Permissions: m.Permissions, Fired: m.IsFired,
		}
		if m.Address != 0 {
			mapping.Memory = &memoryJSON{Address: m.Address}
		}
		if m.Code != nil {
			text := hex.EncodeToString(m.Code)
			mapping.Memory.Bytes = &text
			for _, c := range one.code.Changes(m.Code, m.Address) {
				change := changeJSON{Part: string(c.Row.Part), Meaning: string(c.Meaning)}
				for _, in := range c.Now {
					change.Instructions = append(change.Instructions, instruction(in, sitecode.Own))
				}
				mapping.Memory.Changes = append(mapping.Memory.Changes, change)
			}
		}
		j.Mappings = append(j.Mappings, mapping)
	}
	for _, s := range one.site.Semaphores {
		semaphore := semaphoreJSON{Address: s.Address}
		if s.IsKnown {
			semaphore.Value = &s.Value
		}
		j.Semaphores = append(j.Semaphores, semaphore)
	}
}

func instruction(in sitecode.Instruction, part sitecode.Part) instructionJSON {
	return instructionJSON{in.Offset, hex.EncodeToString(in.Bytes), in.Text, string(part)}
}
