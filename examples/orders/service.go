package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/go-usdt/usdt/instrument/funcprobe"
	"github.com/go-usdt/usdt/instrument/httpprobe"
	"github.com/go-usdt/usdt/instrument/spanprobe"
)

var (
	tracer  = spanprobe.MustTracer("orders") // the parts of an order
	charged = funcprobe.Must[int64](tracer.Provider(), "charge", "order")
)

// A service takes orders, stores them, and has the bank charge the customers.
type service struct {
	http.ServeMux
	db     *store
	bank   string // the URL for payments
	client http.Client
	log    *slog.Logger
}

func newService(db *store, bank string, log *slog.Logger) *service {
	s := &service{db: db, bank: bank, log: log, client: http.Client{
		Transport: httpprobe.Transport(&http.Transport{}),
		Timeout:   30 * time.Second,
	}}
	s.HandleFunc("GET /articles/{article}", s.getPrice)
	s.HandleFunc("POST /orders", s.postOrder)
	s.HandleFunc("POST /payments", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent) // the bank of those who have no other
	})
	return s
}

func (s *service) getPrice(w http.ResponseWriter, r *http.Request) {
	cents, err := s.db.price(r.Context(), r.PathValue("article"))
	if err != nil {
		s.fail(w, err)
		return
	}
	fmt.Fprintln(w, cents)
}

func (s *service) postOrder(w http.ResponseWriter, r *http.Request) {
	id, err := s.order(r.Context(), r.FormValue("customer"), r.FormValue("article"))
	if err != nil {
		s.fail(w, err)
		return
	}
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintln(w, id) // #nosec G705 -- a number
}

// fail tells a customer no more than whose fault it is.
func (s *service) fail(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	if errors.Is(err, sql.ErrNoRows) {
		status = http.StatusNotFound
	}
	http.Error(w, http.StatusText(status), status)
}

// order stores the order of an article, charges the customer, and returns the order's number.
func (s *service) order(ctx context.Context, customer, article string) (id int64, err error) {
	span := tracer.Start(ctx, "order")
	defer func() { span.Fail(err); span.End() }()
	ctx = span.Context()
	log := s.log.With("customer", customer)
	cents, err := s.db.price(ctx, article)
	if err != nil {
		return 0, err
	}
	log.Debug("price found", "article", article, "cents", cents)
	if id, err = s.db.place(ctx, customer, article); err != nil {
		return 0, err
	}
	log.Debug("order stored", "order", id)
	return id, s.charge(ctx, id, customer, cents)
}

// charge has the bank charge the customer for an order.
func (s *service) charge(
	ctx context.Context, order int64, customer string, cents int64,
) (err error) {
	defer funcprobe.Time(charged, order)()
	span := tracer.Start(ctx, "charge")
	defer func() { span.Fail(err); span.End() }()
	query := url.Values{"customer": {customer}, "cents": {strconv.FormatInt(cents, 10)}}.Encode()
	request, err := http.NewRequestWithContext(span.Context(), "POST", s.bank+"?"+query, nil)
	if err != nil {
		return err
	}
	response, err := s.client.Do(request)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, response.Body)
	if err = errors.Join(err, response.Body.Close()); err == nil && response.StatusCode >= 300 {
		err = fmt.Errorf("the bank answers %s", response.Status)
	}
	return err
}
