-- +goose Up

-- reasons is sealed: the texts that tell of the company's plans. number is that of the reference, by
-- which lists are sorted: references are given out in the order in which they are committed. It has
-- no index of its own, so that no query can be tempted to read everything in that order.
-- place is the location as it is compared.
CREATE TABLE requisitions (
    id             TEXT    NOT NULL PRIMARY KEY,
    number         BIGINT  NOT NULL,
    role           TEXT    NOT NULL,
    title          TEXT    NOT NULL,
    level          TEXT    NOT NULL,
    seats          BIGINT  NOT NULL CHECK (seats >= 0),
    filled         BIGINT  NOT NULL CHECK (filled >= 0),
    location       TEXT    NOT NULL,
    place          TEXT    NOT NULL,
    work_mode      TEXT    NOT NULL,
    budget_low     BIGINT  NOT NULL CHECK (budget_low >= 0),
    budget_high    BIGINT  NOT NULL CHECK (budget_high >= budget_low),
    reasons        TEXT    NOT NULL,
    ecosystem      TEXT    NOT NULL,
    must           TEXT    NOT NULL DEFAULT '[]',
    nice           TEXT    NOT NULL DEFAULT '[]',
    stages         TEXT    NOT NULL DEFAULT '[]',
    target         TEXT    NOT NULL,
    requester      TEXT    NOT NULL,
    hiring_manager TEXT    NOT NULL,
    recruiter      TEXT    NOT NULL,
    panel          TEXT    NOT NULL DEFAULT '[]',
    confidential   BOOLEAN NOT NULL,
    state          TEXT    NOT NULL CHECK (state IN ('draft', 'pending_approval', 'open', 'on_hold', 'filled', 'closed')),
    approved_terms TEXT    NOT NULL DEFAULT '',
    announced      BOOLEAN NOT NULL,
    created_at     BIGINT  NOT NULL,
    changed_at     BIGINT  NOT NULL,
    version        BIGINT  NOT NULL
);
CREATE INDEX requisitions_state ON requisitions (state, confidential, number);
CREATE INDEX requisitions_owner ON requisitions (hiring_manager, state, confidential, number);
CREATE INDEX requisitions_role ON requisitions (role, state, confidential, number);
CREATE INDEX requisitions_similar ON requisitions (role, level, place, created_at);
CREATE INDEX requisitions_requested ON requisitions (requester, role) WHERE state <> 'closed';
CREATE INDEX requisitions_managed ON requisitions (hiring_manager, role) WHERE state <> 'closed';

-- The people for whom a requisition exists even where it is hidden from others: its team, and the
-- approvers of its latest approval (team is FALSE for who is only that). state, confidential and
-- number repeat the requisition's, so that somebody's own are found in order without reading others.
CREATE TABLE requisition_people (
    requisition  TEXT    NOT NULL REFERENCES requisitions (id),
    person       TEXT    NOT NULL REFERENCES people (id),
    team         BOOLEAN NOT NULL,
    state        TEXT    NOT NULL,
    confidential BOOLEAN NOT NULL,
    number       BIGINT  NOT NULL,
    PRIMARY KEY (requisition, person)
);
CREATE INDEX requisition_people_person ON requisition_people (person, state, confidential, number);
CREATE INDEX requisition_people_team ON requisition_people (person, state, confidential, number) WHERE team;

-- The words that a requisition is found by, folded. They are bytes, since only bytes have an order in
-- which a prefix is a range in every database, whatever its collation.
CREATE TABLE requisition_words (
    requisition TEXT  NOT NULL REFERENCES requisitions (id),
    word        BYTEA NOT NULL,
    PRIMARY KEY (requisition, word)
);
CREATE INDEX requisition_words_word ON requisition_words (word, requisition);

-- Append-only: what happened to a record, for people to read. detail is sealed.
CREATE TABLE history (
    id        TEXT   NOT NULL PRIMARY KEY,
    subject   TEXT   NOT NULL,
    at        BIGINT NOT NULL,
    by_person TEXT   NOT NULL,
    what      TEXT   NOT NULL,
    detail    TEXT   NOT NULL
);
CREATE INDEX history_subject ON history (subject, at, id);

-- body is sealed: the steps with their decisions and reasons, the question and the notes.
CREATE TABLE approvals (
    id           TEXT   NOT NULL PRIMARY KEY,
    number       BIGINT NOT NULL,
    subject      TEXT   NOT NULL,
    terms        TEXT   NOT NULL,
    requester    TEXT   NOT NULL,
    author       TEXT   NOT NULL DEFAULT '',
    beneficiary  TEXT   NOT NULL,
    body         TEXT   NOT NULL,
    current_step BIGINT NOT NULL,
    state        TEXT   NOT NULL CHECK (state IN ('open', 'approved', 'rejected', 'void')),
    asked_at     BIGINT NOT NULL,
    step_since   BIGINT,
    reminded     BIGINT NOT NULL,
    remind_at    BIGINT,
    ended_at     BIGINT,
    version      BIGINT NOT NULL
);
CREATE INDEX approvals_subject ON approvals (subject, number);
CREATE UNIQUE INDEX approvals_open ON approvals (subject) WHERE state = 'open';
CREATE INDEX approvals_remind ON approvals (remind_at) WHERE state = 'open' AND remind_at IS NOT NULL;

-- The approvers of each step. pending says that the step is still to be decided and that they have not
-- done so; waiting says that it is also the present step of an open approval. number repeats the
-- approval's, so that the oldest are found in order.
CREATE TABLE approval_people (
    approval TEXT    NOT NULL REFERENCES approvals (id),
    step     BIGINT  NOT NULL,
    person   TEXT    NOT NULL REFERENCES people (id),
    number   BIGINT  NOT NULL,
    pending  BOOLEAN NOT NULL,
    waiting  BOOLEAN NOT NULL,
    PRIMARY KEY (approval, step, person)
);
CREATE INDEX approval_people_pending ON approval_people (person, number) WHERE pending;
CREATE INDEX approval_people_waiting ON approval_people (person, number) WHERE waiting;

-- Part of what the generation counts.
CREATE TABLE absences (
    person   TEXT   NOT NULL PRIMARY KEY REFERENCES people (id),
    last_day TEXT   NOT NULL,
    delegate TEXT   NOT NULL,
    set_at   BIGINT NOT NULL
);

-- The channels in which the bot does not speak unasked, known ones or not.
CREATE TABLE quiet_channels (
    workspace TEXT   NOT NULL,
    channel   TEXT   NOT NULL,
    set_at    BIGINT NOT NULL,
    set_by    TEXT   NOT NULL,
    PRIMARY KEY (workspace, channel)
);
