package main

import (
	"context"
	"database/sql"
	"errors"

	_ "modernc.org/sqlite"

	"github.com/go-usdt/usdt/instrument/sqlprobe"
)

// A store has the articles and the orders.
type store struct{ *sql.DB }

const schema = `
create table if not exists articles (
	name text primary key, cents integer, stock integer check (stock >= 0));
create table if not exists orders (
	id integer primary key, customer text, article text references articles);
insert or ignore into articles
	values ('teapot', 2450, 1000), ('cup', 390, 5000), ('sofa', 79900, 1)`

// openStore opens a SQLite database, and fills it if it is new.
func openStore(ctx context.Context, path string) (*store, error) {
	db, err := sqlprobe.Open("sqlite", path)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // each connection to :memory: has a database of its own
	if _, err := db.ExecContext(ctx, schema); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &store{db}, nil
}

// price returns the price of an article in cents, or sql.ErrNoRows if there is none.
func (s *store) price(ctx context.Context, article string) (cents int64, err error) {
	row := s.QueryRowContext(ctx, "select cents from articles where name = ?", article)
	err = row.Scan(&cents)
	return cents, err
}

// place stores an order, and takes the article from the stock. It returns the order's number.
func (s *store) place(ctx context.Context, customer, article string) (id int64, err error) {
	span := tracer.Start(ctx, "place")
	defer func() { span.Fail(err); span.End() }()
	ctx = span.Context()
	tx, err := s.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback() // does nothing after the commit
	_, err = tx.ExecContext(ctx, "update articles set stock = stock - 1 where name = ?", article)
	if err != nil {
		return 0, err
	}
	result, err := tx.ExecContext(ctx, "insert into orders (customer, article) values (?, ?)",
		customer, article)
	if err != nil {
		return 0, err
	}
	if id, err = result.LastInsertId(); err != nil {
		return 0, err
	}
	return id, tx.Commit()
}
