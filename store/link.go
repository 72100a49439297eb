package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
)

const (
	// LinkLife is how long a code that joins two accounts can be used.
	LinkLife = 10 * time.Minute
	// LinkTries is how many wrong codes an account may type in LinkPause, and how often a right one may
	// be typed.
	LinkTries = 5
	// LinkPause is how long an account that typed too many wrong codes has to wait, from the first of them.
	LinkPause = time.Hour
)

// LinkStatus is what became of a try to join two accounts.
type LinkStatus string

const (
	// LinkReady means that the code is right, and that the account which typed it may confirm.
	LinkReady LinkStatus = "ready"
	// LinkWrong means that no code like this can be used: it is wrong, expired, used, or was typed by
	// somebody else before. Which of them is not told, since whoever guesses would learn from it.
	LinkWrong LinkStatus = "wrong"
	// LinkWait means that the account has typed too many wrong codes.
	LinkWait LinkStatus = "wait"
)

// Link is a code that two accounts are joined by.
type Link struct {
	ID string
	// Person made the code, from the account From. To is the account that typed it.
	Person   string
	From, To hiring.Identity
}

// LinkResult is what became of a try. A wrong try counts only when its unit commits, so that it is a
// result and no error.
type LinkResult struct {
	Status LinkStatus
	Link   Link
	// Left is the number of wrong codes that the account may still type.
	Left int
}

// NewLinkCode makes a one-time code for the person and account that act, such as "K7QM-2XRA-PL4D". Only
// its keyed hash is kept; the codes that they made before are void.
func (t *Tx) NewLinkCode(ctx context.Context) (string, error) {
	id, err := newID()
	if err != nil {
		return "", err
	}
	if _, err := t.write(ctx, `DELETE FROM link_codes WHERE person = $1 AND used_at IS NULL`, t.actor.ID); err != nil {
		return "", fmt.Errorf("void the codes before: %w", err)
	}
	letters := rand.Text()[:claimLength]
	_, err = t.write(ctx,
		`INSERT INTO link_codes (id, hash, person, from_workspace, from_user, created_at, expires_at, tries) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)`,
		id, t.store.keys.Lookup(linkRecord(letters)), t.actor.ID, t.actor.Identity.Workspace, t.actor.Identity.User,
		instant{t.now}, instant{t.now.Add(LinkLife)})
	if err != nil {
		return "", fmt.Errorf("keep the code: %w", err)
	}
	var groups []string
	for i := 0; i < claimLength; i += claimGroup {
		groups = append(groups, letters[i:i+claimGroup])
	}
	return strings.Join(groups, "-"), nil
}

func linkRecord(letters string) string { return "link/" + letters }

// TryLink tries a code that an account has typed. A right one is bound to that account: nobody else can
// use it from then on. Blanks, hyphens and case do not matter.
func (t *Tx) TryLink(ctx context.Context, code string, who bot.Identity) (LinkResult, error) {
	left, err := t.linkTriesLeft(ctx, who)
	if err != nil {
		return LinkResult{}, err
	}
	if left <= 0 {
		return LinkResult{Status: LinkWait}, nil
	}
	var q statement
	q.add(`UPDATE link_codes SET tries = tries + 1, to_workspace = ` + q.arg(who.Workspace) + `, to_user = ` + q.arg(who.User) +
		` WHERE hash IN (` + q.list(t.store.keys.Lookups(linkRecord(codeLetters(code)))) + `) AND used_at IS NULL AND expires_at > ` + q.arg(instant{t.now}) +
		` AND tries < ` + q.arg(LinkTries) + ` AND (to_user = '' OR to_workspace = ` + q.arg(who.Workspace) + ` AND to_user = ` + q.arg(who.User) + `)` +
		` RETURNING id`)
	var id string
	err = t.conn.row(ctx, []any{&id}, q.text.String(), q.args...)
	if errors.Is(err, sql.ErrNoRows) {
		if left, err = t.countLinkTry(ctx, who); err != nil {
			return LinkResult{}, err
		}
		return LinkResult{Status: LinkWrong, Left: left}, nil
	}
	if err != nil {
		return LinkResult{}, fmt.Errorf("try a code: %w", err)
	}
	link, err := t.Link(ctx, id)
	return LinkResult{Status: LinkReady, Link: link}, err
}

// codeLetters returns a code as it is hashed, however it was typed.
func codeLetters(code string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToUpper(strings.TrimSpace(code)))
}

// linkTriesLeft returns how many wrong codes an account may still type.
func (t *Tx) linkTriesLeft(ctx context.Context, who bot.Identity) (int, error) {
	if t.handle == nil {
		return 0, errReadsOnly
	}
	var (
		tries int
		since instant
	)
	err := t.conn.row(ctx, []any{&tries, &since}, `SELECT tries, since FROM link_tries WHERE workspace = $1 AND user_id = $2`, who.Workspace, who.User)
	if errors.Is(err, sql.ErrNoRows) || err == nil && !t.now.Before(since.Add(LinkPause)) {
		return LinkTries, nil
	}
	if err != nil {
		return 0, fmt.Errorf("count the wrong codes: %w", err)
	}
	return LinkTries - tries, nil
}

// countLinkTry counts a wrong code, and returns how many more may be typed.
func (t *Tx) countLinkTry(ctx context.Context, who bot.Identity) (int, error) {
	var tries int
	err := t.conn.row(ctx, []any{&tries},
		`INSERT INTO link_tries (workspace, user_id, since, tries) VALUES ($1, $2, $3, 1)
		 ON CONFLICT (workspace, user_id) DO UPDATE SET
		   tries = CASE WHEN link_tries.since <= $4 THEN 1 ELSE link_tries.tries + 1 END,
		   since = CASE WHEN link_tries.since <= $4 THEN excluded.since ELSE link_tries.since END RETURNING tries`,
		who.Workspace, who.User, instant{t.now}, instant{t.now.Add(-LinkPause)})
	if err != nil {
		return 0, fmt.Errorf("count a wrong code: %w", err)
	}
	return max(0, LinkTries-tries), nil
}

// Link returns a code that an account has typed and that can still be confirmed. It returns a NotFound
// error where there is none, or no more.
func (t *Tx) Link(ctx context.Context, id string) (Link, error) {
	l := Link{ID: id}
	err := t.conn.row(ctx, []any{&l.Person, &l.From.Workspace, &l.From.User, &l.To.Workspace, &l.To.User},
		`SELECT person, from_workspace, from_user, to_workspace, to_user FROM link_codes
		 WHERE id = $1 AND used_at IS NULL AND to_user <> '' AND expires_at > $2`, id, instant{t.now})
	if errors.Is(err, sql.ErrNoRows) {
		return Link{}, notFound("code that can still be used")
	}
	if err != nil {
		return Link{}, fmt.Errorf("read a code: %w", err)
	}
	return l, nil
}

// Merge joins the account that typed a code, and all others of its person, with the person who made the
// code, and uses the code up. It is the accounts that move, never a record: the other person stays as
// what records hold, merged, with no account, no role and no access. It returns the survivor and the
// other, who is the zero Person where nobody had the account yet.
//
// It returns a NotFound error for a code that cannot be used any more, and a Conflict error where both
// are the same, or one of them is not active. What else speaks against it is the caller's to find out, and what
// asks the other for something is the caller's to settle.
func (t *Tx) Merge(ctx context.Context, link Link) (survivor, other hiring.Person, err error) {
	err = t.change(ctx, func() error {
		// What was read before may have changed until here; from here on nobody changes it.
		if link, err = t.Link(ctx, link.ID); err != nil {
			return err
		}
		var known bool
		survivor, known = t.snapshot.Person(link.Person)
		if !known || !survivor.Active {
			return hiring.Errorf(hiring.Conflict, "Who made this code is not here any more.")
		}
		if other, known = t.snapshot.PersonByIdentity(link.To.Workspace, link.To.User); !known {
			if err := t.link(ctx, survivor.ID, link.To); err != nil {
				return err
			}
		} else if err := t.merge(ctx, survivor, other); err != nil {
			return err
		}
		n, err := t.write(ctx, `UPDATE link_codes SET used_at = $2 WHERE id = $1 AND used_at IS NULL`, link.ID, instant{t.now})
		if err != nil {
			return fmt.Errorf("use the code up: %w", err)
		}
		if n == 0 {
			return notFound("code that can still be used")
		}
		return nil
	})
	if err != nil {
		return hiring.Person{}, hiring.Person{}, err
	}
	survivor, _ = t.snapshot.Person(survivor.ID)
	other, _ = t.snapshot.Person(other.ID)
	return survivor, other, nil
}

// merge moves the accounts of one person to another. It is part of a change.
func (t *Tx) merge(ctx context.Context, survivor, other hiring.Person) error {
	switch {
	case survivor.ID == other.ID:
		return hiring.Errorf(hiring.Conflict, "This account is yours already.")
	case !other.Active:
		return hiring.Errorf(hiring.Conflict, "%s is not active here.", other.Name)
	}
	if _, err := t.write(ctx, `UPDATE identities SET person = $2, latest = FALSE WHERE person = $1`, other.ID, survivor.ID); err != nil {
		return fmt.Errorf("move the accounts: %w", err)
	}
	if _, err := t.write(ctx, `DELETE FROM person_roles WHERE person = $1`, other.ID); err != nil {
		return fmt.Errorf("take the roles: %w", err)
	}
	n, err := t.write(ctx, `UPDATE people SET merged_into = $3, active = FALSE, left_platform = FALSE, version = version + 1 WHERE id = $1 AND version = $2`,
		other.ID, other.Version, survivor.ID)
	if err != nil {
		return fmt.Errorf("merge a person: %w", err)
	}
	if n == 0 {
		return changedMeanwhile(other.Name)
	}
	// Who was merged into the other before is the survivor's from now on.
	if _, err := t.write(ctx, `UPDATE people SET merged_into = $2 WHERE merged_into = $1`, other.ID, survivor.ID); err != nil {
		return fmt.Errorf("merge a person: %w", err)
	}
	// Codes of the other's would join accounts with somebody who is not there any more.
	if _, err := t.write(ctx, `DELETE FROM link_codes WHERE person = $1 AND used_at IS NULL`, other.ID); err != nil {
		return fmt.Errorf("void the codes of a person: %w", err)
	}
	return t.moveHomes(ctx, other.ID, survivor.ID)
}

// moveHomes has the homes that somebody has opened show those of somebody else from now on.
func (t *Tx) moveHomes(ctx context.Context, from, to string) error {
	n, err := t.write(ctx, `UPDATE outbox SET person = $2, lane = $3, redraw = redraw + 1, next_at = $4 WHERE view_name = 'home' AND person = $1`,
		from, to, HomeLane(to), instant{t.now})
	if err != nil {
		return fmt.Errorf("move the homes: %w", err)
	}
	if n > 0 {
		t.wakeAt(HomeLane(to), t.now)
	}
	return nil
}

// Survivor returns the id of who goes on for a person: themselves, but for somebody who was merged.
func (p *Snapshot) Survivor(person string) string {
	if into := p.people[person].MergedInto; into != "" {
		return into
	}
	return person
}

// MergedInto returns the ids of those who were merged into a person.
func (p *Snapshot) MergedInto(person string) []string {
	var out []string
	for _, id := range p.order {
		if person != "" && p.people[id].MergedInto == person {
			out = append(out, id)
		}
	}
	return out
}

// OpenApprovals returns all open approvals, the oldest first.
func (t *Tx) OpenApprovals(ctx context.Context) ([]hiring.Approval, error) {
	return t.approvals(ctx, `SELECT `+approvalColumns+` FROM approvals a WHERE a.state = 'open' ORDER BY a.number`)
}

// noteUse puts on record that somebody who has several accounts wrote from another one than before:
// that is where they are written to first. It is no part of what they asked for, and a failure is only
// logged.
func (s *Store) noteUse(ctx context.Context, ev bot.Event) {
	if ev.Type != bot.Invoke && ev.Type != bot.Press && ev.Type != bot.Submit {
		return
	}
	snapshot := s.snapshot.Load()
	if snapshot == nil || snapshot.usedLast(hiring.Identity(ev.From)) {
		return
	}
	err := s.InTx(ctx, func(t *Tx) error {
		if t.snapshot.usedLast(hiring.Identity(ev.From)) {
			return nil
		}
		return t.change(ctx, func() error {
			_, err := t.write(ctx, `UPDATE identities SET latest = (workspace = $2 AND user_id = $3) WHERE person = $1`,
				t.snapshot.accounts[hiring.Identity(ev.From)].person, ev.From.Workspace, ev.From.User)
			if err != nil {
				return fmt.Errorf("note the account that was used last: %w", err)
			}
			return nil
		})
	})
	if err != nil && ctx.Err() == nil {
		s.log.WarnContext(ctx, "which account was used last was not kept", "workspace", ev.From.Workspace, "err", err)
	}
}

// usedLast tells whether there is nothing to note of the use of an account: it is the last one used, or
// closed, or the only one of its person.
func (p *Snapshot) usedLast(identity hiring.Identity) bool {
	a, known := p.accounts[identity]
	return !known || a.latest || !a.active || len(p.people[a.person].Identities) < 2
}
