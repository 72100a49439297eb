package store

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
)

// HomeView is the name of the view that a home shows.
const HomeView = "home"

// HomeLane returns the lane in which a person's homes are drawn again. It is their own, since a home
// neither waits for messages nor holds them up.
func HomeLane(person string) string { return "home:" + person }

// Home tells whether a row is no message but a home, which somebody has opened and which stays open.
func (r Row) Home() bool { return r.View.Name == HomeView && r.Posted.In.Channel == bot.HomePlace }

// KeepHome puts on record that an account has opened its home, so that it is drawn again whenever what
// it shows may have changed. It does nothing for an account of which nobody active is known, and
// nothing for a home that is on record, unless it was given up: it is drawn again from now on.
func (t *Tx) KeepHome(ctx context.Context, who bot.Identity) error {
	person := t.snapshot.Actor(who).ID
	if person == "" {
		return nil
	}
	id, err := newID()
	if err != nil {
		return err
	}
	lane := HomeLane(person)
	// It is drawn once more at once: what it shows may have changed after it was drawn, and before
	// anybody could know of it here.
	n, err := t.write(ctx,
		`INSERT INTO outbox (id, once, lane, person, workspace, channel, private, view_name, subject, why, created_at, due_at, state, next_at, sent_at, redraw,
		   posted_workspace, posted_channel, posted_private, posted_id)
		 VALUES ($1, $2, $3, $4, '', '', FALSE, $5, '', '', $6, $6, 'sent', $6, $6, 1, $7, $8, TRUE, $9)
		 ON CONFLICT (once) DO UPDATE SET lane = excluded.lane, person = excluded.person, state = 'sent', next_at = excluded.next_at,
		   redraw = outbox.redraw + 1, attempts = 0, reason = ''
		 WHERE outbox.state <> 'sent' OR outbox.person <> excluded.person`,
		id, "home:"+who.Workspace+"/"+who.User, lane, person, HomeView, instant{t.now}, who.Workspace, bot.HomePlace, who.User)
	if err != nil {
		return fmt.Errorf("keep the home of %s: %w", person, err)
	}
	if n == 1 {
		t.wakeAt(lane, t.now)
	}
	return nil
}

// concern notes people whose homes may show something else once this unit is committed. Whatever
// writes what a home is drawn from calls it, so that no command has to.
func (t *Tx) concern(people ...string) {
	if t.concerned == nil {
		t.concerned = map[string]bool{}
	}
	for _, person := range people {
		if person != "" {
			t.concerned[person] = true
		}
	}
}

// concernTeam notes the people for whom a requisition exists, or existed before. Those who recruit
// see whether somebody who left still owns it.
func (t *Tx) concernTeam(people ...string) {
	t.concern(people...)
	for _, person := range people {
		if one, ok := t.snapshot.people[person]; ok && !one.Active {
			t.concern(t.snapshot.recruiters()...)
			return
		}
	}
}

// concernApproval notes the people who see that an approval waits for them: those who asked, those
// who are asked or were, and those who decide in their place.
func (t *Tx) concernApproval(a hiring.Approval, before ...string) {
	t.concern(a.Requester, a.Author)
	for _, person := range slices.Concat(approversOf(a), before) {
		t.concern(person, t.snapshot.absences[person].Delegate)
	}
}

func (p *Snapshot) recruiters() []string { return ids(p.PeopleWith(hiring.Recruiter)) }

func ids(people []hiring.Person) []string {
	all := make([]string, 0, len(people))
	for _, one := range people {
		all = append(all, one.ID)
	}
	return all
}

// concernedBy returns the people whose homes show something else after a change of what snapshots
// hold, or true for everybody.
func concernedBy(before, after *Snapshot) (people []string, everybody bool) {
	admins := after.PeopleWith(hiring.Admin)
	if !maps.Equal(before.settings, after.settings) || !reflect.DeepEqual(before.playbooks, after.playbooks) ||
		(len(admins) == 0) != (len(before.PeopleWith(hiring.Admin)) == 0) {
		return nil, true
	}
	recruiters := after.recruiters()
	if (len(recruiters) == 0) != (len(before.recruiters()) == 0) {
		people = append(people, ids(admins)...) // they are told to set the company up
	}
	for id, now := range after.people {
		was := before.people[id]
		if was.Active != now.Active || !now.Active && was.Name != now.Name {
			people = append(people, recruiters...)
		}
		if was.Name != now.Name || was.Active != now.Active || !slices.Equal(was.Roles, now.Roles) || before.Zone(id).String() != after.Zone(id).String() {
			people = append(people, id)
		}
		if was, now := before.absences[id], after.absences[id]; was != now {
			people = append(people, was.Delegate, now.Delegate)
		}
	}
	return people, false
}

// flushHomes has the homes drawn again of all whom this unit concerns, if they have opened one, and what
// tells them in a channel that something waits for them.
func (t *Tx) flushHomes(ctx context.Context) error {
	everybody := t.stale // nobody can tell what has changed
	if t.changed && !everybody {
		var people []string
		people, everybody = concernedBy(t.before, t.snapshot)
		t.concern(people...)
	}
	if !everybody && len(t.concerned) == 0 {
		return nil
	}
	var q statement
	q.add(`UPDATE outbox SET redraw = redraw + 1, next_at = COALESCE(next_at, ` + q.arg(instant{t.now}) + `) WHERE state = 'sent' AND `)
	if everybody {
		q.add(`view_name = 'home'`)
	} else {
		people := slices.Sorted(maps.Keys(t.concerned))
		subjects := make([]string, len(people))
		for i, person := range people {
			subjects[i] = WaitingPrefix + person
		}
		// Apart, so that each finds its index.
		q.add(`id IN (SELECT id FROM outbox WHERE view_name = 'home' AND state = 'sent' AND person IN (` + q.list(people) + `)
			UNION ALL SELECT id FROM outbox WHERE view_name = 'waiting' AND subject IN (` + q.list(subjects) + `))`)
	}
	q.add(` RETURNING lane`)
	err := t.conn.each(ctx, func(scan func(...any) error) error {
		var lane string
		if err := scan(&lane); err != nil {
			return err
		}
		t.wakeAt(lane, t.now)
		return nil
	}, q.text.String(), q.args...)
	if err != nil {
		return fmt.Errorf("have homes drawn again: %w", err)
	}
	return nil
}
