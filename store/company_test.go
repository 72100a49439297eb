package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

const backend = "backend-developer"

func TestPeople(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.home(t)
		asha := w.person(t, "Asha", hiring.Recruiter, hiring.Admin, hiring.Recruiter)
		want := hiring.Person{
			ID: "P-1", Name: "Asha", Roles: []hiring.Role{hiring.Admin, hiring.Recruiter}, Active: true,
			Identities: []hiring.Identity{{Workspace: "slack:T1", User: "Asha"}}, CreatedAt: start, Version: 1,
		}
		if diff := cmp.Diff(want, asha); diff != "" {
			t.Error(diff)
		}
		must(t, w.InTx(ctx, func(tx *store.Tx) error {
			given, err := tx.AddPerson(ctx, hiring.Person{ID: "member", Name: "  José   Núñez ", Zone: "Europe/Berlin"})
			if err != nil || given.ID != "member" || given.Name != "José Núñez" || given.Active {
				t.Errorf("a person with an id: %+v, %v", given, err)
			}
			// The unit sees its own changes.
			if _, ok := tx.Snapshot().Person("member"); !ok {
				t.Error("not in the unit's own snapshot")
			}
			given.Roles, given.Active, given.Name, given.Zone = []hiring.Role{hiring.Interviewer}, true, "Jose Nunez", ""
			saved, err := tx.SavePerson(ctx, given)
			if err != nil || saved.Version != 2 || !saved.Has(hiring.Interviewer) || saved.Name != "Jose Nunez" {
				t.Errorf("saved: %+v, %v", saved, err)
			}
			return tx.LinkIdentity(ctx, "member", hiring.Identity{Workspace: "slack:T1", User: "U7"})
		}))
		s := read(t, w.Store)
		if p, ok := s.PersonByIdentity("slack:T1", "U7"); !ok || p.ID != "member" {
			t.Errorf("by identity: %+v", p)
		}
		if _, ok := s.PersonByIdentity("slack:T2", "U7"); ok {
			t.Error("the same user of another workspace is the same person")
		}
		if p, ok := s.PersonByName("josé NÚÑEZ"); !ok || p.ID != "member" {
			t.Errorf("by name: %+v", p)
		}
		if names := fmt.Sprint(len(s.People()), s.People()[0].Name, s.People()[1].Name); names != "2AshaJose Nunez" && names != "2 Asha Jose Nunez" {
			t.Errorf("all: %s", names)
		}
		if with := s.PeopleWith(hiring.Interviewer); len(with) != 1 || with[0].ID != "member" {
			t.Errorf("with a role: %+v", with)
		}
		asha.Active = false
		must(t, w.InTx(ctx, func(tx *store.Tx) error { _, err := tx.SavePerson(ctx, asha); return err }))
		if with := read(t, w.Store).PeopleWith(hiring.Recruiter); len(with) != 0 {
			t.Errorf("somebody who left has a role: %+v", with)
		}
		// The name is free again, and the active one of two goes first.
		second := w.person(t, "ASHA ")
		if p, _ := read(t, w.Store).PersonByName("asha"); p.ID != second.ID {
			t.Errorf("by name: %+v", p)
		}
		if p, ok := s.Person(asha.ID); !ok || !p.Active {
			t.Error("an older snapshot has changed")
		}
	})
}

func TestPeopleAreRefused(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.home(t)
		asha, ravi := w.person(t, "Asha"), w.person(t, "Ravi")
		id := func(user string) []hiring.Identity { return []hiring.Identity{{Workspace: "slack:T1", User: user}} }
		for name, tc := range map[string]struct {
			code string
			do   func(tx *store.Tx) error
		}{
			"no name": {bot.CodeInvalid, func(tx *store.Tx) error { _, err := tx.AddPerson(ctx, hiring.Person{Name: "  "}); return err }},
			"long name": {bot.CodeInvalid, func(tx *store.Tx) error {
				_, err := tx.AddPerson(ctx, hiring.Person{Name: strings.Repeat("x", 81)})
				return err
			}},
			"zone": {bot.CodeInvalid, func(tx *store.Tx) error {
				_, err := tx.AddPerson(ctx, hiring.Person{Name: "X", Zone: "Mars"})
				return err
			}},
			"role": {bot.CodeInvalid, func(tx *store.Tx) error {
				_, err := tx.AddPerson(ctx, hiring.Person{Name: "X", Roles: []hiring.Role{"boss"}})
				return err
			}},
			"name": {bot.CodeConflict, func(tx *store.Tx) error {
				_, err := tx.AddPerson(ctx, hiring.Person{Name: "ásha", Active: true})
				return err
			}},
			"id": {bot.CodeConflict, func(tx *store.Tx) error {
				_, err := tx.AddPerson(ctx, hiring.Person{ID: asha.ID, Name: "X"})
				return err
			}},
			"account": {bot.CodeConflict, func(tx *store.Tx) error {
				_, err := tx.AddPerson(ctx, hiring.Person{Name: "X", Identities: id("Asha")})
				return err
			}},
			"link":    {bot.CodeConflict, func(tx *store.Tx) error { return tx.LinkIdentity(ctx, ravi.ID, id("Asha")[0]) }},
			"no user": {bot.CodeInvalid, func(tx *store.Tx) error { return tx.LinkIdentity(ctx, ravi.ID, id("")[0]) }},
			"by id": {bot.CodeInvalid, func(tx *store.Tx) error {
				return tx.LinkIdentity(ctx, ravi.ID, hiring.Identity{Workspace: store.PersonWorkspace, User: asha.ID})
			}},
			"nobody": {bot.CodeNotFound, func(tx *store.Tx) error { return tx.LinkIdentity(ctx, "P-9", id("X")[0]) }},
			"unknown": {bot.CodeNotFound, func(tx *store.Tx) error {
				_, err := tx.SavePerson(ctx, hiring.Person{ID: "P-9", Name: "X"})
				return err
			}},
			"stale":     {bot.CodeConflict, func(tx *store.Tx) error { old := asha; old.Version = 0; _, err := tx.SavePerson(ctx, old); return err }},
			"rename":    {bot.CodeConflict, func(tx *store.Tx) error { p := ravi; p.Name = "Asha"; _, err := tx.SavePerson(ctx, p); return err }},
			"save zone": {bot.CodeInvalid, func(tx *store.Tx) error { p := ravi; p.Zone = "Local"; _, err := tx.SavePerson(ctx, p); return err }},
		} {
			if err := w.InTx(ctx, tc.do); bot.ErrorCode(err) != tc.code {
				t.Errorf("%s: %v, want %s", name, err, tc.code)
			}
		}
		if len(read(t, w.Store).People()) != 2 {
			t.Error("somebody was added all the same")
		}
		must(t, w.InTx(ctx, func(tx *store.Tx) error { return tx.LinkIdentity(ctx, asha.ID, id("Asha")[0]) }))
	})
}

func TestSettings(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.home(t)
		zoned := open(t, w, store.WithDefault(hiring.SettingTimezone, "Europe/Berlin"))
		if s := read(t, w.Store); s.Setting(hiring.SettingTimezone) != "Asia/Kolkata" || s.Zone("").String() != "Asia/Kolkata" || s.Setting("none") != "" {
			t.Errorf("the default: %s", s.Setting(hiring.SettingTimezone))
		}
		if s := read(t, zoned); s.Setting(hiring.SettingTimezone) != "Europe/Berlin" || s.Zone("").String() != "Europe/Berlin" || s.Default(hiring.SettingTimezone) != "Europe/Berlin" {
			t.Errorf("the environment's default: %s", s.Setting(hiring.SettingTimezone))
		}
		must(t, w.InTx(ctx, func(tx *store.Tx) error {
			return errors.Join(tx.SetSetting(ctx, hiring.SettingManagersPay, "No"), tx.SetSetting(ctx, hiring.SettingTimezone, "UTC"),
				tx.SetSetting(ctx, hiring.SettingCompany, "One"), tx.SetSetting(ctx, hiring.SettingCompany, "Two"))
		}))
		for _, s := range []*store.Snapshot{read(t, w.Store), read(t, zoned)} {
			if s.Setting(hiring.SettingManagersPay) != "no" || s.Setting(hiring.SettingCompany) != "Two" || s.Zone("P-1") != time.UTC {
				t.Errorf("set: %q, %q, %s", s.Setting(hiring.SettingManagersPay), s.Setting(hiring.SettingCompany), s.Zone("P-1"))
			}
		}
		wantCode(t, w.InTx(ctx, func(tx *store.Tx) error { return tx.SetSetting(ctx, "colour", "red") }), bot.CodeNotFound)
		wantCode(t, w.InTx(ctx, func(tx *store.Tx) error { return tx.SetSetting(ctx, hiring.SettingTimezone, "Mars") }), bot.CodeInvalid)
		w.exec(t, `UPDATE settings SET setting = 'Mars' WHERE name = 'timezone'`)
		w.exec(t, `UPDATE generation SET n = n + 1`)
		if s := read(t, w.Store); s.Zone("") != time.UTC || len(s.Problems()) != 1 {
			t.Errorf("a zone that is unknown here: %s, %v", s.Zone(""), s.Problems())
		}
	})
}

func TestReplicasSeeEachOthersChangesAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		other := open(t, w)
		for i := range 5 {
			writer, reader := w.Store, other
			if i%2 == 1 {
				writer, reader = reader, writer
			}
			name := fmt.Sprintf("Company %d", i)
			before := read(t, reader)
			must(t, writer.InTx(t.Context(), func(tx *store.Tx) error {
				if err := tx.SetSetting(t.Context(), hiring.SettingCompany, name); err != nil {
					return err
				}
				if w.postgres && read(t, reader).Setting(hiring.SettingCompany) == name {
					t.Error("seen before it was committed")
				}
				return nil
			}))
			if got := read(t, reader).Setting(hiring.SettingCompany); got != name {
				t.Errorf("the other replica sees %q, want %q", got, name)
			}
			if before.Setting(hiring.SettingCompany) == name {
				t.Error("a snapshot has changed")
			}
			steady := reader.Statements()
			read(t, reader)
			if n := reader.Statements() - steady; n != 1 {
				t.Errorf("without a change, reading took %d statements", n)
			}
		}
		fault := errors.New("a fault")
		err := w.InTx(t.Context(), func(tx *store.Tx) error {
			return errors.Join(tx.SetSetting(t.Context(), hiring.SettingCompany, "never"), fault)
		})
		if !errors.Is(err, fault) || read(t, w.Store).Setting(hiring.SettingCompany) == "never" || read(t, other).Setting(hiring.SettingCompany) == "never" {
			t.Error("a change that was rolled back is seen")
		}
	})
}

func TestChangesAtOnceAreAllSeen(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		w.home(t)
		other := open(t, w)
		var group sync.WaitGroup
		for i := range 8 {
			s := []*store.Store{w.Store, other}[i%2]
			group.Go(func() {
				err := s.InTx(t.Context(), func(tx *store.Tx) error {
					p, err := tx.AddPerson(t.Context(), hiring.Person{Name: fmt.Sprintf("Person %d", i), Active: true})
					if err != nil {
						return err
					}
					if _, ok := tx.Snapshot().Person(p.ID); !ok {
						return errors.New("the unit does not see its own change")
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		for _, s := range []*store.Store{w.Store, other} {
			if n := len(read(t, s).People()); n != 8 {
				t.Errorf("%d people are seen", n)
			}
		}
	})
}

func TestBands(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.home(t)
		asha := w.person(t, "asha", hiring.Compensation)
		builtin := read(t, w.Store).Bands(backend)
		if len(builtin) < 2 || builtin[0].Version != 0 {
			t.Fatalf("built-in bands: %+v", builtin)
		}
		last := builtin[len(builtin)-1]
		mine := func(low hiring.Rupees, effective string) hiring.Band {
			return hiring.Band{Role: backend, Level: last.Level, Low: low * hiring.Lakh, High: 2 * low * hiring.Lakh, OpenEnded: true, Effective: effective, Source: "survey"}
		}
		set := func(bands ...hiring.Band) (saved []hiring.Band, err error) {
			err = w.InTxAs(ctx, asha.ID, func(tx *store.Tx) error {
				saved, err = tx.SetBands(ctx, bands)
				return err
			})
			return saved, err
		}
		saved, err := set(mine(60, ""), mine(70, "2026-11-24"))
		must(t, err)
		if len(saved) != 2 || saved[0].Version != 1 || saved[0].Effective != "2026-11-23" || saved[1].Version != 2 {
			t.Errorf("saved %+v", saved)
		}
		current := func() hiring.Band {
			all := read(t, w.Store).Bands(backend)
			if diff := cmp.Diff(builtin[:len(builtin)-1], all[:len(all)-1]); diff != "" {
				t.Error(diff)
			}
			return all[len(all)-1]
		}
		if diff := cmp.Diff(saved[0], current()); diff != "" {
			t.Error(diff)
		}
		w.clock.advance(13*time.Hour + 59*time.Minute) // 23:59 in India
		if got := current(); got.Version != 1 {
			t.Errorf("before midnight: %+v", got)
		}
		w.clock.advance(time.Minute)
		if diff := cmp.Diff(saved[1], current()); diff != "" {
			t.Errorf("after midnight: %s", diff)
		}
		for name, b := range map[string]hiring.Band{
			"role":      {Role: "sailor", Level: last.Level, Low: 1, High: 2},
			"level":     {Role: backend, Level: "admiral", Low: 1, High: 2},
			"low":       {Role: backend, Level: last.Level, Low: 0, High: 2},
			"high":      {Role: backend, Level: last.Level, Low: 3, High: 2},
			"effective": {Role: backend, Level: last.Level, Low: 1, High: 2, Effective: "2026-02-30"},
		} {
			_, err := set(mine(80, ""), b)
			coded, ok := errors.AsType[bot.Coded](err)
			if !ok || coded.Code() != bot.CodeInvalid || coded.Field() != name {
				t.Errorf("%s: %v", name, err)
			}
		}
		must(t, w.Read(ctx, func(tx *store.Tx) error {
			history, err := tx.BandHistory(ctx, backend)
			want := []store.BandVersion{{Band: saved[1], By: asha.ID, At: start}, {Band: saved[0], By: asha.ID, At: start}}
			if diff := cmp.Diff(want, history); diff != "" {
				t.Error(diff)
			}
			return err
		}))
	})
}

func TestPlaybooksAndOwners(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.home(t)
		asha, ravi := w.person(t, "Asha"), w.person(t, "Ravi")
		original, ok := read(t, w.Store).Playbook(backend)
		if !ok {
			t.Fatal("the built-in playbook is missing")
		}
		own, another := original, original
		own.Title = "Server developer"
		another.Key, another.Title, another.Short, another.Aliases = "platform", "Platform engineer", "platform", []string{"sre"}
		must(t, w.InTx(ctx, func(tx *store.Tx) error {
			err := errors.Join(tx.SavePlaybook(ctx, own), tx.SavePlaybook(ctx, another), tx.SavePlaybook(ctx, another),
				tx.SetOwners(ctx, "platform", []string{ravi.ID, asha.ID, ravi.ID}))
			if _, ok := tx.Snapshot().Playbook("platform"); !ok {
				t.Error("the unit does not see its own playbook")
			}
			return err
		}))
		s := read(t, w.Store)
		if got, _ := s.Playbook(backend); got.Title != "Server developer" {
			t.Errorf("the company's playbook does not replace the built-in one: %s", got.Title)
		}
		got, _ := s.Playbook("platform")
		if diff := cmp.Diff(another, got, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{asha.ID, ravi.ID}, s.Owners("platform")); diff != "" {
			t.Error(diff)
		}
		if len(s.Playbooks()) != 3 || len(s.Bands("platform")) != len(s.Bands(backend)) {
			t.Errorf("%d playbooks", len(s.Playbooks()))
		}
		must(t, w.InTx(ctx, func(tx *store.Tx) error { return tx.SetOwners(ctx, "platform", nil) }))
		if left := read(t, w.Store).Owners("platform"); len(left) != 0 {
			t.Errorf("owners are left: %v", left)
		}
		wantCode(t, w.InTx(ctx, func(tx *store.Tx) error { return tx.SetOwners(ctx, "sailor", nil) }), bot.CodeNotFound)
		wantCode(t, w.InTx(ctx, func(tx *store.Tx) error { return tx.SetOwners(ctx, backend, []string{"P-9"}) }), bot.CodeNotFound)
		wrong := another
		wrong.Key = "not a key"
		wantCode(t, w.InTx(ctx, func(tx *store.Tx) error { return tx.SavePlaybook(ctx, wrong) }), bot.CodeInvalid)

		w.exec(t, `UPDATE playbooks SET body = 'key: [' WHERE role = 'platform'`)
		w.exec(t, `UPDATE generation SET n = n + 1`)
		s = read(t, w.Store)
		if _, ok := s.Playbook("platform"); ok || len(s.Problems()) != 1 || !strings.Contains(s.Problems()[0], "platform") {
			t.Errorf("a playbook that cannot be read: %v", s.Problems())
		}
	})
}

func TestWords(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.home(t)
		asha := w.person(t, "Asha")
		must(t, w.InTx(ctx, func(tx *store.Tx) error {
			if _, err := tx.AddPerson(ctx, hiring.Person{Name: "Gone"}); err != nil {
				return err
			}
			another, _ := tx.Snapshot().Playbook(backend)
			another.Key, another.Title, another.Short, another.Aliases = "platform", "Platform engineer", "platform", nil
			return tx.SavePlaybook(ctx, another)
		}))
		s := read(t, w.Store)
		want := []bot.Word{{Value: asha.ID, Label: "Asha", Aliases: []string{"Asha", "<@Asha>", "@Asha"}}}
		if diff := cmp.Diff(want, s.Words(store.PersonWords)); diff != "" {
			t.Error(diff)
		}
		original, _ := s.Playbook(backend)
		for sort, wantFirst := range map[string]string{
			store.RoleWords: original.Key, store.LevelWords: original.Levels[0].Key, store.EcosystemWords: original.Ecosystems[0].Key,
			store.PremiumWords: original.Premiums[0].Key, store.UpliftWords: original.Uplifts[0].Key,
		} {
			words := s.Words(sort)
			if len(words) == 0 || words[0].Value != wantFirst {
				t.Errorf("%s: %+v", sort, words)
				continue
			}
			seen := map[string]bool{}
			for _, word := range words {
				if seen[word.Value] || word.Label == "" || len(word.Aliases) == 0 {
					t.Errorf("%s: twice, or without a name: %+v", sort, word)
				}
				seen[word.Value] = true
			}
		}
		if len(s.Words(store.RoleWords)) != 3 || len(s.Words(store.PremiumWords)) != len(original.Premiums) || s.Words("colour") != nil {
			t.Errorf("roles %+v", s.Words(store.RoleWords))
		}
	})
}

func TestWorkspacesAndChannels(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.home(t)
		must(t, w.InTx(ctx, func(tx *store.Tx) error {
			return errors.Join(
				tx.SaveWorkspace(ctx, store.Workspace{ID: "slack:T1", Name: "Acme India", Platform: "slack", External: "T1", Kind: store.HomeWorkspace}),
				tx.SaveChannel(ctx, store.Channel{Workspace: "slack:T2", ID: "C0", Name: "hiring", Kind: store.PublicChannel}),
				tx.SaveChannel(ctx, store.Channel{Workspace: "slack:T1", ID: "C1", Name: "hiring", Kind: store.PublicChannel}),
				tx.SaveChannel(ctx, store.Channel{Workspace: "slack:T1", ID: "C1", Name: "Hiring", Kind: store.GuestChannel}),
			)
		}))
		s := read(t, w.Store)
		if got, ok := s.Workspace("slack:T1"); !ok || got.Name != "Acme India" || len(s.Workspaces()) != 2 {
			t.Errorf("workspaces: %+v", s.Workspaces())
		}
		steady := read(t, w.Store)
		must(t, w.InTx(ctx, func(tx *store.Tx) error { return tx.SaveWorkspace(ctx, steady.Workspaces()[0]) }))
		if read(t, w.Store) != steady {
			t.Error("saving a workspace as it is counts as a change")
		}
		want := store.Channel{Workspace: "slack:T1", ID: "C1", Name: "Hiring", Kind: store.GuestChannel}
		must(t, w.Read(ctx, func(tx *store.Tx) error {
			for _, workspace := range []string{"", "slack:T1"} {
				got, err := tx.ChannelByName(ctx, workspace, " #HIRING")
				if diff := cmp.Diff(want, got); err != nil || diff != "" {
					t.Errorf("%q: %v %s", workspace, err, diff)
				}
			}
			got, err := tx.Channel(ctx, "slack:T1", "C1")
			if err != nil || got != want {
				t.Errorf("by id: %+v, %v", got, err)
			}
			_, err = tx.ChannelByName(ctx, "slack:T1", "random")
			wantCode(t, err, bot.CodeNotFound)
			_, err = tx.Channel(ctx, "slack:T3", "C1")
			wantCode(t, err, bot.CodeNotFound)
			all, err := tx.Channels(ctx)
			if len(all) != 2 || all[0] != want {
				t.Errorf("all: %+v", all)
			}
			return err
		}))
		wantCode(t, w.InTx(ctx, func(tx *store.Tx) error { return tx.SaveWorkspace(ctx, store.Workspace{ID: store.PersonWorkspace}) }), bot.CodeInvalid)
		wantCode(t, w.InTx(ctx, func(tx *store.Tx) error { return tx.SaveWorkspace(ctx, store.Workspace{ID: "x", Kind: "lodge"}) }), bot.CodeInvalid)
	})
}

func TestClaimCodes(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		newCode := func() (code string) {
			must(t, w.InTx(ctx, func(tx *store.Tx) (err error) { code, err = tx.NewClaimCode(ctx); return err }))
			return code
		}
		claim := func(code string, want store.ClaimResult) {
			t.Helper()
			must(t, w.InTx(ctx, func(tx *store.Tx) error {
				got, err := tx.Claim(ctx, code)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
				return err
			}))
		}
		claim("AAAA-BBBB-CCCC", store.ClaimResult{Status: store.ClaimNone})
		first := newCode()
		if n := w.count(t, `SELECT count(*) FROM claim_codes WHERE hash LIKE $1`, "%"+strings.ReplaceAll(first, "-", "")+"%"); n != 0 {
			t.Error("the code itself is kept")
		}
		second := newCode()
		claim(first, store.ClaimResult{Status: store.ClaimWrong, Left: 4})
		claim(" "+strings.ToLower(strings.ReplaceAll(second, "-", " ")), store.ClaimResult{Status: store.ClaimDone})
		claim(second, store.ClaimResult{Status: store.ClaimUsed})

		third := newCode()
		for left := 4; left >= 0; left-- {
			claim("wrong", store.ClaimResult{Status: store.ClaimWrong, Left: left})
		}
		claim(third, store.ClaimResult{Status: store.ClaimWrong})

		fourth := newCode()
		w.clock.advance(store.ClaimLife)
		claim(fourth, store.ClaimResult{Status: store.ClaimExpired})

		fifth := newCode()
		w.clock.advance(store.ClaimLife - time.Microsecond)
		claim(fifth, store.ClaimResult{Status: store.ClaimDone})
	})
}

func TestAClaimCodeIsUsedOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		var code string
		must(t, w.InTx(t.Context(), func(tx *store.Tx) (err error) { code, err = tx.NewClaimCode(t.Context()); return err }))
		var (
			group   sync.WaitGroup
			results = make([]store.ClaimStatus, 4)
		)
		for i := range results {
			group.Go(func() {
				_, err := w.Do(t.Context(), event(fmt.Sprint(i), "x"), false, func(ctx context.Context, tx *store.Tx, _ bot.Actor) (bot.Response, error) {
					got, err := tx.Claim(ctx, code)
					results[i] = got.Status
					return bot.Response{}, err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		done := 0
		for _, r := range results {
			if r == store.ClaimDone {
				done++
			}
		}
		if done != 1 {
			t.Errorf("%v", results)
		}
	})
}
