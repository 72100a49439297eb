package commands

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

func linkCommands() []Command {
	return []Command{
		{
			Spec: bot.Spec{
				Noun: "hire", Verb: "link",
				Summary: "Join your accounts on two chat platforms",
				Details: "Without a code I make one, for ten minutes. Typed from your other account, it shows what will happen and asks. Who made the code goes on.",
				Params: []bot.Param{{Name: "code", Kind: linkCode, Secret: true, Max: 40,
					Help: "The code that your other account was given"}},
				Examples: []string{"/hire link", "/hire link K7QM-2XRA-PL4D"},
			},
			Handle: link,
		},
		{
			Spec: bot.Spec{
				Noun: "hire", Verb: "join", FromCard: true,
				Summary:  "Join the two accounts, after /hire link has shown what that does",
				Params:   []bot.Param{{Name: "link", Kind: linkID, Required: true, Help: "Which code, as the card of /hire link has it"}},
				Examples: []string{"/hire join 0193a5b0-0000-7000-8000-000000000000"},
			},
			Handle: join,
		},
		{
			Spec: bot.Spec{
				Noun: "hire", Verb: "zone", Ack: bot.MayOpenForm,
				Summary: "Say which time zone you are in",
				Details: "Times are shown and read in it. “default” goes back to what your chat profile or the company has.",
				Params: []bot.Param{{Name: "zone", Label: "Your time zone", Kind: zoneKind, Required: true,
					Help: "Its name, or a large city in it"}},
				Examples: []string{"/hire zone Asia/Kolkata", "/hire zone Berlin", "/hire zone default"},
			},
			Form: zoneForm, Handle: setZone,
		},
	}
}

// linkCode reads a code: any text, so that the tries count what was typed.
var linkCode = &bot.Kind{
	Name: "code", Example: "K7QM-2XRA-PL4D",
	Parse: func(_ bot.Reading, text string) (any, error) { return text, nil },
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Words: 3,
}

// linkID reads the id of a code, which is none of its letters and of use to one account alone.
var linkID = &bot.Kind{
	Name: "code's id", Example: "0193a5b0-0000-7000-8000-000000000000",
	Parse: func(_ bot.Reading, text string) (any, error) { return text, nil },
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Wire: 36,
}

// zones are those that are suggested, and can be named by their city alone.
var zones = []string{
	"Asia/Kolkata", "Asia/Dubai", "Asia/Singapore", "Asia/Tokyo", "Asia/Hong_Kong", "Asia/Kathmandu", "Asia/Dhaka", "Asia/Colombo", "Asia/Karachi",
	"Asia/Jakarta", "Asia/Manila", "Asia/Seoul", "Asia/Shanghai", "Europe/London", "Europe/Berlin", "Europe/Paris", "Europe/Amsterdam", "Europe/Madrid",
	"Europe/Warsaw", "Europe/Kyiv", "Europe/Istanbul", "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles",
	"America/Toronto", "America/Sao_Paulo", "Africa/Lagos", "Africa/Nairobi", "Africa/Johannesburg", "Australia/Sydney", "Pacific/Auckland", "UTC",
}

// noZone is what one says to have no zone of one's own.
const noZone = "default"

var zoneKind = &bot.Kind{
	Name: "zone", Example: "Asia/Kolkata",
	Parse: func(_ bot.Reading, text string) (any, error) {
		text = strings.ReplaceAll(strings.TrimSpace(text), " ", "_")
		if strings.EqualFold(text, noZone) {
			return noZone, nil
		}
		for _, zone := range zones {
			_, city, _ := strings.Cut(zone, "/")
			if strings.EqualFold(zone, text) || strings.EqualFold(city, text) {
				return zone, nil
			}
		}
		return canonicalZone(text)
	},
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Wire: 32, Words: 2,
	Suggest: func(_ bot.Reading, prefix string) []bot.Choice {
		var out []bot.Choice
		for _, zone := range zones {
			_, city, _ := strings.Cut(zone, "/")
			if prefix == "" || bot.Begins([]string{zone, strings.ReplaceAll(city, "_", " ")}, prefix) {
				out = append(out, bot.Choice{Label: zone, Value: zone})
			}
		}
		return out
	},
}

// link makes a code, or tries one. A wrong code is an answer and no error, since the try must count.
func link(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	if req.From.Workspace == store.PersonWorkspace {
		return bot.Response{}, hiring.Errorf(hiring.Invalid, "Type this in a chat: it joins chat accounts.")
	}
	code := req.Args.Text("code")
	if code == "" {
		if req.Actor.ID == "" {
			return bot.Response{}, hiring.Errorf(hiring.NotAllowed, "I know you by no name yet. Make the code with your other account, and type it here.")
		}
		made, err := tx.NewLinkCode(ctx)
		if err != nil {
			return bot.Response{}, err
		}
		return show(views.LinkCode, "", made), tx.Audit(ctx, store.AuditEvent{Subject: personSubject(req.Actor.ID), Fact: "link_code"})
	}
	result, err := tx.TryLink(ctx, code, req.From)
	if err != nil {
		return bot.Response{}, err
	}
	if result.Status != store.LinkReady {
		return show(views.LinkRefused, "", string(result.Status), fmt.Sprint(result.Left)), tx.Audit(ctx, store.AuditEvent{Fact: "link_wrong_code"})
	}
	if err := refuseLink(ctx, tx, result.Link); err != nil {
		return bot.Response{}, err
	}
	return show(views.LinkPreview, result.Link.ID), nil
}

func personSubject(id string) string { return "person:" + id }

// refuseLink tells why two people cannot become one now: one of them is none any more, or what is
// undecided has a part for both, or would be left to nobody.
func refuseLink(ctx context.Context, tx *store.Tx, l store.Link) error {
	s := tx.Snapshot()
	survivor, ok := s.Person(l.Person)
	if !ok || !survivor.Active {
		return hiring.Errorf(hiring.Conflict, "Who made this code is not here any more. Make a new one with the account that is to go on.")
	}
	other, known := s.PersonByIdentity(l.To.Workspace, l.To.User)
	if known && other.ID == survivor.ID {
		return hiring.Errorf(hiring.Conflict, "This account is joined with %s already. Type the code from your account on the other platform.", survivor.Name)
	}
	if shared := sharedWorkspace(s, survivor, other, l.To); shared != "" {
		return hiring.Errorf(hiring.Conflict, "These are two accounts of %s, so two people, and they stay two. /hire link joins one person's accounts on two platforms.",
			views.WorkspaceName(s, shared))
	}
	switch {
	case !known:
		return nil
	case other.Has(hiring.Admin) && !survivor.Has(hiring.Admin) && len(s.PeopleWith(hiring.Admin)) == 1:
		return hiring.Errorf(hiring.Conflict, "Then nobody would be admin. Do it the other way round: /hire link here, and type that code there. Or make somebody else admin first.")
	}
	open, err := tx.OpenApprovals(ctx)
	if err != nil {
		return err
	}
	var both, alone []string
	for _, a := range open {
		switch {
		case a.Party(survivor.ID, s.Absences()) && a.Party(other.ID, s.Absences()):
			both = append(both, a.Subject)
		case a.NeedsOnly(other.ID):
			alone = append(alone, a.Subject)
		}
	}
	together, err := tx.InterviewsTogether(ctx, survivor.ID, other.ID)
	if err != nil {
		return err
	}
	var reasons []string
	if len(both) > 0 {
		reasons = append(reasons, "Both of you have a part in the undecided approval of "+strings.Join(both, ", ")+": as who asked, who decides, or who decides for somebody away.")
	}
	if len(alone) > 0 {
		reasons = append(reasons, "Nobody but "+other.Name+" is left to decide on "+strings.Join(alone, ", ")+".")
	}
	if len(reasons) > 0 {
		reasons = append(reasons, "Decide it, or have it handed over (/hire handover).")
	}
	if len(together) > 0 {
		seats := make([]string, len(together))
		for at, i := range together {
			seats[at] = i.ID
		}
		reasons = append(reasons, "Both of you sit on "+strings.Join(seats, ", ")+". The recruiter gives one seat to somebody else (/interview reassign), or goes on without a scorecard (/feedback waive).")
	}
	if len(reasons) == 0 {
		return nil
	}
	return hiring.Errorf(hiring.Conflict, "These accounts cannot be joined now. %s Then link again.", strings.Join(reasons, " "))
}

// sharedWorkspace returns a workspace of the company in which both have an open account, "" for none:
// nobody has two in one, so that they are colleagues. The account that typed the code may be nobody's so far.
func sharedWorkspace(s *store.Snapshot, survivor, other hiring.Person, typed hiring.Identity) string {
	theirs := append(openAccounts(other), typed)
	for _, mine := range openAccounts(survivor) {
		w, known := s.Workspace(mine.Workspace)
		if known && w.Kind == store.HomeWorkspace && slices.ContainsFunc(theirs, func(i hiring.Identity) bool { return i.Workspace == mine.Workspace }) {
			return mine.Workspace
		}
	}
	return ""
}

// openAccounts returns the accounts of somebody that their platforms have not closed.
func openAccounts(p hiring.Person) []hiring.Identity {
	return slices.DeleteFunc(slices.Clone(p.Identities), func(i hiring.Identity) bool { return slices.Contains(p.Closed, i) })
}

// join makes one person of two, as the card of link has told. What asked the other for a decision goes
// on without them.
func join(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	l, err := tx.Link(ctx, req.Args.Text("link"))
	if err != nil {
		return bot.Response{}, linkOver(err)
	}
	if bot.Identity(l.To) != req.From {
		return bot.Response{}, linkOver(hiring.Errorf(hiring.NotFound, ""))
	}
	if err := refuseLink(ctx, tx, l); err != nil {
		return bot.Response{}, err
	}
	before, _ := tx.Snapshot().PersonByIdentity(l.To.Workspace, l.To.User)
	survivor, other, err := tx.Merge(ctx, l)
	if err != nil {
		return bot.Response{}, linkOver(err)
	}
	if len(tx.Snapshot().PeopleWith(hiring.Admin)) == 0 && other.ID != "" && req.Actor.Is(string(hiring.Admin)) {
		return bot.Response{}, hiring.Errorf(hiring.Conflict, "Then nobody would be admin. Make somebody else admin first: /hire people @name +admin")
	}
	account := l.To.Workspace + "/" + l.To.User
	events := []store.AuditEvent{{Subject: personSubject(survivor.ID), Fact: "linked", Detail: map[string]string{"account": account, "merged": other.ID}}}
	if other.ID != "" {
		events = append(events, store.AuditEvent{Subject: personSubject(other.ID), Fact: "merged", Detail: map[string]string{"into": survivor.ID}})
		if err := settleApprovals(ctx, tx, other.ID); err != nil {
			return bot.Response{}, err
		}
		if err := tx.Refresh(ctx, personSubject(other.ID)); err != nil {
			return bot.Response{}, err
		}
		if err := tellAdmins(ctx, tx, survivor, before, l); err != nil {
			return bot.Response{}, err
		}
	}
	for _, e := range events {
		if err := tx.Audit(ctx, e); err != nil {
			return bot.Response{}, err
		}
	}
	if err := tx.Refresh(ctx, personSubject(survivor.ID)); err != nil {
		return bot.Response{}, err
	}
	// It goes to where the code was made: whoever had got hold of it would not tell on themselves.
	err = tx.Send(ctx, bot.Message{
		To:   bot.Recipient{Person: survivor.ID, Channel: bot.Conversation{Workspace: l.From.Workspace}},
		View: bot.View{Name: views.Linked, Subject: personSubject(survivor.ID), Args: []string{other.ID, l.To.Workspace}},
		Key:  "linked:" + l.ID, Why: "You get this because a code that you made was used.",
	})
	return redraw(req, views.LinkDone, survivor.ID, other.ID), err
}

// tellAdmins tells the other admins that somebody who had a role was joined with somebody else: who got
// hold of a colleague's account could do away with them that way. Somebody without a role had nothing to
// take.
func tellAdmins(ctx context.Context, tx *store.Tx, survivor, before hiring.Person, l store.Link) error {
	roles := slices.Concat(before.Roles, before.Withheld)
	if len(roles) == 0 {
		return nil
	}
	had := make([]string, len(roles))
	for at, r := range roles {
		had[at] = string(r)
	}
	for _, admin := range tx.Snapshot().PeopleWith(hiring.Admin) {
		if admin.ID == survivor.ID {
			continue // whoever made the code is told in any case
		}
		err := tx.Send(ctx, bot.Message{
			To:   bot.Recipient{Person: admin.ID},
			View: bot.View{Name: views.Merged, Subject: personSubject(before.ID), Args: []string{survivor.ID, strings.Join(had, ",")}},
			Key:  "merged:" + l.ID + ":" + admin.ID, Why: "You get this because admins are told when somebody with a role is joined with somebody else.",
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// linkOver tells that a code cannot be confirmed any more.
func linkOver(err error) error {
	if hiring.ErrorCode(err) != hiring.NotFound {
		return err
	}
	return hiring.Errorf(hiring.NotFound, "This code is used, or its ten minutes are over. Type /hire link on the other platform for a new one.")
}

func zoneForm(_ context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
	field := bot.FieldOf(req.Spec, "zone", tx.Snapshot().Zone(req.Actor.ID).String())
	field.Hint = "A name such as Asia/Kolkata, a large city, or “default”"
	return bot.Form{Title: "Your time zone", Submit: "Save", Call: bot.Do("hire.zone"), Fields: []bot.Field{field}}, nil
}

func setZone(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	person, ok := tx.Snapshot().Person(req.Actor.ID)
	if !ok {
		return bot.Response{}, hiring.Errorf(hiring.NotAllowed, "I know you by no name yet, so I cannot keep your zone.")
	}
	person.Zone = req.Args.Text("zone")
	if person.Zone == noZone {
		person.Zone = ""
	}
	if _, err := tx.SavePerson(ctx, person); err != nil {
		return bot.Response{}, err
	}
	if err := tx.Refresh(ctx, personSubject(person.ID)); err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.Zone, personSubject(person.ID)), tx.Audit(ctx, store.AuditEvent{Subject: personSubject(person.ID), Fact: "zone_set"})
}

// askZone asks somebody for their time zone whose platform tells none. It is asked once: a second
// message of this key is never sent.
func askZone(ctx context.Context, tx *store.Tx, p hiring.Person) error {
	if tx.Snapshot().KnowsZone(p.ID) {
		return nil
	}
	return tx.Send(ctx, bot.Message{
		To: bot.Recipient{Person: p.ID}, View: bot.View{Name: views.Zone, Subject: personSubject(p.ID)},
		Key: "zone:" + p.ID, Why: "You get this once, because your chat profile tells no time zone.",
	})
}
