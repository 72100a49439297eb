-- +goose Up

-- What the platform told last of an account: part of what the generation counts. email_hash is a keyed
-- hash, '' where the platform tells none. made_admin says that the account was given the role of admin
-- by the configuration, which happens once.
ALTER TABLE identities ADD COLUMN guest BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE identities ADD COLUMN active BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE identities ADD COLUMN zone TEXT NOT NULL DEFAULT '';
ALTER TABLE identities ADD COLUMN email_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE identities ADD COLUMN made_admin BOOLEAN NOT NULL DEFAULT FALSE;

-- left_platform says of somebody who is not active that their platforms closed all of their accounts,
-- and that no admin deactivated them.
ALTER TABLE people ADD COLUMN left_platform BOOLEAN NOT NULL DEFAULT FALSE;
