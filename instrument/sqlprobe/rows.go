package sqlprobe

import (
	"database/sql/driver"
	"io"
	"reflect"

	"github.com/go-usdt/usdt/instrument/internal/pair"
)

// A rows is what a traced query has returned. It has all optional interfaces: where the driver
// lacks one, it answers what database/sql would take for the answer.
type rows struct {
	driver.Rows
	query pair.Pair
	read  int64
	err   error // of the reading
}

func (r *rows) Next(values []driver.Value) error {
	err := r.Rows.Next(values)
	switch err {
	case nil:
		r.read++
	case io.EOF: // itself, as for database/sql: an error that wraps it is one
	default:
		r.err = err
	}
	return err
}

func (r *rows) Close() error {
	err := r.Rows.Close()
	if r.err == nil {
		r.err = err
	}
	rowsClosed.Fire(r.query.ID, r.read, pair.ErrorText(r.err), r.query.Duration())
	return err
}

func (r *rows) HasNextResultSet() bool {
	base, ok := r.Rows.(driver.RowsNextResultSet)
	return ok && base.HasNextResultSet()
}

func (r *rows) NextResultSet() error {
	if base, ok := r.Rows.(driver.RowsNextResultSet); ok {
		return base.NextResultSet()
	}
	return io.EOF
}

func (r *rows) ColumnTypeScanType(i int) reflect.Type {
	if base, ok := r.Rows.(driver.RowsColumnTypeScanType); ok {
		return base.ColumnTypeScanType(i)
	}
	return reflect.TypeFor[any]()
}

func (r *rows) ColumnTypeDatabaseTypeName(i int) string {
	if base, ok := r.Rows.(driver.RowsColumnTypeDatabaseTypeName); ok {
		return base.ColumnTypeDatabaseTypeName(i)
	}
	return ""
}

func (r *rows) ColumnTypeLength(i int) (length int64, ok bool) {
	if base, ok := r.Rows.(driver.RowsColumnTypeLength); ok {
		return base.ColumnTypeLength(i)
	}
	return 0, false
}

func (r *rows) ColumnTypeNullable(i int) (nullable, ok bool) {
	if base, ok := r.Rows.(driver.RowsColumnTypeNullable); ok {
		return base.ColumnTypeNullable(i)
	}
	return false, false
}

func (r *rows) ColumnTypePrecisionScale(i int) (precision, scale int64, ok bool) {
	if base, ok := r.Rows.(driver.RowsColumnTypePrecisionScale); ok {
		return base.ColumnTypePrecisionScale(i)
	}
	return 0, 0, false
}
