-- +goose Up

-- sealed holds how to reach a candidate and what they are paid. email_hash and phone_hash are keyed
-- hashes, '' where there is none. listed says that every recruiter may know of the candidate: who
-- applies to nothing, or to something that is not confidential. number is that of the reference.
CREATE TABLE candidates (
    id          TEXT    NOT NULL PRIMARY KEY,
    number      BIGINT  NOT NULL,
    name        TEXT    NOT NULL,
    sealed      TEXT    NOT NULL,
    email_hash  TEXT    NOT NULL,
    phone_hash  TEXT    NOT NULL,
    source      TEXT    NOT NULL,
    referred_by TEXT    NOT NULL,
    ecosystem   TEXT    NOT NULL,
    months      BIGINT  CHECK (months >= 0),
    notice_days BIGINT  CHECK (notice_days >= 0),
    resume      TEXT    NOT NULL,
    listed      BOOLEAN NOT NULL,
    added_by    TEXT    NOT NULL,
    created_at  BIGINT  NOT NULL,
    changed_at  BIGINT  NOT NULL,
    version     BIGINT  NOT NULL
);
CREATE INDEX candidates_listed ON candidates (number) WHERE listed;
CREATE INDEX candidates_email ON candidates (email_hash) WHERE email_hash <> '';
CREATE INDEX candidates_phone ON candidates (phone_hash) WHERE phone_hash <> '';

-- The words of a candidate's name and reference, folded: see requisition_words.
CREATE TABLE candidate_words (
    candidate TEXT  NOT NULL REFERENCES candidates (id),
    word      BYTEA NOT NULL,
    PRIMARY KEY (candidate, word)
);
CREATE INDEX candidate_words_word ON candidate_words (word, candidate);

-- body is sealed: the text and its link. requisition is '' for a note on nothing in particular.
CREATE TABLE candidate_notes (
    id          TEXT   NOT NULL PRIMARY KEY,
    candidate   TEXT   NOT NULL REFERENCES candidates (id),
    requisition TEXT   NOT NULL,
    by_person   TEXT   NOT NULL,
    at          BIGINT NOT NULL,
    body        TEXT   NOT NULL
);
CREATE INDEX candidate_notes_candidate ON candidate_notes (candidate, at, id);

-- outcome is sealed: the reason of a rejection or withdrawal. confidential repeats the requisition's.
-- waiting_since is NULL where the candidate waits for no word, ended_at while somebody works on the
-- application, due_at where no scorecard of it is waited for: else it is when the first is due.
CREATE TABLE applications (
    id            TEXT    NOT NULL PRIMARY KEY,
    number        BIGINT  NOT NULL,
    candidate     TEXT    NOT NULL REFERENCES candidates (id),
    requisition   TEXT    NOT NULL REFERENCES requisitions (id),
    stage         TEXT    NOT NULL CHECK (stage IN ('sourced', 'screening', 'interviewing', 'debrief', 'offer', 'accepted', 'hired', 'rejected', 'withdrawn')),
    stage_since   BIGINT  NOT NULL,
    last_stage    TEXT    NOT NULL,
    outcome       TEXT    NOT NULL,
    ended_at      BIGINT,
    last_word_at  BIGINT,
    waiting_since BIGINT,
    due_at        BIGINT,
    confidential  BOOLEAN NOT NULL,
    added_by      TEXT    NOT NULL,
    created_at    BIGINT  NOT NULL,
    changed_at    BIGINT  NOT NULL,
    version       BIGINT  NOT NULL,
    UNIQUE (candidate, requisition)
);
CREATE INDEX applications_list ON applications (stage, confidential, number);
CREATE INDEX applications_requisition ON applications (requisition, stage, number);

-- How many applications of a requisition are in each stage, moved in the same transaction.
CREATE TABLE application_counts (
    requisition TEXT   NOT NULL REFERENCES requisitions (id),
    stage       TEXT   NOT NULL,
    n           BIGINT NOT NULL CHECK (n >= 0),
    PRIMARY KEY (requisition, stage)
);

-- The people who have a part in an application: the team of its requisition, its hiring manager, and
-- those who sit on an interview of it. sees says that it exists for them whatever their roles. The
-- other columns repeat the application's, so that somebody's own are found in order without reading
-- others; active_since is NULL once nobody works on it.
CREATE TABLE application_people (
    application   TEXT    NOT NULL REFERENCES applications (id),
    person        TEXT    NOT NULL REFERENCES people (id),
    candidate     TEXT    NOT NULL,
    requisition   TEXT    NOT NULL,
    team          BOOLEAN NOT NULL,
    manages       BOOLEAN NOT NULL,
    panel         BOOLEAN NOT NULL,
    sees          BOOLEAN NOT NULL,
    stage         TEXT    NOT NULL,
    confidential  BOOLEAN NOT NULL,
    number        BIGINT  NOT NULL,
    waiting_since BIGINT,
    active_since  BIGINT,
    due_at        BIGINT,
    PRIMARY KEY (application, person)
);
CREATE INDEX application_people_requisition ON application_people (requisition);
CREATE INDEX application_people_candidate ON application_people (candidate, person);
CREATE INDEX application_people_team ON application_people (person, stage, confidential, number) WHERE team;
CREATE INDEX application_people_manages ON application_people (person, stage, number) WHERE manages;
CREATE INDEX application_people_sees ON application_people (person, number) WHERE sees;
CREATE INDEX application_people_hidden ON application_people (person, number) WHERE confidential;
CREATE INDEX application_people_waiting ON application_people (person, waiting_since) WHERE team AND waiting_since IS NOT NULL;
CREATE INDEX application_people_stuck ON application_people (person, active_since) WHERE team AND active_since IS NOT NULL;
CREATE INDEX application_people_due ON application_people (person, due_at) WHERE team AND due_at IS NOT NULL;

-- body is sealed: how to join, and the reason of a cancellation. starts_at is NULL while only times are
-- proposed.
CREATE TABLE interviews (
    id           TEXT   NOT NULL PRIMARY KEY,
    number       BIGINT NOT NULL,
    application  TEXT   NOT NULL REFERENCES applications (id),
    candidate    TEXT   NOT NULL,
    requisition  TEXT   NOT NULL,
    stage        TEXT   NOT NULL,
    starts_at    BIGINT,
    ends_at      BIGINT,
    minutes      BIGINT NOT NULL CHECK (minutes > 0),
    state        TEXT   NOT NULL CHECK (state IN ('proposed', 'scheduled', 'done', 'cancelled', 'no_show')),
    body         TEXT   NOT NULL,
    slots        TEXT   NOT NULL DEFAULT '[]',
    sequence     BIGINT NOT NULL,
    told         BIGINT NOT NULL,
    made_by      TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    changed_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL
);
CREATE INDEX interviews_application ON interviews (application, number);
CREATE INDEX interviews_candidate ON interviews (candidate, starts_at) WHERE state = 'scheduled';
CREATE INDEX interviews_coming ON interviews (starts_at, number) WHERE state = 'scheduled';
CREATE INDEX interviews_proposed ON interviews (number) WHERE state = 'proposed';

-- Who sits on an interview now, in the order of position. state, starts_at and ends_at repeat the
-- interview's.
CREATE TABLE panelists (
    interview TEXT   NOT NULL REFERENCES interviews (id),
    person    TEXT   NOT NULL REFERENCES people (id),
    position  BIGINT NOT NULL,
    leads     TEXT   NOT NULL DEFAULT '[]',
    state     TEXT   NOT NULL,
    starts_at BIGINT,
    ends_at   BIGINT,
    PRIMARY KEY (interview, person)
);
CREATE INDEX panelists_coming ON panelists (person, starts_at) WHERE state = 'scheduled';
CREATE INDEX panelists_proposed ON panelists (person) WHERE state = 'proposed';

-- One for each interview and each who sits on it or did. content and notes are sealed: what is said
-- of the candidate, and what its author alone may read. waits says that it is waited for, nudge_at
-- when a reminder is due. What was submitted stays: no statement takes a row back from that state.
CREATE TABLE scorecards (
    interview    TEXT    NOT NULL REFERENCES interviews (id),
    person       TEXT    NOT NULL REFERENCES people (id),
    application  TEXT    NOT NULL REFERENCES applications (id),
    candidate    TEXT    NOT NULL,
    requisition  TEXT    NOT NULL,
    stage        TEXT    NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN ('pending', 'draft', 'submitted', 'declined', 'waived')),
    waits        BOOLEAN NOT NULL,
    seated       BOOLEAN NOT NULL,
    content      TEXT    NOT NULL,
    notes        TEXT    NOT NULL,
    ends_at      BIGINT,
    due_at       BIGINT,
    edition      BIGINT  NOT NULL,
    submitted_at BIGINT,
    amended_at   BIGINT,
    removed      BOOLEAN NOT NULL,
    handed_to    TEXT    NOT NULL,
    waived_for   TEXT    NOT NULL,
    nudges       BIGINT  NOT NULL,
    nudge_at     BIGINT,
    version      BIGINT  NOT NULL,
    PRIMARY KEY (interview, person),
    CHECK ((state = 'submitted') = (edition > 0))
);
CREATE INDEX scorecards_application ON scorecards (application);
CREATE INDEX scorecards_candidate ON scorecards (candidate);
CREATE INDEX scorecards_mine ON scorecards (person, due_at) WHERE waits;
CREATE INDEX scorecards_done ON scorecards (person, submitted_at) WHERE state = 'submitted';
CREATE INDEX scorecards_nudge ON scorecards (nudge_at) WHERE nudge_at IS NOT NULL;

-- Append-only: every version of a scorecard, sealed.
CREATE TABLE scorecard_versions (
    interview TEXT   NOT NULL,
    person    TEXT   NOT NULL,
    edition   BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    content   TEXT   NOT NULL,
    PRIMARY KEY (interview, person, edition),
    FOREIGN KEY (interview, person) REFERENCES scorecards (interview, person)
);

-- The first time that somebody opened the scorecards of others of an interview; early is before all
-- were in, for a reason, which is sealed.
CREATE TABLE scorecard_looks (
    interview   TEXT    NOT NULL REFERENCES interviews (id),
    person      TEXT    NOT NULL,
    application TEXT    NOT NULL,
    at          BIGINT  NOT NULL,
    early       BOOLEAN NOT NULL,
    reason      TEXT    NOT NULL,
    PRIMARY KEY (interview, person)
);
CREATE INDEX scorecard_looks_application ON scorecard_looks (application);
