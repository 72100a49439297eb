package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// server is the company's workspace on Discord.
const server = "discord:G1"

func onServer(user string) bot.Identity { return bot.Identity{Workspace: server, User: user} }

// bothPlatforms adds the workspaces of the company on two platforms.
func (w *world) bothPlatforms(t *testing.T) {
	t.Helper()
	w.home(t)
	must(t, w.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.SaveWorkspace(t.Context(), store.Workspace{ID: server, Name: "Acme", Platform: "discord", External: "G1", Kind: store.HomeWorkspace})
	}))
}

// met puts an account on Discord on record, as its profile does.
func (w *world) met(t *testing.T, user string, groups ...string) hiring.Person {
	t.Helper()
	var p hiring.Person
	must(t, w.InTx(t.Context(), func(tx *store.Tx) (err error) {
		p, err = tx.KeepProfile(t.Context(), onServer(user), bot.Profile{Name: user, Active: true, Groups: groups}, false)
		return err
	}))
	return p
}

// act runs fn as an account would.
func (w *world) act(t *testing.T, who bot.Identity, fn func(tx *store.Tx) error) error {
	t.Helper()
	_, err := w.Do(t.Context(), bot.Event{Type: bot.Open, From: who}, false, func(_ context.Context, tx *store.Tx, _ bot.Actor) (bot.Response, error) {
		return bot.Response{}, fn(tx)
	})
	return err
}

func (w *world) code(t *testing.T, who bot.Identity) string {
	t.Helper()
	var code string
	must(t, w.act(t, who, func(tx *store.Tx) (err error) {
		code, err = tx.NewLinkCode(t.Context())
		return err
	}))
	return code
}

func (w *world) try(t *testing.T, who bot.Identity, code string) store.LinkResult {
	t.Helper()
	var got store.LinkResult
	must(t, w.act(t, who, func(tx *store.Tx) (err error) {
		got, err = tx.TryLink(t.Context(), code, who)
		return err
	}))
	return got
}

func (w *world) merge(t *testing.T, who bot.Identity, l store.Link) (survivor, other hiring.Person, err error) {
	t.Helper()
	err = w.act(t, who, func(tx *store.Tx) (err error) {
		survivor, other, err = tx.Merge(t.Context(), l)
		return err
	})
	return survivor, other, err
}

func TestACodeJoinsTwoAccounts(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.bothPlatforms(t)
		asha := w.person(t, "Asha", hiring.Recruiter)
		w.met(t, "asha-d")
		w.met(t, "ravi-d")
		slack := bot.Identity{Workspace: "slack:T1", User: "Asha"}

		void := w.code(t, slack)
		code := w.code(t, slack)
		if got := w.try(t, onServer("asha-d"), void); got.Status != store.LinkWrong || got.Left != store.LinkTries-1 {
			t.Errorf("a code before: %+v", got)
		}
		if n := w.count(t, `SELECT count(*) FROM link_codes WHERE hash LIKE '%' || $1 || '%'`, code); n > 0 {
			t.Error("the code is kept as it is")
		}
		got := w.try(t, onServer("asha-d"), " "+code[:4]+code[5:])
		if got.Status != store.LinkReady || got.Link.Person != asha.ID || got.Link.From != hiring.Identity(slack) {
			t.Fatalf("the code: %+v", got)
		}
		if other := w.try(t, onServer("ravi-d"), code); other.Status != store.LinkWrong {
			t.Errorf("somebody else with it: %+v", other)
		}
		survivor, other, err := w.merge(t, onServer("asha-d"), got.Link)
		must(t, err)
		if survivor.ID != asha.ID || !slices.Equal(survivor.Roles, asha.Roles) || len(survivor.Identities) != 2 {
			t.Errorf("goes on: %+v", survivor)
		}
		if other.MergedInto != asha.ID || other.Active || len(other.Identities)+len(other.Roles) > 0 {
			t.Errorf("merged: %+v", other)
		}
		if _, _, err := w.merge(t, onServer("asha-d"), got.Link); bot.ErrorCode(err) != bot.CodeNotFound {
			t.Errorf("a second time: %v", err)
		}
		s := read(t, w.Store)
		if p, ok := s.PersonByIdentity(server, "asha-d"); !ok || p.ID != asha.ID {
			t.Errorf("the account is %+v's", p)
		}
		if s.Survivor(other.ID) != asha.ID || !slices.Equal(s.MergedInto(asha.ID), []string{other.ID}) {
			t.Error("who goes on is not known")
		}

		// Nothing brings the other back.
		other.Active = true
		err = w.InTx(t.Context(), func(tx *store.Tx) error {
			_, err := tx.SavePerson(t.Context(), other)
			return err
		})
		wantCode(t, err, bot.CodeConflict)
		wantCode(t, w.InTx(t.Context(), func(tx *store.Tx) error {
			return tx.LinkIdentity(t.Context(), other.ID, hiring.Identity(onServer("new")))
		}), bot.CodeConflict)
		// The name is free.
		must(t, w.InTx(t.Context(), func(tx *store.Tx) error {
			_, err := tx.AddPerson(t.Context(), hiring.Person{Name: other.Name, Active: true})
			return err
		}))
	})
}

func TestCodesEndAndTriesCount(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.bothPlatforms(t)
		w.person(t, "Asha")
		w.met(t, "guesser")
		slack, guesser := bot.Identity{Workspace: "slack:T1", User: "Asha"}, onServer("guesser")
		late := w.code(t, slack)
		w.clock.advance(store.LinkLife)
		if got := w.try(t, guesser, late); got.Status != store.LinkWrong {
			t.Errorf("ten minutes later: %+v", got)
		}
		code := w.code(t, slack)
		for left := store.LinkTries - 2; left >= 0; left-- {
			if got := w.try(t, guesser, "AAAA-AAAA-AAAA"); got.Status != store.LinkWrong || got.Left != left {
				t.Errorf("%+v, want %d left", got, left)
			}
		}
		if got := w.try(t, guesser, code); got.Status != store.LinkWait {
			t.Errorf("the right one after too many wrong ones: %+v", got)
		}
		w.clock.advance(store.LinkPause)
		code = w.code(t, slack)
		for range store.LinkTries {
			if got := w.try(t, guesser, code); got.Status != store.LinkReady {
				t.Errorf("the right one: %+v", got)
			}
		}
		if got := w.try(t, guesser, code); got.Status != store.LinkWrong {
			t.Errorf("the right one too often: %+v", got)
		}
		w.clock.advance(48 * time.Hour)
		must(t, w.Expire(t.Context(), w.clock.now()))
		if n := w.count(t, `SELECT (SELECT count(*) FROM link_codes) + (SELECT count(*) FROM link_tries)`); n > 0 {
			t.Errorf("%d rows are left", n)
		}
	})
}

func TestWhereSomebodyWroteLast(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.bothPlatforms(t)
		asha := w.person(t, "Asha")
		must(t, w.InTx(t.Context(), func(tx *store.Tx) error {
			return tx.LinkIdentity(t.Context(), asha.ID, hiring.Identity(onServer("asha-d")))
		}))
		first := func() string {
			p, _ := read(t, w.Store).Person(asha.ID)
			return p.Identities[0].Workspace
		}
		say := func(typ bot.EventType, workspace, user string, reads bool) {
			_, err := w.Do(t.Context(), bot.Event{Type: typ, From: bot.Identity{Workspace: workspace, User: user}}, reads, nothing)
			must(t, err)
		}
		say(bot.Invoke, "slack:T1", "Asha", true)
		if first() != "slack:T1" {
			t.Error("after Slack")
		}
		before := w.Statements()
		say(bot.Press, "slack:T1", "Asha", true)
		if n := w.Statements() - before; n != 1 {
			t.Errorf("writing again from there costs %d statements", n)
		}
		say(bot.Press, server, "asha-d", false)
		if first() != server {
			t.Error("after Discord")
		}
		say(bot.Suggest, "slack:T1", "Asha", true)
		if first() != server {
			t.Error("what is only completed counts")
		}
	})
}

func TestRolesByGroups(t *testing.T) {
	t.Parallel()
	const recruiters, interviewers = "123456789012345678", "223456789012345678"
	onBoth(t, func(t *testing.T, w *world) {
		w.bothPlatforms(t)
		must(t, w.InTx(t.Context(), func(tx *store.Tx) error {
			return tx.SetSetting(t.Context(), hiring.SettingDiscordRoles, recruiters+"=recruiter, "+interviewers+"=interviewer")
		}))
		keep := func(p bot.Profile) hiring.Person {
			t.Helper()
			var kept hiring.Person
			p.Name = "noor"
			must(t, w.InTx(t.Context(), func(tx *store.Tx) (err error) {
				kept, err = tx.KeepProfile(t.Context(), onServer("noor"), p, false)
				return err
			}))
			return kept
		}
		roles := func(p hiring.Person, want ...hiring.Role) {
			t.Helper()
			if !slices.Equal(p.Roles, want) {
				t.Errorf("roles %v, want %v", p.Roles, want)
			}
		}
		roles(keep(bot.Profile{Active: true, Groups: []string{recruiters}}), hiring.Recruiter)
		roles(keep(bot.Profile{Active: true, Groups: []string{interviewers, recruiters}}), hiring.Recruiter, hiring.Interviewer)
		roles(keep(bot.Profile{Active: true, Guest: true, Groups: []string{interviewers, recruiters}}), hiring.Interviewer)
		p := keep(bot.Profile{Active: true, Groups: []string{recruiters}})
		roles(p, hiring.Recruiter)
		// What was given by hand stays.
		p.Roles = append(p.Roles, hiring.Compensation)
		must(t, w.InTx(t.Context(), func(tx *store.Tx) error {
			_, err := tx.SavePerson(t.Context(), p)
			return err
		}))
		roles(keep(bot.Profile{Active: true}), hiring.Compensation)
		roles(keep(bot.Profile{Active: true, Groups: []string{recruiters}}), hiring.Recruiter, hiring.Compensation)
		p = keep(bot.Profile{Groups: []string{recruiters}})
		if p.Active || p.Has(hiring.Compensation) || slices.Contains(p.Roles, hiring.Recruiter) {
			t.Errorf("who left: %+v", p)
		}
		roles(keep(bot.Profile{Active: true, Groups: []string{recruiters}}), hiring.Recruiter, hiring.Compensation)
		rows, err := w.AuditRows(t.Context(), store.AuditFilter{Subject: "person:" + p.ID})
		must(t, err)
		if !slices.ContainsFunc(rows, func(r store.AuditRow) bool {
			return r.Fact == "role_taken" && r.Detail["role"] == "recruiter" && r.Detail["by"] == hiring.SettingDiscordRoles
		}) {
			t.Errorf("on record: %+v", rows)
		}
		// Nobody is given anything in a workspace of another platform.
		must(t, w.InTx(t.Context(), func(tx *store.Tx) error {
			p, err := tx.KeepProfile(t.Context(), user("Zed"), bot.Profile{Name: "Zed", Active: true, Groups: []string{recruiters}}, false)
			roles(p)
			return err
		}))
	})
}

// TestOneAccountInTwoServers: on Discord an account is one wherever it is, and so is who has it.
func TestOneAccountInTwoServers(t *testing.T) {
	t.Parallel()
	const second, recruiters = "discord:G2", "123456789012345678"
	onBoth(t, func(t *testing.T, w *world) {
		w.bothPlatforms(t)
		must(t, w.InTx(t.Context(), func(tx *store.Tx) error {
			return errors.Join(
				tx.SaveWorkspace(t.Context(), store.Workspace{ID: second, Name: "Acme 2", Platform: "discord", External: "G2", Kind: store.HomeWorkspace}),
				tx.SetSetting(t.Context(), hiring.SettingDiscordRoles, recruiters+"=recruiter"))
		}))
		keep := func(workspace, user string, p bot.Profile) hiring.Person {
			t.Helper()
			var kept hiring.Person
			p.Name = user
			must(t, w.InTx(t.Context(), func(tx *store.Tx) (err error) {
				kept, err = tx.KeepProfile(t.Context(), bot.Identity{Workspace: workspace, User: user}, p, false)
				return err
			}))
			return kept
		}
		noor := w.met(t, "noor")
		both := keep(second, "noor", bot.Profile{Active: true, Groups: []string{recruiters}})
		if both.ID != noor.ID || len(both.Identities) != 2 || !both.Has(hiring.Recruiter) {
			t.Errorf("in both servers: %+v", both)
		}
		if p := keep(server, "noor", bot.Profile{}); !p.Active || !p.Has(hiring.Recruiter) {
			t.Errorf("who left one of two: %+v", p)
		}
		// Whom an admin deactivated is nobody new elsewhere.
		ravi := w.met(t, "ravi")
		ravi.Active = false
		must(t, w.InTx(t.Context(), func(tx *store.Tx) error {
			_, err := tx.SavePerson(t.Context(), ravi)
			return err
		}))
		if p := keep(second, "ravi", bot.Profile{Active: true, Groups: []string{recruiters}}); p.ID != ravi.ID || p.Active || len(p.Roles) > 0 {
			t.Errorf("deactivated: %+v", p)
		}
		if a := read(t, w.Store).Actor(bot.Identity{Workspace: second, User: "ravi"}); !a.Outsider {
			t.Errorf("acts as %+v", a)
		}
		// Who left one server comes back by the other.
		zed := w.met(t, "zed")
		keep(server, "zed", bot.Profile{})
		if p := keep(second, "zed", bot.Profile{Active: true}); p.ID != zed.ID || !p.Active {
			t.Errorf("back: %+v", p)
		}
		// The same id on another platform is somebody else's.
		if p := keep("slack:T1", "noor", bot.Profile{Active: true}); p.ID == noor.ID {
			t.Errorf("on Slack: %+v", p)
		}
	})
}

// TestMergesKeepWhatHolds makes, joins and changes people at random. Whatever happens, an account is one
// person's, who is merged has none and no right, who goes on keeps their roles, and no record moves.
func TestMergesKeepWhatHolds(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.bothPlatforms(t)
		runs := 0
		rapid.Check(t, func(rt *rapid.T) {
			runs++
			var accounts []bot.Identity
			mark := rapid.StringMatching(`[a-z]{8}`).Draw(rt, "mark")
			for i := range rapid.IntRange(2, 4).Draw(rt, "people") {
				name := mark + string(rune('a'+i))
				if i%2 == 0 {
					w.person(t, name, rapid.SliceOfNDistinct(rapid.SampledFrom(hiring.Roles), 0, 3, rapid.ID[hiring.Role]).Draw(rt, "roles")...)
					accounts = append(accounts, bot.Identity{Workspace: "slack:T1", User: name})
				} else {
					w.met(t, name)
					accounts = append(accounts, onServer(name))
				}
			}
			// Everybody has a record of theirs, which is to stay what it is.
			var records []string
			must(t, w.InTx(t.Context(), func(tx *store.Tx) error {
				for _, a := range accounts {
					p, _ := tx.Snapshot().PersonByIdentity(a.Workspace, a.User)
					r, err := tx.AddRequisition(t.Context(), hiring.Requisition{Requester: p.ID, HiringManager: p.ID, State: hiring.ReqDraft})
					if err != nil {
						return err
					}
					records = append(records, r.ID+" "+r.Requester)
				}
				return nil
			}))
			for range rapid.IntRange(1, 4).Draw(rt, "merges") {
				from, to := rapid.SampledFrom(accounts).Draw(rt, "from"), rapid.SampledFrom(accounts).Draw(rt, "to")
				before := read(t, w.Store)
				maker, _ := before.PersonByIdentity(from.Workspace, from.User)
				got := w.try(t, to, w.code(t, from))
				if got.Status != store.LinkReady {
					rt.Fatalf("%+v", got)
				}
				survivor, other, err := w.merge(t, to, got.Link)
				typed, _ := before.PersonByIdentity(to.Workspace, to.User)
				if same := typed.ID == maker.ID; same != (err != nil) {
					rt.Fatalf("joined with themselves %v: %v", same, err)
				} else if same {
					continue
				}
				if survivor.ID != maker.ID || !slices.Equal(survivor.Roles, maker.Roles) || other.ID != typed.ID {
					rt.Fatalf("%+v goes on for %+v", survivor, other)
				}
			}
			s := read(t, w.Store)
			owners := map[hiring.Identity]string{}
			for _, p := range s.People() {
				for _, id := range p.Identities {
					if other, taken := owners[id]; taken {
						rt.Fatalf("%v is %s and %s", id, other, p.ID)
					}
					owners[id] = p.ID
				}
				if p.MergedInto == "" {
					continue
				}
				into, _ := s.Person(p.MergedInto)
				if p.Active || len(p.Identities)+len(p.Roles)+len(p.Withheld) > 0 || into.MergedInto != "" || !into.Active {
					rt.Fatalf("%+v is merged into %+v", p, into)
				}
			}
			for _, a := range accounts {
				if s.Actor(a).ID == "" {
					rt.Fatalf("%v cannot act any more", a)
				}
			}
			must(t, w.Read(t.Context(), func(tx *store.Tx) error {
				for _, record := range records {
					id := record[:slices.Index([]byte(record), ' ')]
					r, err := tx.Requisition(t.Context(), id)
					if err != nil || r.ID+" "+r.Requester != record || r.HiringManager != r.Requester {
						return errors.Join(err, errors.New(record+" became "+r.Requester+"'s"))
					}
				}
				return nil
			}))
		})
		if runs == 0 {
			t.Error("nothing was tried")
		}
	})
}
