-- +goose Up

-- When the owner of a scorecard asked to be reminded of it.
ALTER TABLE scorecards ADD COLUMN snoozed_until BIGINT;

-- What became of each reminder of a scorecard: a row for each step of the policy whose time has come,
-- for the end of the interview from which it is counted, so that no step is done twice. message is the
-- key of the outbox row that it went out in.
CREATE TABLE nudges (
    interview  TEXT   NOT NULL,
    person     TEXT   NOT NULL,
    ends_at    BIGINT NOT NULL,
    step       TEXT   NOT NULL,
    state      TEXT   NOT NULL CHECK (state IN ('held', 'sent', 'merged', 'moot')),
    reason     TEXT   NOT NULL,
    planned_at BIGINT NOT NULL,
    held_until BIGINT,
    decided_at BIGINT NOT NULL,
    message    TEXT   NOT NULL,
    PRIMARY KEY (interview, person, ends_at, step),
    FOREIGN KEY (interview, person) REFERENCES scorecards (interview, person)
);

-- The first reminder was a message that waited in the outbox from the beginning; it is planned like the
-- others now.
UPDATE outbox SET state = 'moot', next_at = NULL WHERE view_name = 'card_ask' AND state = 'waiting';
