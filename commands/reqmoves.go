package commands

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// moveCommands are what moves a requisition that was approved.
func moveCommands() []Command {
	why := bot.Param{Name: "reason", Kind: bot.PlainText, KeyOnly: true, Max: 300, Help: "The reason, for its team"}
	needed := why
	needed.Required = true
	return []Command{
		{
			Spec: bot.Spec{
				Noun: "req", Verb: "hold", Action: string(hiring.ChangeReq),
				Summary: "Put a requisition on hold", Params: []bot.Param{reqParam(), why},
				Examples: []string{"/req hold R-12", "/req hold R-12 reason:\"budget freeze until April\""},
			},
			Handle: holdReq, Suggest: suggestReq,
		},
		{
			Spec: bot.Spec{
				Noun: "req", Verb: "reopen", Action: string(hiring.ChangeReq),
				Summary: "Reopen a requisition that is on hold, filled or closed", Params: []bot.Param{reqParam(), why},
				Examples: []string{"/req reopen R-12"},
			},
			Handle: reopenReq, Suggest: suggestReq,
		},
		{
			Spec: bot.Spec{
				Noun: "req", Verb: "close", Action: string(hiring.ChangeReq), Ack: bot.MayOpenForm,
				Summary: "Give a requisition up, with a reason", Params: []bot.Param{reqParam(), needed},
				Examples: []string{"/req close R-12 reason:\"the team was merged\""},
			},
			Form: reasonForm("Close", "Close it"), Handle: closeReq, Suggest: suggestReq,
		},
		{
			Spec: bot.Spec{
				Noun: "req", Verb: "outcome", FromCard: true, Action: string(hiring.ChangeReq),
				Summary: "Reject all who are left with one reason, and close",
				Params: []bot.Param{
					reqParam(), {Name: "outcome", Label: "Reason for them", Kind: rejectReason, KeyOnly: true, Required: true, Help: "A reason of the company's list"},
					{Name: "sure", Kind: bot.YesNo, KeyOnly: true, Choices: yesNo, Help: "Yes once you were asked"}, needed,
				},
				Examples: []string{"/req outcome R-12 outcome:\"the position was closed\" reason:\"the team was merged\""},
			},
			Handle: closeWithOutcome, Suggest: suggestReq,
		},
		{
			Spec: bot.Spec{
				Noun: "req", Verb: "fill", Action: string(hiring.ChangeReq),
				Summary:  "Say that seats are filled",
				Params:   []bot.Param{reqParam(), {Name: "seats", Kind: Seats, Help: "How many more; one if left out", Example: "2"}},
				Examples: []string{"/req fill R-12", "/req fill R-12 seats:2"},
			},
			Handle: fillReq, Suggest: suggestReq,
		},
	}
}

// reasonForm asks for the reason of an act on a requisition.
func reasonForm(act, submit string) func(context.Context, *store.Tx, bot.Request) (bot.Form, error) {
	return func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
		r, _, err := myReq(ctx, tx, req)
		if err != nil {
			return bot.Form{}, err
		}
		return bot.Form{
			Title: act + " " + r.ID, Submit: submit, Call: bot.Do(req.Spec.Name(), r.ID),
			Fields: []bot.Field{bot.FieldOf(req.Spec, "reason", nonEmpty(req.Args.Text("reason"))...)},
		}, nil
	}
}

// wasDetail is the detail of a move's history that says how the requisition was before.
const wasDetail = "was"

// moveReq moves a requisition and puts it on record; every card of it is drawn again.
func moveReq(ctx context.Context, tx *store.Tx, r hiring.Requisition, to hiring.ReqState, why string) (hiring.Requisition, error) {
	return moveFrom(ctx, tx, r, r, to, why)
}

// moveFrom is moveReq for a requisition that was another before what is done now.
func moveFrom(ctx context.Context, tx *store.Tx, before, r hiring.Requisition, to hiring.ReqState, why string) (hiring.Requisition, error) {
	moved, err := r.Move(to, why, tx.Now())
	if err != nil {
		return r, err
	}
	if moved, err = tx.SaveRequisition(ctx, moved); err != nil {
		return r, err
	}
	detail := map[string]string{wasDetail: wasBefore(before, moved)}
	if why != "" {
		detail["text"] = why
	}
	if to != hiring.ReqPending { // whoever asks for approval puts that on record
		if err := record(ctx, tx, r.ID, moveWords(r.State, to), detail); err != nil {
			return r, err
		}
	}
	return moved, tx.Refresh(ctx, r.ID)
}

// moveWords says what somebody did who moved a requisition.
func moveWords(from, to hiring.ReqState) string {
	switch {
	case to == hiring.ReqOpen && from == hiring.ReqPending:
		return "opened it: the approval is complete"
	case to == hiring.ReqOpen:
		return "reopened it"
	case to == hiring.ReqDraft:
		return "made it a draft again"
	case to == hiring.ReqOnHold:
		return "put it on hold"
	case to == hiring.ReqFilled:
		return "marked it as filled"
	case to == hiring.ReqClosed:
		return "closed it"
	default:
		return "moved it to “" + strings.ToLower(hiring.ReqStateTitle(to)) + "”"
	}
}

func holdReq(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	r, _, err := myReq(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	if r.State == hiring.ReqOnHold {
		return redraw(req, views.Req, r.ID, "It is on hold already."), nil
	}
	moved, err := moveReq(ctx, tx, r, hiring.ReqOnHold, req.Args.Text("reason"))
	return redraw(req, views.Req, r.ID, "On hold. Nobody is asked to work on it.", wasBefore(r, moved)), err
}

// reopenReq takes a requisition up again: open where it is approved as it is, else as a draft or to be
// approved. A filled one has a seat to fill again.
func reopenReq(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	r, _, err := myReq(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	to, ok := r.ReopensTo()
	if !ok {
		return redraw(req, views.Req, r.ID, "There is nothing to reopen: it is "+strings.ToLower(hiring.ReqStateTitle(r.State))+"."), nil
	}
	before := r
	if r.State == hiring.ReqFilled && r.Remaining() == 0 {
		r.Filled = r.Seats - 1
	}
	if to == hiring.ReqPending {
		_, err := askApproval(ctx, tx, req.Actor, r)
		return redraw(req, views.Req, r.ID, "What was approved has changed since, so approval is asked again."), err
	}
	done := fmt.Sprintf("Open again: %d of %d filled.", r.Filled, r.Seats)
	if to == hiring.ReqDraft {
		done = "A draft again: it was not approved as it is now. Ask for approval when it is right."
	}
	_, err = moveFrom(ctx, tx, before, r, to, req.Args.Text("reason"))
	return redraw(req, views.Req, r.ID, done), err
}

func closeReq(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	r, a, err := myReq(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	if r.State == hiring.ReqClosed {
		return redraw(req, views.Req, r.ID, "It is closed already."), nil
	}
	// A wrong reason is said before anybody looks for outcomes.
	if _, err := r.Move(hiring.ReqClosed, req.Args.Text("reason"), tx.Now()); err != nil {
		return bot.Response{}, err
	}
	if left, err := tx.FunnelOf(ctx, r.ID); err != nil || left.Active() > 0 {
		if err == nil {
			err = checkSettles(tx, req.Actor, r)
		}
		if err != nil {
			return bot.Response{}, err
		}
		kept, err := setAside(ctx, tx, "req.outcome", bot.Values{"reason": {req.Args.Text("reason")}})
		return redraw(req, views.ReqOutcomes, r.ID, kept), err
	}
	undo, err := shut(ctx, tx, r, a, req.Args.Text("reason"))
	if err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.Req, r.ID, fmt.Sprintf("Closed, with %d of %d seats not filled.", r.Remaining(), r.Seats), undo), nil
}

// checkSettles refuses to settle what becomes of candidates to who does not work on them.
func checkSettles(tx *store.Tx, by bot.Actor, r hiring.Requisition) error {
	if hiring.May(views.Actor(by), hiring.ChangeApplication, hiring.Subject{Req: &r}) {
		return nil
	}
	ask := nameOf(tx.Snapshot())(r.HiringManager)
	if r.Recruiter != "" {
		ask = nameOf(tx.Snapshot())(r.Recruiter)
	}
	return hiring.Errorf(hiring.Conflict, "%s cannot be closed yet: candidates of it have no outcome. Ask @%s to settle that.", r.ID, ask)
}

// shut closes a requisition, voids its open approval, and returns what an undo button carries. It returns
// a Conflict error where somebody applied meanwhile: nobody is left waiting.
func shut(ctx context.Context, tx *store.Tx, r hiring.Requisition, a hiring.Approval, why string) (string, error) {
	moved, err := moveReq(ctx, tx, r, hiring.ReqClosed, why)
	if err != nil {
		return "", err
	}
	if a.State == hiring.ApprovalOpen {
		if err := voidApproval(ctx, tx, a, "The requisition was closed."); err != nil {
			return "", err
		}
	}
	// The requisition's row is locked by now, so that nobody can apply any more.
	left, err := tx.FunnelOf(ctx, r.ID)
	if err != nil {
		return "", err
	}
	if left.Active() > 0 {
		return "", hiring.Errorf(hiring.Conflict, "Somebody was added to %s meanwhile. Close it again: /req close %s", r.ID, r.ID)
	}
	if r.State == hiring.ReqPending {
		return "", nil // its approval is gone
	}
	return wasBefore(r, moved), nil
}

// closeWithOutcome rejects everybody who is left with one reason, and closes the requisition. It asks
// once before, since it is about several.
func closeWithOutcome(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	r, a, err := myReq(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	if err := checkSettles(tx, req.Actor, r); err != nil {
		return bot.Response{}, err
	}
	if _, err := r.Move(hiring.ReqClosed, req.Args.Text("reason"), tx.Now()); err != nil {
		return bot.Response{}, err
	}
	reason, err := reasonOf(tx.Snapshot(), req.Args.Text("outcome"))
	if err != nil {
		return bot.Response{}, hiring.InvalidField("outcome", "%s", messageOf(err))
	}
	if sure, _ := bot.Arg[bool](req.Args, "sure"); !sure {
		kept, err := setAside(ctx, tx, "req.outcome", bot.Values{"reason": {req.Args.Text("reason")}})
		return redraw(req, views.ReqOutcomes, r.ID, kept, store.ReasonCode(reason)), err
	}
	if r, err = tx.HoldRequisition(ctx, r.ID); err != nil {
		return bot.Response{}, err
	}
	filter := store.AppFilter{Viewer: views.CandidateViewer(req.Actor), Req: r.ID, Stages: views.ActiveStages(), Limit: maxTogether}
	settled := 0
	for {
		apps, err := tx.Applications(ctx, filter)
		if err != nil {
			return bot.Response{}, err
		}
		for _, app := range apps {
			if _, _, err := moveApp(ctx, tx, req.Actor, app, hiring.AppRejected, reason, ""); err != nil {
				return bot.Response{}, err
			}
			settled++
		}
		if len(apps) < maxTogether {
			break
		}
	}
	if _, err := shut(ctx, tx, r, a, req.Args.Text("reason")); err != nil {
		return bot.Response{}, err
	}
	words := fmt.Sprintf("%s is closed. %s rejected (%s), and not told yet: they stand under “waiting for word”.", r.ID, people(settled), strings.ToLower(reason))
	return doneTogether(ctx, tx, req, words, nil, r.ID, "")
}

func people(n int) string {
	if n == 1 {
		return "1 candidate is"
	}
	return fmt.Sprintf("%d candidates are", n)
}

func fillReq(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	r, _, err := myReq(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	if r.State != hiring.ReqOpen && r.State != hiring.ReqOnHold {
		_, err := r.Move(hiring.ReqFilled, "", tx.Now())
		if err == nil {
			err = hiring.Errorf(hiring.Conflict, "%s is %s; nothing can be filled.", r.ID, strings.ToLower(hiring.ReqStateTitle(r.State)))
		}
		return bot.Response{}, err
	}
	n := bot.ArgOr(req.Args, "seats", 1)
	if n > r.Remaining() {
		return bot.Response{}, hiring.InvalidField("seats", "Only %d of %d seats are open. For more, edit the number of seats: /req edit %s", r.Remaining(), r.Seats, r.ID)
	}
	before := r
	r.Filled += n
	detail := map[string]string{"text": fmt.Sprintf("%d of %d", r.Filled, r.Seats)}
	if r.Filled == r.Seats {
		if err := record(ctx, tx, r.ID, "filled seats", detail); err != nil {
			return bot.Response{}, err
		}
		moved, err := moveFrom(ctx, tx, before, r, hiring.ReqFilled, "")
		return redraw(req, views.Req, r.ID, "All seats are filled.", wasBefore(before, moved)), err
	}
	r.ChangedAt = tx.Now()
	if r, err = tx.SaveRequisition(ctx, r); err != nil {
		return bot.Response{}, err
	}
	detail[wasDetail] = wasBefore(before, r)
	if err := record(ctx, tx, r.ID, "filled seats", detail); err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.Req, r.ID, fmt.Sprintf("%d of %d filled.", r.Filled, r.Seats), wasBefore(before, r)), tx.Refresh(ctx, r.ID)
}

// was is how a requisition was before a move, and the version that the move made: the undo of a move
// is refused once anything else has changed.
type was struct {
	state   hiring.ReqState
	filled  int
	version int64
}

// wasBefore returns what an undo button carries.
func wasBefore(before, after hiring.Requisition) string {
	return reqWas.Print(was{before.State, before.Filled, after.Version})
}

var reqWas = &bot.Kind{
	Name: "state before", Example: "open:0:7",
	Parse: func(_ bot.Reading, text string) (any, error) {
		state, rest, _ := strings.Cut(text, ":")
		filled, version, _ := strings.Cut(rest, ":")
		seats, err := strconv.Atoi(filled)
		number, err2 := strconv.ParseInt(version, 10, 64)
		if err != nil || err2 != nil || seats < 0 || !slices.Contains(hiring.ReqStates, hiring.ReqState(state)) {
			return nil, bot.Invalidf("", "“%s” is not what an undo button carries. Example: press Undo on the card", text)
		}
		return was{hiring.ReqState(state), seats, number}, nil
	},
	Print: func(v any) string {
		w, _ := v.(was)
		return fmt.Sprintf("%s:%d:%d", w.state, w.filled, w.version)
	},
	Option: bot.OptionText, Wire: 32,
}

// undoMove takes a requisition back to where it was before its last move.
func undoMove(ctx context.Context, tx *store.Tx, req bot.Request, r hiring.Requisition, before was) (bot.Response, error) {
	whole := before.filled <= r.Seats && (before.state != hiring.ReqFilled || before.filled == r.Seats)
	if r.State == hiring.ReqDraft || r.State == hiring.ReqPending || before.state == hiring.ReqPending || before.state == hiring.ReqClosed || !whole {
		// What a button carries anyone can type: approval is given and asked for elsewhere.
		return bot.Response{}, hiring.Errorf(hiring.Conflict, "That cannot be undone. /req show %s tells how it stands and what can be done.", r.ID)
	}
	if r.Version != before.version || tx.Now().Sub(r.ChangedAt) >= views.UndoWindow {
		return bot.Response{}, hiring.Errorf(hiring.Conflict, "It is too late to undo that: %s was changed since, or ten minutes have passed. /req show %s tells what can be done.", r.ID, r.ID)
	}
	r.Filled = before.filled
	path := []hiring.ReqState{before.state}
	if !r.CanMove(before.state) && (before.state == hiring.ReqOnHold || before.state == hiring.ReqFilled) {
		path = []hiring.ReqState{hiring.ReqOpen, before.state}
	}
	if r.State == before.state {
		path = nil
	}
	var err error
	for _, to := range path {
		if r, err = r.Move(to, "", tx.Now()); err != nil {
			return bot.Response{}, err
		}
	}
	if r, err = tx.SaveRequisition(ctx, r); err != nil {
		return bot.Response{}, err
	}
	done := fmt.Sprintf("Undone: %s again, %d of %d filled.", strings.ToLower(hiring.ReqStateTitle(r.State)), r.Filled, r.Seats)
	if err := record(ctx, tx, r.ID, "undid that", map[string]string{"text": fmt.Sprintf("%s, %d of %d filled", strings.ToLower(hiring.ReqStateTitle(r.State)), r.Filled, r.Seats)}); err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.Req, r.ID, done), tx.Refresh(ctx, r.ID)
}
