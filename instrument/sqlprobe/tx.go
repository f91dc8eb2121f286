package sqlprobe

import (
	"context"
	"database/sql/driver"

	"github.com/go-usdt/usdt/instrument/internal/pair"
)

// A tx is a transaction that is traced.
type tx struct {
	driver.Tx
	own pair.Pair
}

func (c *conn) traceTx(ctx context.Context, options driver.TxOptions) (result driver.Tx,
	err error) {
	p := pair.Begin()
	txStart.Fire(p.ID, c.id)
	defer func() {
		if result == nil {
			txEnd.Fire(p.ID, "begin", pair.ErrorText(err), p.Duration())
		}
	}()
	base, err := begin(ctx, c.Conn, options)
	if err != nil || base == nil {
		return nil, err
	}
	return &tx{base, p}, nil
}

func (t *tx) Commit() (err error) {
	p := pair.Begin()
	commitStart.Fire(p.ID, t.own.ID)
	defer func() {
		commitEnd.Fire(p.ID, pair.ErrorText(err), p.Duration())
		txEnd.Fire(t.own.ID, "commit", pair.ErrorText(err), t.own.Duration())
	}()
	return t.Tx.Commit()
}

func (t *tx) Rollback() (err error) {
	defer func() {
		txEnd.Fire(t.own.ID, "rollback", pair.ErrorText(err), t.own.Duration())
	}()
	return t.Tx.Rollback()
}
