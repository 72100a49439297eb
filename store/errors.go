package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"github.com/hirebot/hirebot/hiring"
)

// ErrLeaseLost is returned by a write of the outbox whose lane is worked by somebody else by now.
var ErrLeaseLost = errors.New("the lease of the lane is held by another worker")

// The error codes that have a meaning here.
// https://www.postgresql.org/docs/current/errcodes-appendix.html, https://www.sqlite.org/rescode.html
const (
	pgUnique          = "23505"
	pgForeignKey      = "23503"
	pgCheck           = "23514"
	pgSerialization   = "40001"
	pgDeadlock        = "40P01"
	pgTooMany         = "53300"
	pgDiskFull        = "53100"
	pgAdminShutdown   = "57P01"
	pgCrashShutdown   = "57P02"
	pgCannotConnect   = "57P03"
	liteBusy          = 5
	liteLocked        = 6
	liteFull          = 13
	liteIOError       = 10
	liteCannotOpen    = 14
	liteCheck         = 275
	liteForeignKey    = 787
	litePrimaryKey    = 1555
	liteUnique        = 2067
	litePrimaryCodes  = 0xff
	unavailableAdvice = "The database does not answer at the moment. Nothing was changed; try again in a minute."
)

// kind is what an error of a driver means.
type kind int

const (
	other kind = iota
	duplicate
	dangling
	outOfRange
	collision // the same work done again may succeed at once
	lost
)

// kindOf reads a driver's error by its code, never by its text.
func kindOf(err error) kind {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch pg.Code {
		case pgUnique:
			return duplicate
		case pgForeignKey:
			return dangling
		case pgCheck:
			return outOfRange
		case pgSerialization, pgDeadlock:
			return collision
		case pgTooMany, pgDiskFull, pgAdminShutdown, pgCrashShutdown, pgCannotConnect:
			return lost
		}
		return other
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		switch lite.Code() {
		case liteUnique, litePrimaryKey:
			return duplicate
		case liteForeignKey:
			return dangling
		case liteCheck:
			return outOfRange
		}
		switch lite.Code() & litePrimaryCodes {
		case liteBusy, liteLocked:
			return collision
		case liteFull, liteIOError, liteCannotOpen:
			return lost
		}
		return other
	}
	_, connecting := errors.AsType[*pgconn.ConnectError](err)
	_, network := errors.AsType[net.Error](err)
	if connecting || network || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.Is(err, context.DeadlineExceeded) {
		return lost
	}
	return other
}

// translate gives a driver's error its meaning in the domain. What nobody but us can have caused
// stays as it is, and is internal.
func translate(err error) error {
	if err == nil || errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if _, ok := errors.AsType[*hiring.Error](err); ok {
		return err
	}
	switch kindOf(err) {
	case duplicate:
		return hiring.Errorf(hiring.Conflict, "Somebody else did this at the same moment. Look at it again, and repeat what still holds.").Because(err)
	case dangling:
		return hiring.Errorf(hiring.Conflict, "This refers to something that is not there any more. Look at it again.").Because(err)
	case outOfRange:
		return hiring.Errorf(hiring.Invalid, "A value is outside of what can be kept. Check what you entered.").Because(err)
	case collision, lost:
		return hiring.Errorf(hiring.Unavailable, unavailableAdvice).Because(err)
	case other:
	}
	return err
}

// collided tells whether an error came from work that ran beside this, so that doing it again helps.
func collided(err error) bool { return kindOf(err) == collision || errors.Is(err, errStale) }

// errStale says that a record was changed since the unit read it. Done again, the unit reads what it
// is now, and tells in its own words what does not hold any more.
var errStale = errors.New("the record has another version by now")

func changedMeanwhile(what string) error {
	return hiring.Errorf(hiring.Conflict, "%s was changed by somebody else in the meantime. Look at it again, and repeat what still holds.", what).Because(errStale)
}

func notFound(what string) error {
	return hiring.Errorf(hiring.NotFound, "There is no %s here, or no longer.", what)
}
