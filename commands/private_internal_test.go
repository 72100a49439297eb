package commands

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// tellsOfPeople are the kinds of values by which personal data, and what is said of people, comes in.
var tellsOfPeople = []*bot.Kind{bot.PlainText, bot.LongText, bot.UploadedFile, Money, Notice, Email, Phone, contact, rejectReason, Rating, Recommends}

// tellsNothing are the commands with such a value that work everywhere: it is about no candidate, or it
// is what somebody looks for, and the answer is reduced.
var tellsNothing = []string{"hire.set", "hire.away", "hire.retry", "hire.drop", "hire.outbox", "hire.find", "band.show", "band.chart"}

// A command that is added later, and forgotten in the table of private.go, fails here.
func TestEveryCommandStandsSomewhereOnPrivatePlatforms(t *testing.T) {
	stands := map[string][]standing{}
	for s, names := range onPrivatePlatforms {
		for _, name := range names {
			stands[name] = append(stands[name], s)
		}
	}
	for _, c := range All() {
		if len(stands[c.Name()]) != 1 {
			t.Errorf("%s stands in the table as %v; it stands there once", c.Name(), stands[c.Name()])
			continue
		}
		is := stands[c.Name()][0]
		delete(stands, c.Name())
		if is == looks && c.Form != nil {
			t.Errorf("%s opens a form, so it does more than to show a view", c.Name())
		}
		if is != looks && c.Spec.Reads {
			t.Errorf("%s changes nothing: it %s", c.Name(), looks)
		}
		tells := slices.ContainsFunc(c.Spec.Params, func(p bot.Param) bool {
			return slices.Contains(tellsOfPeople, p.Kind) && !slices.Contains(saidElsewhere[c.Name()], p.Name)
		})
		if tells && !is.refused() && !slices.Contains(tellsNothing, c.Name()) {
			t.Errorf("%s takes what may be personal, and is not refused on a platform without personal data", c.Name())
		}
		for _, name := range saidElsewhere[c.Name()] {
			if p, ok := c.Spec.Param(name); !ok || p.Required {
				t.Errorf("%s cannot do without its parameter %q", c.Name(), name)
			}
		}
	}
	for name := range stands {
		t.Errorf("there is no command %s", name)
	}
}

// Each command that is refused says where it is to be run, before it looks at anything, typed or from a form.
func TestWhatIsRefusedOnPrivatePlatformsSaysWhere(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	now := time.Date(2026, time.December, 7, 3, 30, 0, 0, time.UTC)
	st, err := store.Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "hirebot.db"), func() time.Time { return now }, store.Keys{}, store.WithUnitTime(5*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := st.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	everything := bot.Actor{Zone: time.UTC}
	err = st.InTx(ctx, func(tx *store.Tx) error {
		for _, w := range []store.Workspace{
			{ID: "slack:T0SAMPLE", Name: "Sample", Platform: "slack", External: "T0SAMPLE", Kind: store.HomeWorkspace},
			{ID: "discord:G0SAMPLE", Name: "Sample", Platform: "discord", External: "G0SAMPLE", Kind: store.HomeWorkspace},
		} {
			if err := tx.SaveWorkspace(ctx, w); err != nil {
				return err
			}
		}
		p, err := tx.AddPerson(ctx, hiring.Person{Name: "recruiter", Active: true, Roles: hiring.Roles})
		if err != nil {
			return err
		}
		everything.ID, everything.Identity = p.ID, bot.Identity{Workspace: "discord:G0SAMPLE", User: "recruiter"}
		for _, r := range hiring.Roles {
			everything.Roles = append(everything.Roles, string(r))
		}
		if err := tx.LinkIdentity(ctx, p.ID, hiring.Identity{Workspace: "slack:T0SAMPLE", User: "recruiter"}); err != nil {
			return err
		}
		if err := tx.LinkIdentity(ctx, p.ID, hiring.Identity{Workspace: "discord:G0SAMPLE", User: "recruiter"}); err != nil {
			return err
		}
		return tx.SetSetting(ctx, hiring.SettingPrivatePlatforms, "discord")
	})
	if err != nil {
		t.Fatal(err)
	}
	err = st.InTx(ctx, func(tx *store.Tx) error {
		for _, c := range All() {
			if !keptOff(c) {
				continue
			}
			req := bot.Request{Event: bot.Event{Type: bot.Invoke, Command: c.Name()}, Actor: everything, Spec: c.Spec, Args: bot.Args{}}
			_, err := c.Handle(ctx, tx, req)
			wantRefusal(t, c, err)
			if c.Form != nil {
				_, err := c.Form(ctx, tx, req)
				wantRefusal(t, c, err)
			}
			if c.Resolve != nil {
				_, err := c.Resolve(ctx, tx, req)
				wantRefusal(t, c, err)
			}
		}
		// What is offered by one that is not refused are references, also where words are told apart.
		named := Command{Spec: bot.Spec{Noun: "band", Verb: "show"}, Resolve: func(context.Context, *store.Tx, bot.Request) (bot.Args, error) {
			return nil, bot.Invalidf("req", "For which?").Offering([]bot.Choice{{Label: "Backend of Meera", Value: "R-1", Hint: "Interviewing"}})
		}}
		named.Handle = func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
			_, err := named.Resolve(ctx, tx, req)
			return bot.Response{}, err
		}
		_, resolved := guarded(named).Resolve(ctx, tx, bot.Request{Actor: everything})
		_, handled := guarded(named).Handle(ctx, tx, bot.Request{Actor: everything})
		for _, err := range []error{resolved, handled} {
			if own, ok := errors.AsType[*bot.Problem](err); !ok || !slices.Equal(own.Choices, []bot.Choice{{Label: "R-1", Value: "R-1"}}) {
				t.Errorf("on a private platform is offered %+v", own)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func wantRefusal(t *testing.T, c Command, err error) {
	t.Helper()
	want := "Type " + commandText(c.Spec) + " on Slack."
	if hiring.ErrorCode(err) != hiring.NotAllowed || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("%s answers %v; want a refusal that ends with %q", c.Name(), err, want)
	}
}
