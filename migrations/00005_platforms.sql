-- +goose Up

-- merged_into is the person who goes on for somebody whose accounts were joined with theirs, '' for most.
-- Who is merged is not active, has no account and no role, and stays as what records hold.
ALTER TABLE people ADD COLUMN merged_into TEXT NOT NULL DEFAULT '';

-- mapped says that a role came by a role of the platform, with which it goes again.
ALTER TABLE person_roles ADD COLUMN mapped BOOLEAN NOT NULL DEFAULT FALSE;

-- platform_groups are the ids of the platform's own roles of an account, in order, joined by commas.
-- latest says of one account of a person who has several that they last wrote to the bot from it.
ALTER TABLE identities ADD COLUMN platform_groups TEXT NOT NULL DEFAULT '';
ALTER TABLE identities ADD COLUMN latest BOOLEAN NOT NULL DEFAULT FALSE;

-- A one-time code that joins two accounts. person and from_* made it; to_* are the account that typed it,
-- which alone can confirm.
CREATE TABLE link_codes (
    id             TEXT   NOT NULL PRIMARY KEY,
    hash           TEXT   NOT NULL UNIQUE,
    person         TEXT   NOT NULL REFERENCES people (id),
    from_workspace TEXT   NOT NULL,
    from_user      TEXT   NOT NULL,
    to_workspace   TEXT   NOT NULL DEFAULT '',
    to_user        TEXT   NOT NULL DEFAULT '',
    created_at     BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL,
    tries          BIGINT NOT NULL,
    used_at        BIGINT
);
CREATE INDEX link_codes_person ON link_codes (person);
CREATE INDEX link_codes_expires_at ON link_codes (expires_at);

-- How many wrong codes an account has typed since an instant.
CREATE TABLE link_tries (
    workspace TEXT   NOT NULL,
    user_id   TEXT   NOT NULL,
    since     BIGINT NOT NULL,
    tries     BIGINT NOT NULL,
    PRIMARY KEY (workspace, user_id)
);
