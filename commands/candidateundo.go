package commands

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// appWas is how an application was before a change, and the version that the change made. It stands in
// a draft, and its undo is refused once anything else has changed.
type appWas struct {
	App             string
	Version         int64
	Stage           hiring.AppStage
	LastStage       hiring.AppStage
	StageSince      time.Time
	EndedAt         time.Time
	LastWord, Waits time.Time
	Reason, Why     string
}

// wasApp returns what undoes the change of an application.
func wasApp(before, after hiring.Application) appWas {
	return appWas{
		App: before.ID, Version: after.Version, Stage: before.Stage, LastStage: before.LastStage, StageSince: before.StageSince, EndedAt: before.EndedAt,
		LastWord: before.LastWordAt, Waits: before.WaitingSince, Reason: before.Reason, Why: before.Why,
	}
}

// restore returns the application as it was.
func (w appWas) restore(a hiring.Application) hiring.Application {
	a.Stage, a.LastStage, a.StageSince, a.EndedAt = w.Stage, w.LastStage, w.StageSince, w.EndedAt
	a.LastWordAt, a.WaitingSince, a.Reason, a.Why = w.LastWord, w.Waits, w.Reason, w.Why
	return a
}

// String writes it as one word without a comma, which separates several.
func (w appWas) String() string {
	text, err := json.Marshal(w)
	if err != nil { // it has nothing that cannot be written
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func readWas(text string) (appWas, error) {
	var w appWas
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(data, &w)
	}
	if err != nil {
		return w, fmt.Errorf("read what an undo carries: %w", err)
	}
	return w, nil
}

// setAside keeps values for the command that a card's button runs next, and returns the draft's id.
func setAside(ctx context.Context, tx *store.Tx, command string, values bot.Values) (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("make a draft id: %w", err)
	}
	return id.String(), tx.SaveDraft(ctx, bot.Draft{ID: id.String(), Command: command, Subject: "kept:" + id.String(), Values: values})
}

// keepUndo keeps what undoes changes of applications, and returns what an undo button carries.
func keepUndo(ctx context.Context, tx *store.Tx, changes ...appWas) (string, error) {
	values := bot.Values{}
	for _, w := range changes {
		values["was"] = append(values["was"], w.String())
	}
	return setAside(ctx, tx, "candidate.undo", values)
}

// undoCandidates takes applications back to where they were before what was done last: all of them, or
// none.
func undoCandidates(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	if keys := bot.AllArgs[string](req.Args, "asked"); len(keys) > 0 {
		return takeBackAsking(ctx, tx, req, keys)
	}
	changes := bot.AllArgs[appWas](req.Args, "was")
	if len(changes) == 0 {
		return bot.Response{}, hiring.Errorf(hiring.Conflict, "There is nothing to undo. Press Undo on the card of what you did, within ten minutes.")
	}
	var last hiring.Application
	told, knew, sentOff := false, false, map[string]bool{}
	for _, w := range changes {
		a, err := tx.Application(ctx, w.App)
		if err != nil {
			return bot.Response{}, views.NoApplication("They", "")
		}
		if _, a, _, err = views.AppFor(ctx, tx, req.Actor, a.Candidate, a.ID); err != nil {
			return bot.Response{}, err
		}
		if err := stillOpen(ctx, tx, a.Req, !a.Active() && w.Stage.Active()); err != nil {
			return bot.Response{}, err
		}
		if a.Version != w.Version || tx.Now().Sub(a.ChangedAt) >= views.UndoWindow {
			return bot.Response{}, hiring.Errorf(hiring.Conflict, "It is too late to undo that: %s was changed since, or ten minutes have passed. /candidate show %s tells what can be done.", a.Candidate, a.Candidate)
		}
		told = told || !a.LastWordAt.Equal(w.LastWord)
		if w.Stage != a.Stage {
			knows, err := recruiterKnows(ctx, tx, a)
			if err != nil {
				return bot.Response{}, err
			}
			knew = knew || knows
		}
		if last, err = saveApp(ctx, tx, w.restore(a), "undid that"); err != nil {
			return bot.Response{}, err
		}
		sentOff[a.Candidate] = true
	}
	whom := "Nobody was told."
	if knew {
		whom = "Only the recruiter was told, whose message says it as it is now."
	}
	if len(changes) > 1 {
		return redraw(req, views.CandidatesDone, "", fmt.Sprintf("Undone: %d candidates are where they were. %s", len(sentOff), whom), "", last.Req), nil
	}
	words := fmt.Sprintf("%s is back %s. %s", last.Candidate, stageWords(last.Stage), whom)
	if told {
		words = fmt.Sprintf("Undone: nothing says any more that %s was told.", last.Candidate)
	}
	return redraw(req, views.Candidate, last.Candidate, words), nil
}

// recruiterKnows tells whether the recruiter of an application was told already of its last move, as tellOfMove
// does after a while.
func recruiterKnows(ctx context.Context, tx *store.Tx, a hiring.Application) (bool, error) {
	if tx.Now().Sub(a.ChangedAt) < outreachDelay {
		return false, nil
	}
	said, err := tx.LatestArgs(ctx, views.CandidateMoved, a.Candidate)
	return len(said) > 2 && said[0] == a.ID && said[2] == string(a.Stage), err
}

// stageWords says where somebody is back.
func stageWords(s hiring.AppStage) string {
	switch s {
	case hiring.AppScreening:
		return "in screening"
	case hiring.AppInterviewing:
		return "in the interviews"
	case hiring.AppDebrief:
		return "in the debrief"
	case hiring.AppOffer:
		return "at the offer"
	case hiring.AppWithdrawn:
		return "out: they apply to nothing"
	default:
		return "under “" + strings.ToLower(hiring.AppStageTitle(s)) + "”"
	}
}

// stillOpen refuses to take somebody up for a requisition that was given up. The requisition cannot be
// given up then until the unit ends.
func stillOpen(ctx context.Context, tx *store.Tx, req string, takesUp bool) error {
	if !takesUp {
		return nil
	}
	r, err := tx.HoldRequisition(ctx, req)
	if err != nil {
		return err
	}
	if r.State == hiring.ReqClosed {
		return hiring.Errorf(hiring.Conflict, "%s is closed, so nobody can be taken up for it. /req reopen %s comes first.", r.ID, r.ID)
	}
	return nil
}

// saveApp writes an application that was changed, and puts it on the candidate's history.
func saveApp(ctx context.Context, tx *store.Tx, a hiring.Application, what string) (hiring.Application, error) {
	saved, err := tx.SaveApplication(ctx, a)
	if err != nil {
		return a, err
	}
	// Of which requisition stands in the detail: a reader may not know of it.
	return saved, tx.AddHistory(ctx, a.Candidate, what, map[string]string{"req": a.Req, "stage": string(a.Stage)})
}
