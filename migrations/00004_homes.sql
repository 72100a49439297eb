-- +goose Up

-- A home that somebody has opened is a row of the outbox too: a view that is posted, and is drawn again
-- whenever what it shows has changed.
CREATE INDEX outbox_home ON outbox (person) WHERE view_name = 'home';
