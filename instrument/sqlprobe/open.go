package sqlprobe

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"io"

	"github.com/go-usdt/usdt/instrument/internal/pair"
)

// Open is like [sql.Open], with the probes: the driver has been registered by that name. Close
// the result as that of sql.Open.
func Open(driverName, dataSourceName string) (*sql.DB, error) {
	db, err := sql.Open(driverName, dataSourceName)
	if err != nil {
		return nil, err
	}
	d := db.Driver()
	if err := db.Close(); err != nil { // it has opened nothing yet
		return nil, err
	}
	c, err := connectorOf(d, dataSourceName)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(Connector(c)), nil
}

// Connector returns a connector that fires the probes for what the connections of c do, for
// [sql.OpenDB]. It panics if c is nil.
func Connector(c driver.Connector) driver.Connector {
	if c == nil {
		panic("sqlprobe: Connector of a nil connector; Open takes the name of a driver")
	}
	return &connector{c, fmt.Sprintf("%T", c.Driver())}
}

// Driver returns a driver that fires the probes for what the connections of d do, for
// [sql.Register], where the program gives its driver by name to another library. It panics if d is
// nil.
func Driver(d driver.Driver) driver.Driver {
	if d == nil {
		panic("sqlprobe: Driver of a nil driver; Open takes the name of a driver")
	}
	return probedDriver{d}
}

// Raw returns the connection of the driver that is behind the argument of the function that
// [sql.Conn.Raw] calls. What is not of this package is returned as it is.
func Raw(driverConn any) any {
	if c, ok := driverConn.(interface{ raw() driver.Conn }); ok {
		return c.raw()
	}
	return driverConn
}

type probedDriver struct{ base driver.Driver }

func (d probedDriver) Open(dataSourceName string) (driver.Conn, error) {
	c, err := d.OpenConnector(dataSourceName)
	if err != nil {
		return nil, err
	}
	return c.Connect(context.Background())
}

func (d probedDriver) OpenConnector(dataSourceName string) (driver.Connector, error) {
	c, err := connectorOf(d.base, dataSourceName)
	if err != nil {
		return nil, err
	}
	return Connector(c), nil
}

// connectorOf returns a connector of a driver, which may be older than connectors are.
func connectorOf(d driver.Driver, dataSourceName string) (driver.Connector, error) {
	if d, ok := d.(driver.DriverContext); ok {
		return d.OpenConnector(dataSourceName)
	}
	return opener{d, dataSourceName}, nil
}

// An opener is the connector of a driver that has none.
type opener struct {
	driver         driver.Driver
	dataSourceName string
}

func (o opener) Connect(context.Context) (driver.Conn, error) {
	return o.driver.Open(o.dataSourceName)
}

func (o opener) Driver() driver.Driver { return o.driver }

type connector struct {
	driver.Connector
	driverType string
}

func (c *connector) Connect(ctx context.Context) (opened driver.Conn, err error) {
	id := pair.NewKey()
	if connectStart.Enabled() || connectEnd.Enabled() {
		p := pair.Begin()
		connectStart.Fire(p.ID, c.driverType)
		defer func() {
			if opened == nil {
				id = 0
			}
			connectEnd.Fire(p.ID, id, pair.ErrorText(err), p.Duration())
		}()
	}
	base, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return wrapConn(base, id), nil
}

// Close closes the connector, if it can be closed.
func (c *connector) Close() error {
	if closer, ok := c.Connector.(io.Closer); ok {
		return closer.Close()
	}
	return nil
}
