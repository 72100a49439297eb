package views

import (
	"context"
	"slices"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// reasonMenu offers the company's reasons for a rejection, each as the call that takes it.
func reasonMenu(s *store.Snapshot, label string, do func(code string) bot.Call) *bot.Menu {
	menu := &bot.Menu{Label: label}
	for _, w := range s.Words(store.ReasonWords) {
		if len(menu.Items) < menuFull {
			menu.Items = append(menu.Items, bot.MenuItem{Label: w.Label, Do: do(w.Value)})
		}
	}
	return menu
}

// drawRejectWhy asks for the reason of a rejection; its argument is the requisition.
func drawRejectWhy(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	c, a, r, err := AppFor(ctx, tx, viewer, v.Subject, arg(v, 0))
	if err != nil {
		return bot.Card{}, err
	}
	p, _ := tx.Snapshot().Playbook(r.Role)
	return bot.Card{
		Tone: bot.Attention, Title: "Reject " + c.ID + " " + c.Name + "?",
		Body: []bot.Node{
			bot.T(r.ID + " " + ReqName(r, p) + " · " + strings.ToLower(hiring.AppStageTitle(a.Stage))),
			bot.T("Choose the reason that is about the job. It is kept for the company, and left out of what they read. Nobody is told by it."),
		},
		Menu:    reasonMenu(tx.Snapshot(), "Reason", func(code string) bot.Call { return bot.Do("candidate.reject", c.ID, code, r.ID) }),
		Actions: []bot.Action{{Label: "Back to " + c.ID, Do: bot.Do("candidate.show", c.ID)}},
	}, nil
}

// RejectionFor returns the kind text for a rejected candidate, with the reason or without it.
func RejectionFor(ctx context.Context, tx *store.Tx, viewer bot.Actor, c hiring.Candidate, a hiring.Application, r hiring.Requisition, reason bool) (string, error) {
	p, _ := tx.Snapshot().Playbook(r.Role)
	params := hiring.RejectionParams{
		Name: c.FirstName(), Title: onePosition(r, p), Company: tx.Snapshot().Setting(hiring.SettingCompany), Sender: viewer.Name,
	}
	if reason {
		params.Reason = a.Reason
	}
	interviews, err := tx.InterviewsOf(ctx, a.ID)
	for _, i := range interviews {
		params.Met = params.Met || i.State == hiring.InterviewDone
	}
	return hiring.RejectionText(params), err
}

// drawRejected says that somebody was rejected, with what they can be told. Its arguments are the
// requisition, and the draft that undoes it.
func drawRejected(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	c, a, r, err := AppFor(ctx, tx, viewer, v.Subject, arg(v, 0))
	if err != nil {
		return bot.Card{}, err
	}
	if a.Stage != hiring.AppRejected {
		return bot.Card{}, bot.ErrMoot
	}
	text, err := RejectionFor(ctx, tx, viewer, c, a, r, false)
	if err != nil {
		return bot.Card{}, err
	}
	card := bot.Card{
		Tone: bot.Good, Title: c.ID + " is rejected",
		Body: []bot.Node{
			bot.T(a.Reason + ". Nobody was told yet: copy this text, and change it as you like."),
			bot.T(text),
		},
		Actions: []bot.Action{
			{Label: "Copy", Do: bot.Do("candidate.letter", c.ID, r.ID), Style: bot.Primary},
			{Label: "Mark told", Do: bot.Do("candidate.told", c.ID, r.ID)},
		},
		Menu: &bot.Menu{Label: "More", Items: []bot.MenuItem{
			{Label: "Text with the reason", Do: bot.Do("candidate.letter", c.ID, r.ID, "yes")},
			{Label: "Open " + c.ID, Do: bot.Do("candidate.show", c.ID)},
		}},
	}
	planned, err := plannedOf(ctx, tx, a)
	if err != nil {
		return bot.Card{}, err
	}
	for _, i := range planned {
		still := bot.Join(bot.B(i.ID), bot.T(" is still planned: "), bot.At(i.StartsAt), bot.T(". Cancel it, so that nobody waits there."))
		if i.State == hiring.InterviewProposed {
			still = bot.Join(bot.B(i.ID), bot.T(" still asks its panel for a time. Cancel it, so that nobody waits for it."))
		}
		card.Body = append(card.Body, still)
		card.Menu.Items = append(card.Menu.Items, bot.MenuItem{Label: "Cancel " + i.ID, Do: bot.Do("interview.cancel", i.ID)})
	}
	if !a.WaitingSince.IsZero() || a.LastWordAt.IsZero() {
		card.Context = bot.T("They stand under “waiting for word” until they are told.")
	}
	if arg(v, 1) != "" {
		card.Actions = append(card.Actions, bot.Action{Label: "Undo", Do: bot.Do("candidate.undo").WithDraft(arg(v, 1))})
	}
	return card, nil
}

// plannedOf returns the interviews of an application that are to come, or have no time yet, a few at most.
func plannedOf(ctx context.Context, tx *store.Tx, a hiring.Application) ([]hiring.Interview, error) {
	all, err := tx.InterviewsOf(ctx, a.ID)
	planned := slices.DeleteFunc(all, func(i hiring.Interview) bool {
		return i.State != hiring.InterviewProposed && (i.State != hiring.InterviewScheduled || !i.StartsAt.After(tx.Now()))
	})
	return planned[:min(len(planned), homeShown)], err
}

// drawReqOutcomes is what closing a requisition waits for: candidates without an outcome. Its arguments are
// the draft that holds the reason of the closing and, once it was chosen, the reason for the candidates:
// then it asks whether that is to be done.
func drawReqOutcomes(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	r, _, _, err := ReqFor(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	apps, err := tx.Applications(ctx, store.AppFilter{Viewer: CandidateViewer(viewer), Req: r.ID, Stages: ActiveStages(), Limit: menuFull + 1})
	if err != nil {
		return bot.Card{}, err
	}
	if len(apps) == 0 {
		return bot.Card{}, bot.ErrMoot
	}
	rows, err := rowsOf(ctx, tx, apps)
	if err != nil {
		return bot.Card{}, err
	}
	funnel, err := tx.FunnelOf(ctx, r.ID)
	if err != nil {
		return bot.Card{}, err
	}
	var lines []bot.Text
	for i, row := range rows {
		if i == PageSize {
			lines = append(lines, bot.Join(bot.Tf("… and %d more: ", funnel.Active()-PageSize), bot.C("/candidate list "+r.ID)))
			break
		}
		lines = append(lines, bot.Join(bot.B(row.app.Candidate+" "), bot.T(row.name+" · "+strings.ToLower(hiring.AppStageTitle(row.app.Stage)))))
	}
	if code := arg(v, 1); code != "" {
		words := tx.Snapshot().Words(store.ReasonWords)
		at := slices.IndexFunc(words, func(w bot.Word) bool { return w.Value == code })
		if at < 0 {
			return bot.Card{}, bot.ErrMoot // the company took the reason from its list
		}
		return bot.Card{
			Tone: bot.Attention, Title: "Reject all of " + r.ID + " and close it?",
			Body: []bot.Node{bot.T("This is about " + count(funnel.Active(), "candidate") + ". The reason for each of them: " + lowerFirst(words[at].Label) + ". They are not told by it. Nothing was done yet."), bot.Lines(lines...)},
			Actions: []bot.Action{
				{Label: "Reject all and close", Style: bot.Danger, Do: bot.Do("req.outcome", r.ID, code, "yes").WithDraft(arg(v, 0))},
				{Label: "Not yet", Do: bot.Do("req.show", r.ID)},
			},
		}, nil
	}
	return bot.Card{
		Tone: bot.Attention, Title: r.ID + " is not closed yet",
		Body: []bot.Node{
			bot.T("Nobody is left waiting: first each of these needs an outcome. Reject them all with one reason, which closes it too, or move them one by one."),
			bot.Lines(lines...),
		},
		Actions: []bot.Action{{Label: "Several at once", Do: bot.Do("candidate.several", r.ID)}},
		Menu:    reasonMenu(tx.Snapshot(), "Reject all and close", func(code string) bot.Call { return bot.Do("req.outcome", r.ID, code).WithDraft(arg(v, 0)) }),
	}, nil
}
