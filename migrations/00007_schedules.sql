-- +goose Up

-- What the bot does at set times: a row for each schedule that is declared. expression, zone and enabled
-- are what somebody has set in the place of what is declared; '' and NULL are nothing. planned is what
-- next_run_at was computed from, so that it is computed anew once any of it has changed.
CREATE TABLE schedules (
    name        TEXT    NOT NULL PRIMARY KEY,
    expression  TEXT    NOT NULL DEFAULT '',
    zone        TEXT    NOT NULL DEFAULT '',
    enabled     BOOLEAN,
    planned     TEXT    NOT NULL DEFAULT '',
    last_run_at BIGINT,
    next_run_at BIGINT,
    changed_at  BIGINT,
    changed_by  TEXT    NOT NULL DEFAULT ''
);

-- When somebody is told things unasked, where they have said so themselves: part of what the generation
-- counts. '' and NULL leave it to the company.
CREATE TABLE nudge_preferences (
    person     TEXT   NOT NULL PRIMARY KEY REFERENCES people (id),
    hours      TEXT   NOT NULL DEFAULT '',
    days_away  TEXT   NOT NULL DEFAULT '',
    single     BOOLEAN,
    budget     BIGINT,
    changed_at BIGINT NOT NULL
);

-- Requisitions that are past their target date are found by it.
CREATE INDEX requisitions_target ON requisitions (target) WHERE state = 'open' AND target <> '';

-- Append-only: the changes of state of requisitions, by the version that was changed.
CREATE TABLE requisition_moves (
    requisition TEXT   NOT NULL REFERENCES requisitions (id),
    version     BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    from_state  TEXT   NOT NULL,
    to_state    TEXT   NOT NULL,
    PRIMARY KEY (requisition, version)
);
CREATE INDEX requisition_moves_at ON requisition_moves (at);

-- What was told to somebody once and is not told again: what names the thing and the step.
CREATE TABLE told (
    what   TEXT   NOT NULL,
    person TEXT   NOT NULL,
    at     BIGINT NOT NULL,
    PRIMARY KEY (what, person)
);

-- An unprompted message goes out in working hours only and counts against its recipient's day. What is
-- more than that is merged: it is moot itself, and part of the message of the key merged_into.
ALTER TABLE outbox ADD COLUMN unprompted BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE outbox ADD COLUMN merged_into TEXT NOT NULL DEFAULT '';
CREATE INDEX outbox_unprompted ON outbox (person, sent_at) WHERE unprompted;
CREATE INDEX outbox_merged ON outbox (merged_into) WHERE merged_into <> '';
