package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// user is an account of the company's workspace.
func user(id string) bot.Identity { return bot.Identity{Workspace: "slack:T1", User: id} }

// here is the profile of somebody of whom nothing is particular.
func here(name string) bot.Profile { return bot.Profile{Name: name, Active: true} }

// keep keeps a profile and returns whose it is.
func (w *world) keep(t *testing.T, who bot.Identity, p bot.Profile, admin bool) hiring.Person {
	t.Helper()
	var kept hiring.Person
	must(t, w.InTx(t.Context(), func(tx *store.Tx) (err error) {
		kept, err = tx.KeepProfile(t.Context(), who, p, admin)
		return err
	}))
	return kept
}

// generation counts the changes of what snapshots hold.
func (w *world) generation(t *testing.T) int { return w.count(t, `SELECT n FROM generation`) }

// facts returns what is on record of a person, the oldest first.
func (w *world) facts(t *testing.T, person string) []string {
	t.Helper()
	rows, err := w.AuditRows(t.Context(), store.AuditFilter{Subject: "person:" + person})
	must(t, err)
	var all []string
	for _, r := range rows {
		if r.Actor != store.SystemActor {
			t.Errorf("%s is by %s", r.Fact, r.Actor)
		}
		all = append(all, r.Fact)
	}
	slices.Sort(all)
	return all
}

func TestAnUnknownAccountBecomesAPerson(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		asha := w.keep(t, user("U1"), here("  Asha   Rao "), false)
		want := hiring.Person{ID: "P-1", Name: "Asha Rao", Active: true, Identities: []hiring.Identity{hiring.Identity(user("U1"))}, CreatedAt: start, Version: 1}
		if diff := cmp.Diff(want, asha); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"added"}, w.facts(t, asha.ID)); diff != "" {
			t.Error(diff)
		}
		actor := read(t, w.Store).Actor(user("U1"))
		if actor.ID != "P-1" || actor.Outsider || len(actor.Roles) != 0 {
			t.Errorf("acts as %+v", actor)
		}
		if p := w.keep(t, user("U2"), here("asha\u200b rao"), false); p.Name != "asha\u200b rao (U2)" {
			t.Errorf("a taken name: %s", p.Name)
		}
		if p := w.keep(t, user("U3"), here(" \u200b "), false); p.Name != "U3" {
			t.Errorf("without a name: %q", p.Name)
		}
		if p := w.keep(t, user("U4"), here(strings.Repeat("ä", 200)), false); len([]rune(p.Name)) != 80 {
			t.Errorf("a long name: %q", p.Name)
		}
		if p := w.keep(t, user("U5"), here(strings.Repeat("ä", 200)), false); len([]rune(p.Name)) != 80 || !strings.HasSuffix(p.Name, "ä (U5)") {
			t.Errorf("a long name that is taken: %q", p.Name)
		}
		for i, name := range []string{"U1", "<@u1>", "@U1"} {
			id := fmt.Sprintf("U6%d", i)
			if p := w.keep(t, user(id), here(name), false); p.Name != name+" ("+id+")" {
				t.Errorf("named like somebody else's account: %q", p.Name)
			}
		}
		before := w.generation(t)
		for name, tc := range map[string]struct {
			who     bot.Identity
			profile bot.Profile
		}{
			"a robot":              {user("U7"), bot.Profile{Name: "Robot", Active: true, Robot: true}},
			"a closed account":     {user("U8"), bot.Profile{Name: "Gone"}},
			"no account":           {user(""), here("Nobody")},
			"of a community":       {bot.Identity{Workspace: "slack:T2", User: "U1"}, here("Other")},
			"of an unknown place":  {bot.Identity{Workspace: "slack:T3", User: "U1"}, here("Other")},
			"of no place":          {bot.Identity{User: "U1"}, here("Other")},
			"of the command line":  {bot.Identity{Workspace: store.PersonWorkspace, User: "P-1"}, bot.Profile{Name: "Asha"}},
			"a robot that is kept": {user("U1"), bot.Profile{Name: "Asha", Robot: true}},
		} {
			p := w.keep(t, tc.who, tc.profile, true)
			if p.ID != "" && p.ID != asha.ID {
				t.Errorf("%s is %+v", name, p)
			}
		}
		if w.generation(t) != before || len(read(t, w.Store).People()) != 8 || len(read(t, w.Store).PeopleWith(hiring.Admin)) != 0 {
			t.Errorf("something was kept of what is nobody of the company")
		}
	})
}

func TestAProfileIsWrittenOnlyWhereItChanged(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		berlin, err := time.LoadLocation("Europe/Berlin")
		must(t, err)
		profile := bot.Profile{Name: "Asha", Email: "Asha@Example.com", Zone: berlin, Active: true}
		w.keep(t, user("U1"), profile, false)
		before := w.generation(t)
		w.clock.advance(48 * time.Hour)
		same := profile
		same.Name, same.Email = "Another name", "asha@example.COM "
		w.keep(t, user("U1"), same, false)
		if w.generation(t) != before {
			t.Error("a mere check counts as a change")
		}
		must(t, w.Read(t.Context(), func(tx *store.Tx) error {
			if !tx.ProfileKept(user("U1"), profile, false) {
				t.Error("what was kept is not")
			}
			person, err := tx.KeepProfile(t.Context(), user("U1"), profile, false)
			if err != nil || person.ID != "P-1" {
				t.Errorf("a check needs no transaction: %+v, %v", person, err)
			}
			other := profile
			other.Guest = true
			if tx.ProfileKept(user("U1"), other, false) {
				t.Error("what is new is kept")
			}
			if _, err := tx.KeepProfile(t.Context(), user("U1"), other, false); err == nil {
				t.Error("a change needs no transaction")
			}
			return nil
		}))
		for i, change := range []func(*bot.Profile){
			func(p *bot.Profile) { p.Email = "asha@example.org" },
			func(p *bot.Profile) { p.Email = "" },
			func(p *bot.Profile) { p.Zone = time.UTC },
			func(p *bot.Profile) { p.Zone = nil },
			func(p *bot.Profile) { p.Guest = true },
			func(p *bot.Profile) { p.Guest = false },
			func(p *bot.Profile) { p.Active = false },
		} {
			before = w.generation(t)
			change(&profile)
			w.keep(t, user("U1"), profile, false)
			if w.generation(t) != before+1 {
				t.Errorf("change %d: the generation went from %d to %d", i, before, w.generation(t))
			}
		}
	})
}

func TestAnEmailAddressIsKeptAsAKeyedHash(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		profile := here("Asha")
		profile.Email = "asha.rao@example.com"
		w.keep(t, user("U1"), profile, false)
		keys, err := store.ParseKeys(w.keys)
		must(t, err)
		if kept := w.lines(t, `SELECT email_hash FROM identities`); len(kept) != 1 || strings.TrimSpace(kept[0]) != keys.Lookup("Asha.Rao@example.com") {
			t.Errorf("kept: %v", kept)
		}
		for _, table := range []string{"people", "identities", "audit", "events", "outbox"} {
			if rows := fmt.Sprint(w.lines(t, `SELECT * FROM `+table)); strings.Contains(rows, "asha.rao") {
				t.Errorf("%s has it in clear: %s", table, rows)
			}
		}
	})
}

func TestZones(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		berlin, err := time.LoadLocation("Europe/Berlin")
		must(t, err)
		at := func(zone *time.Location) bot.Profile {
			p := here("Asha")
			p.Zone = zone
			return p
		}
		zone := func() string {
			s := read(t, w.Store)
			return s.Zone("P-1").String() + " " + s.Actor(user("U1")).Zone.String()
		}
		for _, tc := range []struct {
			name string
			zone *time.Location
			want string
		}{
			{"of the company", nil, "Asia/Kolkata Asia/Kolkata"},
			{"of the platform", berlin, "Europe/Berlin Europe/Berlin"},
			{"that has no name", time.FixedZone("Somewhere", 3600), "Asia/Kolkata Asia/Kolkata"},
			{"of this machine", time.Local, "Asia/Kolkata Asia/Kolkata"},
			{"of the platform again", berlin, "Europe/Berlin Europe/Berlin"},
		} {
			w.keep(t, user("U1"), at(tc.zone), false)
			if got := zone(); got != tc.want {
				t.Errorf("%s: %s", tc.name, got)
			}
		}
		person, _ := read(t, w.Store).Person("P-1")
		if person.Zone != "" {
			t.Errorf("what the platform tells became their own setting: %s", person.Zone)
		}
		person.Zone = "America/New_York"
		must(t, w.InTx(t.Context(), func(tx *store.Tx) error { _, err := tx.SavePerson(t.Context(), person); return err }))
		if got := zone(); got != "America/New_York America/New_York" {
			t.Errorf("set by themselves: %s", got)
		}
		w.exec(t, `UPDATE people SET zone = ''`)
		w.exec(t, `UPDATE identities SET zone = 'Mars'`)
		w.exec(t, `UPDATE generation SET n = n + 1`)
		if got := zone(); got != "Asia/Kolkata Asia/Kolkata" || len(read(t, w.Store).Problems()) != 1 {
			t.Errorf("a zone that is unknown here: %s, %v", got, read(t, w.Store).Problems())
		}
	})
}

func TestAClosedAccountHasNoAccess(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.home(t)
		must(t, w.InTx(ctx, func(tx *store.Tx) error {
			return tx.SaveWorkspace(ctx, store.Workspace{ID: "discord:1", Name: "Acme", Platform: "discord", External: "1", Kind: store.HomeWorkspace})
		}))
		asha := w.person(t, "Asha", hiring.Recruiter)
		second := bot.Identity{Workspace: "discord:1", User: "9"}
		must(t, w.InTx(ctx, func(tx *store.Tx) error { return tx.LinkIdentity(ctx, asha.ID, hiring.Identity(second)) }))
		state := func() string {
			s := read(t, w.Store)
			p, _ := s.Person(asha.ID)
			slack, discord := s.Actor(user("Asha")), s.Actor(second)
			if (slack.Outsider && slack.ID != "") || (slack.Outsider && len(slack.Roles) > 0) || slack.Name != p.Name {
				t.Errorf("an outsider is %+v", slack)
			}
			return fmt.Sprintf("active %v, left %v, outsider %v %v, closed %d, linked %v, recruiters %d",
				p.Active, p.Left, slack.Outsider, discord.Outsider, len(p.Closed), p.Linked(), len(s.PeopleWith(hiring.Recruiter)))
		}
		gone := bot.Profile{Name: "Asha"}
		want := func(what, want string, facts ...string) {
			t.Helper()
			if got := state(); got != want {
				t.Errorf("%s: %s, want %s", what, got, want)
			}
			if diff := cmp.Diff(facts, w.facts(t, asha.ID)); diff != "" {
				t.Errorf("%s: %s", what, diff)
			}
			w.exec(t, `DELETE FROM audit`)
		}
		want("to begin with", "active true, left false, outsider false false, closed 0, linked true, recruiters 1")
		w.keep(t, second, gone, false)
		want("one is closed", "active true, left false, outsider false true, closed 1, linked true, recruiters 1", "account_closed")
		if p, _ := read(t, w.Store).Person(asha.ID); p.Identities[0] != hiring.Identity(user("Asha")) {
			t.Errorf("the open account is not the first: %v", p.Identities)
		}
		w.keep(t, user("Asha"), gone, false)
		want("both are closed", "active false, left true, outsider true true, closed 2, linked false, recruiters 0", "account_closed", "deactivated")
		w.keep(t, user("Asha"), gone, false)
		want("still closed", "active false, left true, outsider true true, closed 2, linked false, recruiters 0")
		w.keep(t, user("Asha"), here("Asha"), false)
		want("one is opened", "active true, left false, outsider false true, closed 1, linked true, recruiters 1", "account_opened", "reactivated")

		// Whom an admin deactivated the platform does not bring back.
		save := func(change func(*hiring.Person)) {
			t.Helper()
			p, _ := read(t, w.Store).Person(asha.ID)
			change(&p)
			must(t, w.InTx(t.Context(), func(tx *store.Tx) error { _, err := tx.SavePerson(t.Context(), p); return err }))
		}
		save(func(p *hiring.Person) { p.Active = false })
		w.keep(t, user("Asha"), gone, false)
		w.keep(t, user("Asha"), here("Asha"), false)
		want("deactivated by an admin", "active false, left false, outsider true true, closed 1, linked true, recruiters 0", "account_closed", "account_opened")
		save(func(p *hiring.Person) { p.Active = true })

		// And whom an admin has reactivated stays active, though by no account that is closed.
		w.keep(t, user("Asha"), gone, false)
		save(func(p *hiring.Person) { p.Active = true })
		w.keep(t, user("Asha"), gone, false)
		want("reactivated by an admin", "active true, left false, outsider true true, closed 2, linked false, recruiters 1", "account_closed", "deactivated")
		if actor := read(t, w.Store).ActorFor(asha.ID); actor.Outsider {
			t.Errorf("from the command line: %+v", actor)
		}
	})
}

func TestSomebodyWhoComesBackFindsTheirNameTaken(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		w.keep(t, user("U1"), here("Asha"), false)
		w.keep(t, user("U1"), bot.Profile{}, false)
		must(t, w.InTx(t.Context(), func(tx *store.Tx) error {
			_, err := tx.AddPerson(t.Context(), hiring.Person{Name: "Asha", Active: true})
			return err
		}))
		if p := w.keep(t, user("U1"), here("Asha"), false); !p.Active || p.Name != "Asha (U1)" {
			t.Errorf("back as %+v", p)
		}
	})
}

func TestGuests(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.home(t)
		guest, gone := here("Asha"), bot.Profile{}
		guest.Guest = true
		asha := w.person(t, "Asha", hiring.Admin, hiring.Recruiter, hiring.Interviewer)
		kept := w.keep(t, user("Asha"), guest, true)
		wantRoles := func(what string, p hiring.Person, guest bool, roles ...hiring.Role) {
			t.Helper()
			s := read(t, w.Store)
			var acts []hiring.Role
			for _, r := range s.Actor(user("Asha")).Roles {
				acts = append(acts, hiring.Role(r))
			}
			if p.Guest != guest || !slices.Equal(p.Roles, roles) || !slices.Equal(acts, roles) {
				t.Errorf("%s: %+v acts as %v, want %v", what, p, acts, roles)
			}
			for _, r := range hiring.Roles {
				if has := len(s.PeopleWith(r)) == 1; has != slices.Contains(roles, r) {
					t.Errorf("%s: has %s: %v", what, r, has)
				}
			}
		}
		wantRoles("a guest", kept, true, hiring.Interviewer)
		if diff := cmp.Diff([]string{"guest"}, w.facts(t, asha.ID)); diff != "" {
			t.Error(diff)
		}
		// What is saved of them meanwhile does not take what is withheld.
		kept.Zone = "Europe/Berlin"
		must(t, w.InTx(ctx, func(tx *store.Tx) (err error) { kept, err = tx.SavePerson(ctx, kept); return err }))
		wantRoles("a guest that was saved", kept, true, hiring.Interviewer)
		wantRoles("a full member again", w.keep(t, user("Asha"), here("Asha"), false), false, hiring.Admin, hiring.Recruiter, hiring.Interviewer)

		// Who is a guest in one place and not in another is none, as long as that account is open.
		must(t, w.InTx(ctx, func(tx *store.Tx) error {
			return errors.Join(tx.LinkIdentity(ctx, asha.ID, hiring.Identity(user("U2"))),
				tx.LinkIdentity(ctx, asha.ID, hiring.Identity{Workspace: "slack:T2", User: "U3"}))
		}))
		wantRoles("a guest by one account", w.keep(t, user("Asha"), guest, false), false, hiring.Admin, hiring.Recruiter, hiring.Interviewer)
		wantRoles("a guest by all that are open", w.keep(t, user("U2"), gone, false), true, hiring.Interviewer)
		if p, _ := read(t, w.Store).PersonByName("Asha"); !p.Active {
			t.Error("an open account is not enough")
		}
		if p := w.keep(t, user("Asha"), gone, false); !p.Guest || p.Active {
			t.Errorf("a guest who left: %+v", p)
		}
	})
}

func TestTheConfigurationMakesAnAdminOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.home(t)
		asha := w.keep(t, user("U1"), here("Asha"), true)
		if !asha.Has(hiring.Admin) {
			t.Fatalf("not admin: %+v", asha)
		}
		w.keep(t, user("U1"), here("Asha"), true)
		if diff := cmp.Diff([]string{"added", "role_given"}, w.facts(t, asha.ID)); diff != "" {
			t.Error(diff)
		}
		asha.Roles = nil
		must(t, w.InTx(ctx, func(tx *store.Tx) error { _, err := tx.SavePerson(ctx, asha); return err }))
		if p := w.keep(t, user("U1"), here("Asha"), true); p.Has(hiring.Admin) {
			t.Error("given again after somebody took it")
		}
		guest := here("Ravi")
		guest.Guest = true
		if p := w.keep(t, user("U2"), guest, true); len(p.Roles)+len(p.Withheld) != 0 || !p.Guest {
			t.Errorf("a guest: %+v", p)
		}
		if p := w.keep(t, user("U2"), here("Ravi"), true); !p.Has(hiring.Admin) {
			t.Errorf("a guest no more: %+v", p)
		}
		known := w.person(t, "Dev", hiring.Recruiter)
		known.Active = false
		must(t, w.InTx(ctx, func(tx *store.Tx) error { _, err := tx.SavePerson(ctx, known); return err }))
		if p := w.keep(t, user("Dev"), here("Dev"), true); len(p.Roles) != 1 || p.Active {
			t.Errorf("somebody deactivated: %+v", p)
		}
		claimed := w.person(t, "Mira", hiring.Admin)
		w.keep(t, user("Mira"), here("Mira"), true)
		if got := w.facts(t, claimed.ID); len(got) != 0 {
			t.Errorf("who is admin already is made it: %v", got)
		}
	})
}

func TestSomebodyKnownByAnIdGetsTheirName(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		w.person(t, "Asha")
		w.person(t, "U2")
		if p := w.keep(t, user("U2"), here("asha"), false); p.Name != "asha (U2)" || p.Version != 2 {
			t.Errorf("renamed to %+v", p)
		}
		if p := w.keep(t, user("Asha"), here("Asha Rao"), false); p.Name != "Asha Rao" {
			t.Errorf("named like the account: %+v", p)
		}
		if p := w.keep(t, user("Asha"), here("Somebody"), false); p.Name != "Asha Rao" {
			t.Errorf("somebody with a name is renamed: %+v", p)
		}
	})
}

// Several processes that hear of the same account at the same time make one person of it.
func TestAnAccountBecomesOnePersonInARace(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		other := open(t, w)
		var group sync.WaitGroup
		for i := range 8 {
			s := []*store.Store{w.Store, other}[i%2]
			group.Go(func() {
				err := s.InTx(t.Context(), func(tx *store.Tx) error {
					p, err := tx.KeepProfile(t.Context(), user("U1"), here("Asha"), true)
					if err == nil && p.Name != "Asha" {
						err = fmt.Errorf("it is %+v", p)
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if n := len(read(t, w.Store).People()); n != 1 {
			t.Errorf("%d people", n)
		}
		if diff := cmp.Diff([]string{"added", "role_given"}, w.facts(t, "P-1")); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAccountOfAPerson(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		asha := w.keep(t, user("U1"), here("Asha"), false)
		must(t, w.InTx(t.Context(), func(tx *store.Tx) error {
			return tx.LinkIdentity(t.Context(), asha.ID, hiring.Identity(user("U2")))
		}))
		if id, ok := read(t, w.Store).Account("slack:T1", asha.ID); id != "U1" || !ok {
			t.Errorf("of two open ones: %s", id)
		}
		w.keep(t, user("U1"), bot.Profile{}, false)
		if id, ok := read(t, w.Store).Account("slack:T1", asha.ID); id != "U2" || !ok {
			t.Errorf("the open one: %s", id)
		}
		w.keep(t, user("U2"), bot.Profile{}, false)
		if id, ok := read(t, w.Store).Account("slack:T1", asha.ID); id != "U1" || !ok {
			t.Errorf("of two closed ones: %s", id)
		}
		for _, who := range [][2]string{{"slack:T2", asha.ID}, {"slack:T1", "P-9"}, {"slack:T1", ""}} {
			if id, ok := read(t, w.Store).Account(who[0], who[1]); id != "" || ok {
				t.Errorf("%v has the account %s", who, id)
			}
		}
	})
}

func TestARawAccountIdNamesAPerson(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		asha := w.keep(t, user("U024BE7LH"), here("Asha"), false)
		s := read(t, w.Store)
		want := []bot.Word{{Value: asha.ID, Label: "Asha", Aliases: []string{"Asha", "<@U024BE7LH>", "U024BE7LH", "@Asha"}}}
		if diff := cmp.Diff(want, s.Words(store.PersonWords)); diff != "" {
			t.Error(diff)
		}
		for _, text := range []string{"U024BE7LH", "<@U024BE7LH>"} {
			if found := bot.FindWords(s.Words(store.PersonWords), text); len(found) != 1 || found[0].Value != asha.ID {
				t.Errorf("%s names %v", text, found)
			}
		}
	})
}

// TestOneAddressInTwoWorkspaces: who has an account with the same e-mail address in another workspace of the
// company is nobody new there, however they are met. What may be somebody else stays somebody else.
func TestOneAddressInTwoWorkspaces(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		must(t, w.InTx(t.Context(), func(tx *store.Tx) error {
			return tx.SaveWorkspace(t.Context(), store.Workspace{ID: "slack:T3", Name: "Acme labs", Platform: "slack", External: "T3", Kind: store.HomeWorkspace})
		}))
		there := func(id string) bot.Identity { return bot.Identity{Workspace: "slack:T3", User: id} }
		mailed := func(name, email string) bot.Profile { return bot.Profile{Name: name, Email: email, Active: true} }
		asha := w.keep(t, user("U1"), mailed("Asha", "asha@example.com"), false)
		both := w.keep(t, there("V1"), mailed("asha.r", " Asha@Example.com"), false)
		if both.ID != asha.ID || both.Name != "Asha" || len(both.Identities) != 2 {
			t.Errorf("in both workspaces: %+v", both)
		}
		if again := w.keep(t, there("V1"), mailed("asha.r", "asha@example.com"), false); again.ID != asha.ID || len(read(t, w.Store).People()) != 1 {
			t.Errorf("met again: %+v", again)
		}
		// Whom an admin deactivated is nobody new by another account.
		ravi := w.keep(t, user("U2"), mailed("Ravi", "ravi@example.com"), false)
		ravi.Active = false
		must(t, w.InTx(t.Context(), func(tx *store.Tx) error { _, err := tx.SavePerson(t.Context(), ravi); return err }))
		if p := w.keep(t, there("V2"), mailed("Ravi", "ravi@example.com"), false); p.ID != ravi.ID || p.Active {
			t.Errorf("deactivated: %+v", p)
		}
		// Whose accounts by it are all closed has left, and the address may be somebody else's by now.
		kiran := w.keep(t, user("U6"), mailed("Kiran", "kiran@example.com"), false)
		gone := mailed("Kiran", "kiran@example.com")
		gone.Active = false
		w.keep(t, user("U6"), gone, false)
		if p := w.keep(t, there("V7"), mailed("Kiran", "kiran@example.com"), false); p.ID == kiran.ID || !p.Active || len(p.Roles) > 0 {
			t.Errorf("by the address of somebody who has left: %+v", p)
		}
		for name, tc := range map[string]struct {
			who     bot.Identity
			profile bot.Profile
		}{
			"without an address":            {there("V3"), mailed("Asha", "")},
			"another address":               {there("V4"), mailed("Asha", "asha@example.org")},
			"a second one in the workspace": {there("V5"), mailed("Asha", "asha@example.com")},
			"an address that was given on":  {user("U3"), mailed("Asha", "asha@example.com")},
			"a guest":                       {there("V6"), bot.Profile{Name: "Noor", Email: "noor@example.com", Active: true, Guest: true}},
		} {
			noor := w.keep(t, user("U4"), mailed("Noor", "noor@example.com"), false)
			if p := w.keep(t, tc.who, tc.profile, false); p.ID == asha.ID || p.ID == noor.ID || p.ID == "" {
				t.Errorf("%s is taken for %+v", name, p)
			}
		}
		// Of two people with one address neither is meant.
		must(t, w.InTx(t.Context(), func(tx *store.Tx) error {
			return tx.SaveWorkspace(t.Context(), store.Workspace{ID: "slack:T4", Name: "Acme shop", Platform: "slack", External: "T4", Kind: store.HomeWorkspace})
		}))
		if p := w.keep(t, bot.Identity{Workspace: "slack:T4", User: "W1"}, mailed("Asha", "asha@example.com"), false); p.ID == asha.ID {
			t.Errorf("one of two: %+v", p)
		}
		// An account outside the company joins nobody.
		w.keep(t, user("U5"), mailed("Zed", "zed@example.com"), false)
		if p := w.keep(t, bot.Identity{Workspace: "slack:T2", User: "X1"}, mailed("Zed", "zed@example.com"), false); p.ID != "" {
			t.Errorf("of a community: %+v", p)
		}
	})
}
