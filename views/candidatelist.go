package views

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// What a list of candidates can be narrowed to, beside the stages.
const (
	// ActiveOnly lists those on whom somebody works. It is what is listed where nothing is said.
	ActiveOnly = "active"
	// LatestOnly lists those who were added last, also those who apply to nothing.
	LatestOnly = "latest"
)

// ActiveStages are those of applications on which somebody works.
func ActiveStages() []hiring.AppStage {
	return slices.DeleteFunc(slices.Clone(hiring.AppStages), func(s hiring.AppStage) bool { return !s.Active() })
}

// drawCandidateList lists applications, or candidates; its arguments are the requisition, the stage, and
// the page's cursor.
func drawCandidateList(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	if err := tx.Audit(ctx, store.AuditEvent{Subject: arg(v, 0), Fact: FactCandidates}); err != nil {
		return bot.Card{}, err
	}
	who := Actor(viewer)
	stage := arg(v, 1)
	if stage == LatestOnly || stage == "" && arg(v, 0) == "" && !who.Has(hiring.Recruiter) && !who.Has(hiring.HiringManager) {
		found, err := tx.CandidatesNamed(ctx, "", CandidateViewer(viewer), PageSize)
		return latestCard(tx.Snapshot(), found, hiring.May(who, hiring.AddCandidate, hiring.Subject{})), err
	}
	filter := store.AppFilter{Viewer: CandidateViewer(viewer), Req: arg(v, 0), After: arg(v, 2), Limit: PageSize + 1}
	switch {
	case stage == "" || stage == ActiveOnly:
		filter.Stages = ActiveStages()
	case stage == MineOnly:
		filter.Stages, filter.Mine = ActiveStages(), true
	case stage != AllStates:
		filter.Stages = []hiring.AppStage{hiring.AppStage(stage)}
	}
	apps, err := tx.Applications(ctx, filter)
	if err != nil {
		return bot.Card{}, err
	}
	rows, err := rowsOf(ctx, tx, apps)
	if err != nil {
		return bot.Card{}, err
	}
	return candidateListCard(rows, v, hiring.May(who, hiring.AddCandidate, hiring.Subject{})), nil
}

// appRow is an application in a list.
type appRow struct {
	app           hiring.Application
	name, reqName string
}

// rowsOf names the candidates and the requisitions of applications that their viewer works on.
func rowsOf(ctx context.Context, tx *store.Tx, apps []hiring.Application) ([]appRow, error) {
	var candidates, reqs []string
	for _, a := range apps {
		candidates = append(candidates, a.Candidate)
		if !slices.Contains(reqs, a.Req) {
			reqs = append(reqs, a.Req)
		}
	}
	people, err := tx.CandidatesByID(ctx, candidates)
	if err != nil {
		return nil, err
	}
	jobs, err := tx.RequisitionsByID(ctx, reqs)
	if err != nil {
		return nil, err
	}
	rows := make([]appRow, 0, len(apps))
	for _, a := range apps {
		p, _ := tx.Snapshot().Playbook(jobs[a.Req].Role)
		rows = append(rows, appRow{app: a, name: people[a.Candidate].Name, reqName: ReqName(jobs[a.Req], p)})
	}
	return rows, nil
}

// CandidateChoices names candidates for a menu.
func CandidateChoices(found []hiring.Candidate) []bot.Choice {
	choices := make([]bot.Choice, 0, len(found))
	for _, c := range found {
		choices = append(choices, bot.Choice{Label: c.ID + " " + c.Name, Value: c.ID})
	}
	return choices
}

func latestCard(s *store.Snapshot, found []hiring.Candidate, adds bool) bot.Card {
	card := bot.Card{Title: "Candidates, the latest"}
	if len(found) == 0 {
		return emptyCandidates(card, adds)
	}
	card.Menu = &bot.Menu{Label: "Show one"}
	var lines []bot.Text
	for _, c := range found {
		facts := ""
		if c.Months != nil {
			facts = yearsOf(*c.Months)
		}
		lines = append(lines, bot.Join(bot.B(c.ID+" "), bot.T(joinNonEmpty(" · ", c.Name, facts, EcosystemTitle(s, c.Ecosystem)))))
		card.Menu.Items = append(card.Menu.Items, bot.MenuItem{Label: c.ID + " " + c.Name, Do: bot.Do("candidate.show", c.ID)})
	}
	card.Body = []bot.Node{bot.Lines(lines...)}
	return card
}

func emptyCandidates(card bot.Card, adds bool) bot.Card {
	card.Body = []bot.Node{bot.T("There is none. Here you would see the candidates that you work on, or whom you interview.")}
	card.Actions = []bot.Action{{Label: "My home", Do: bot.Do("hire.home")}}
	if adds {
		card.Actions = []bot.Action{{Label: "Add a candidate", Do: bot.Do("candidate.add"), Style: bot.Primary}}
	}
	return card
}

func candidateListCard(rows []appRow, v bot.View, adds bool) bot.Card {
	card := bot.Card{Title: "Candidates"}
	switch stage := arg(v, 1); stage {
	case "", ActiveOnly:
	case MineOnly:
		card.Title = "Your candidates"
	case AllStates:
		card.Title = "All candidates"
	default:
		card.Title += ": " + strings.ToLower(hiring.AppStageTitle(hiring.AppStage(stage)))
	}
	if req := arg(v, 0); req != "" {
		card.Title += " of " + req
	}
	if len(rows) == 0 {
		return emptyCandidates(card, adds)
	}
	more := len(rows) > PageSize
	if more {
		rows = rows[:PageSize]
	}
	menu := &bot.Menu{Label: "Show one"}
	var lines []bot.Text
	for _, r := range rows {
		line := bot.Join(bot.B(r.app.Candidate+" "), bot.T(r.name+" · "+r.app.Req+" "+r.reqName+" · "+strings.ToLower(hiring.AppStageTitle(r.app.Stage))+" since "), bot.At(r.app.StageSince))
		lines = append(lines, line)
		menu.Items = append(menu.Items, bot.MenuItem{Label: r.app.Candidate + " " + r.name, Hint: r.app.Req, Do: bot.Do("candidate.show", r.app.Candidate)})
	}
	card.Body = []bot.Node{bot.Lines(lines...)}
	card.Menu = menu
	if more {
		card.Actions = append(card.Actions, bot.Action{Label: "Next page", Do: bot.Do("candidate.list", arg(v, 0), arg(v, 1), rows[len(rows)-1].app.ID)})
	}
	// Of what is listed here, from where this page begins.
	in, after := arg(v, 1), arg(v, 2)
	switch {
	case in == MineOnly || slices.Contains(ActiveStages(), hiring.AppStage(in)):
	case in == "" || in == ActiveOnly:
		in = ""
	default:
		in, after = "", "" // those on whom nobody works are not acted on
	}
	card.Actions = append(card.Actions, bot.Action{Label: "Several at once", Do: bot.Do("candidate.several", arg(v, 0), in, after)})
	if adds {
		card.Actions = append(card.Actions, bot.Action{Label: "Add a candidate", Do: bot.Do("candidate.add")})
	}
	return card
}

// Together is an act on several candidates at once.
type Together struct {
	// Act is one of the acts below; Stage and Reason belong to moving and rejecting.
	Act    string
	Stage  hiring.AppStage
	Reason string
}

// The acts on several candidates at once.
const (
	ActMove   = "move"
	ActReject = "reject"
	ActAsk    = "ask"
	ActTold   = "told"
)

// String says the act as the question of its confirmation.
func (t Together) String() string {
	switch t.Act {
	case ActMove:
		return "move to " + strings.ToLower(hiring.AppStageTitle(t.Stage))
	case ActReject:
		if t.Reason == "" {
			return "reject"
		}
		return "reject: " + lowerFirst(t.Reason)
	case ActAsk:
		return "ask for the scorecards that are not in"
	default:
		return "mark as told"
	}
}

// Button is what the button says that does it to so many, "" where its reason is to be chosen first.
func (t Together) Button(n int) string {
	switch {
	case t.Act == ActMove:
		return "Move " + count(n, "candidate")
	case t.Act == ActReject && t.Reason == "":
		return ""
	case t.Act == ActReject:
		return "Reject " + count(n, "candidate")
	case t.Act == ActAsk:
		return "Ask the panels"
	default:
		return "Mark as told"
	}
}

// drawCandidateSure asks once before an act on several. Its arguments are what is done in words, the
// candidates and requisitions as "C-1/R-1" separated by commas, the draft that holds the act, and what its
// button says: where that is left out, a reason is chosen instead.
func drawCandidateSure(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	pairs := strings.Split(arg(v, 1), ",")
	lines := make([]bot.Text, 0, len(pairs))
	for _, pair := range pairs {
		candidate, req, _ := strings.Cut(pair, "/")
		c, a, _, err := AppFor(ctx, tx, viewer, candidate, req)
		if hiring.ErrorCode(err) == hiring.NotFound {
			continue
		}
		if err != nil {
			return bot.Card{}, err
		}
		lines = append(lines, bot.Join(bot.B(c.ID+" "), bot.T(c.Name+" · "+a.Req+" · "+strings.ToLower(hiring.AppStageTitle(a.Stage)))))
	}
	if len(lines) == 0 {
		return bot.Card{}, bot.ErrMoot
	}
	card := bot.Card{Tone: bot.Attention, Title: fmt.Sprintf("%s, %s", count(len(lines), "candidate"), arg(v, 0)), Body: []bot.Node{bot.Lines(lines...)}}
	if label := arg(v, 3); label != "" {
		card.Body = append(card.Body, bot.T("Nothing was done yet."))
		card.Actions = []bot.Action{{Label: label, Style: bot.Primary, Do: bot.Do("candidate.together").WithDraft(arg(v, 2))}}
		return card, nil
	}
	card.Body = append(card.Body, bot.T("Nothing was done yet. Choose the reason that is about the job: it rejects all of them."))
	card.Menu = reasonMenu(tx.Snapshot(), "Reject for", func(code string) bot.Call {
		return bot.Do("candidate.together", "", "", "", code).WithDraft(arg(v, 2))
	})
	return card, nil
}

// drawCandidatesDone says what an act on several did; its arguments are the words, the draft that undoes
// it, the requisition where it was about one, and those who can be told now, as "C-1/R-1" separated by commas.
func drawCandidatesDone(_ context.Context, _ *store.Tx, _ bot.Actor, v bot.View) (bot.Card, error) {
	card := bot.Card{Tone: bot.Good, Body: []bot.Node{bot.T(arg(v, 0))}}
	if arg(v, 1) != "" {
		card.Actions = append(card.Actions, bot.Action{Label: "Undo", Do: bot.Do("candidate.undo").WithDraft(arg(v, 1))})
	}
	if arg(v, 2) != "" {
		card.Actions = append(card.Actions, bot.Action{Label: "Open " + arg(v, 2), Do: bot.Do("req.show", arg(v, 2))})
	}
	card.Actions = append(card.Actions, bot.Action{Label: "Candidates", Do: bot.Do("candidate.list", arg(v, 2))})
	if arg(v, 3) != "" {
		card.Menu = &bot.Menu{Label: "Text for"}
		for _, pair := range strings.Split(arg(v, 3), ",") {
			candidate, req, _ := strings.Cut(pair, "/")
			card.Menu.Items = append(card.Menu.Items, bot.MenuItem{Label: candidate, Hint: "to edit and copy", Do: bot.Do("candidate.letter", candidate, req)})
		}
		card.Context = bot.T("They stand under “waiting for word” until they are told.")
	}
	return card, nil
}
