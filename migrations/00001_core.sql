-- +goose Up

-- Instants are microseconds since 1970 in UTC, dates are text (YYYY-MM-DD), money is whole rupees.

-- The one row of generation counts the changes of what every request reads from memory: workspaces,
-- people, settings, playbooks, owners and bands.
CREATE TABLE generation (
    one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    n   BIGINT NOT NULL
);
INSERT INTO generation (one, n) VALUES (1, 1);

CREATE TABLE counters (
    kind        TEXT   NOT NULL PRIMARY KEY,
    next_number BIGINT NOT NULL
);

CREATE TABLE workspaces (
    id       TEXT NOT NULL PRIMARY KEY,
    name     TEXT NOT NULL,
    platform TEXT NOT NULL,
    external TEXT NOT NULL,
    kind     TEXT NOT NULL CHECK (kind IN ('home', 'community')),
    UNIQUE (platform, external)
);

CREATE TABLE people (
    id         TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL,
    folded     TEXT    NOT NULL,
    zone       TEXT    NOT NULL,
    active     BOOLEAN NOT NULL,
    created_at BIGINT  NOT NULL,
    version    BIGINT  NOT NULL
);
CREATE UNIQUE INDEX people_name ON people (folded) WHERE active;

CREATE TABLE identities (
    workspace TEXT NOT NULL,
    user_id   TEXT NOT NULL,
    person    TEXT NOT NULL REFERENCES people (id),
    PRIMARY KEY (workspace, user_id)
);
CREATE INDEX identities_person ON identities (person);

CREATE TABLE person_roles (
    person TEXT NOT NULL REFERENCES people (id),
    role   TEXT NOT NULL,
    PRIMARY KEY (person, role)
);

CREATE TABLE settings (
    name       TEXT   NOT NULL PRIMARY KEY,
    setting    TEXT   NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT   NOT NULL
);

CREATE TABLE playbooks (
    role       TEXT   NOT NULL PRIMARY KEY,
    body       TEXT   NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT   NOT NULL,
    version    BIGINT NOT NULL
);

CREATE TABLE role_owners (
    role   TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES people (id),
    PRIMARY KEY (role, person)
);

-- A band is never changed: a new version is added.
CREATE TABLE bands (
    role       TEXT    NOT NULL,
    level      TEXT    NOT NULL,
    version    BIGINT  NOT NULL,
    low        BIGINT  NOT NULL CHECK (low > 0),
    high       BIGINT  NOT NULL CHECK (high >= low),
    open_ended BOOLEAN NOT NULL,
    currency   TEXT    NOT NULL DEFAULT 'INR',
    effective  TEXT    NOT NULL,
    source     TEXT    NOT NULL,
    set_at     BIGINT  NOT NULL,
    set_by     TEXT    NOT NULL,
    PRIMARY KEY (role, level, version)
);

-- A delivery that was answered, with its sealed first answer.
CREATE TABLE events (
    workspace TEXT   NOT NULL,
    id        TEXT   NOT NULL,
    at        BIGINT NOT NULL,
    answer    TEXT   NOT NULL,
    PRIMARY KEY (workspace, id)
);
CREATE INDEX events_at ON events (at);

-- Append-only. The column seal is the only one that is ever written later, once.
-- The column once is set where the same look may be recorded twice and shall count once.
CREATE TABLE audit_seals (
    n         BIGINT NOT NULL PRIMARY KEY,
    row_count BIGINT NOT NULL,
    hash      TEXT   NOT NULL,
    at        BIGINT NOT NULL
);
CREATE TABLE audit (
    id        TEXT   NOT NULL PRIMARY KEY,
    at        BIGINT NOT NULL,
    actor     TEXT   NOT NULL,
    action    TEXT   NOT NULL,
    subject   TEXT   NOT NULL,
    fact      TEXT   NOT NULL,
    place     TEXT   NOT NULL,
    workspace TEXT   NOT NULL,
    event     TEXT   NOT NULL,
    detail    TEXT   NOT NULL DEFAULT '{}',
    once      TEXT   UNIQUE,
    seal      BIGINT REFERENCES audit_seals (n)
);
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_subject ON audit (subject, at);
CREATE INDEX audit_actor ON audit (actor, at);
CREATE INDEX audit_seal ON audit (seal, id);

-- next_at is when the row wants attention: to be sent, or, once sent, to be drawn again. It is NULL
-- where there is nothing to do. redraw counts the changes that concern the message, drawn is the
-- count that is visible.
CREATE TABLE outbox (
    id               TEXT    NOT NULL PRIMARY KEY,
    once             TEXT    NOT NULL UNIQUE,
    lane             TEXT    NOT NULL,
    person           TEXT    NOT NULL,
    workspace        TEXT    NOT NULL,
    channel          TEXT    NOT NULL,
    private          BOOLEAN NOT NULL,
    view_name        TEXT    NOT NULL,
    subject          TEXT    NOT NULL,
    args             TEXT    NOT NULL DEFAULT '[]',
    why              TEXT    NOT NULL,
    created_at       BIGINT  NOT NULL,
    due_at           BIGINT  NOT NULL,
    state            TEXT    NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'moot', 'dead')),
    next_at          BIGINT,
    attempts         BIGINT  NOT NULL DEFAULT 0,
    tried_at         BIGINT,
    sent_at          BIGINT,
    posted_workspace TEXT    NOT NULL DEFAULT '',
    posted_channel   TEXT    NOT NULL DEFAULT '',
    posted_private   BOOLEAN NOT NULL DEFAULT FALSE,
    posted_id        TEXT    NOT NULL DEFAULT '',
    redraw           BIGINT  NOT NULL DEFAULT 0,
    drawn            BIGINT  NOT NULL DEFAULT 0,
    reason           TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX outbox_due ON outbox (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX outbox_lane ON outbox (lane, due_at, created_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX outbox_subject ON outbox (subject);
CREATE INDEX outbox_dead ON outbox (due_at) WHERE state = 'dead';
CREATE INDEX outbox_moot ON outbox (due_at) WHERE state = 'moot';

-- A lane is one conversation's queue. Who works it holds its lease; hold_until keeps all of it back.
CREATE TABLE lanes (
    lane         TEXT   NOT NULL PRIMARY KEY,
    holder       TEXT   NOT NULL,
    leased_until BIGINT NOT NULL,
    hold_until   BIGINT NOT NULL
);

CREATE TABLE pacing (
    name    TEXT   NOT NULL PRIMARY KEY,
    next_at BIGINT NOT NULL
);

CREATE TABLE drafts (
    id       TEXT   NOT NULL PRIMARY KEY,
    owner    TEXT   NOT NULL,
    command  TEXT   NOT NULL,
    subject  TEXT   NOT NULL,
    sealed   TEXT   NOT NULL,
    saved_at BIGINT NOT NULL
);
CREATE INDEX drafts_owner ON drafts (owner, command, subject, saved_at);
CREATE INDEX drafts_saved_at ON drafts (saved_at);

-- subject is the record that a file belongs to, '' while it is only in a draft.
CREATE TABLE files (
    id         TEXT   NOT NULL PRIMARY KEY,
    owner      TEXT   NOT NULL,
    subject    TEXT   NOT NULL DEFAULT '',
    name       TEXT   NOT NULL,
    media_type TEXT   NOT NULL,
    size       BIGINT NOT NULL,
    sha256     TEXT   NOT NULL,
    sealed     BYTEA  NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX files_loose ON files (created_at) WHERE subject = '';

CREATE TABLE claim_codes (
    id         TEXT    NOT NULL PRIMARY KEY,
    hash       TEXT    NOT NULL,
    created_at BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL,
    tries      BIGINT  NOT NULL,
    used_at    BIGINT,
    current    BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX claim_codes_current ON claim_codes (current) WHERE current;

CREATE TABLE channels (
    workspace  TEXT   NOT NULL,
    id         TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    folded     TEXT   NOT NULL,
    kind       TEXT   NOT NULL CHECK (kind IN ('public', 'private', 'shared', 'guests')),
    checked_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, id)
);
CREATE INDEX channels_name ON channels (folded);
