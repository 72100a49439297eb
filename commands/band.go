package commands

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

var (
	seesBands = []string{string(hiring.Recruiter), string(hiring.Compensation), string(hiring.HiringManager)}
	setsBands = []string{string(hiring.Compensation)}
)

// bandQuestion are the parameters of a question about pay. Who may see which band is decided before
// anything is read, with one refusal for all.
var bandQuestion = []bot.Param{
	{Name: "role", Kind: RoleName, Required: true, Help: "The role, by its name or a part of it; or a candidate or requisition, like C-7 or R-12"},
	{Name: "level", Kind: Level, Help: "The level, if you know it better than the years"},
	{Name: "experience", Kind: Experience, Help: "Years of experience; a level's lower bound belongs to it"},
	{Name: "ecosystem", Kind: Ecosystem, Help: "The stack"},
	{Name: "premiums", Kind: Premium, Repeated: true, Flag: true, Help: "What adds to the band"},
	{Name: "from", Kind: Uplift, KeyOnly: true, Help: "The kind of move, for a second anchor"},
	{Name: "ctc", Kind: Money, KeyOnly: true, Secret: true, Example: "18L", Help: "Current CTC a year, for a second anchor"},
	{Name: "ask", Kind: Money, KeyOnly: true, Secret: true, Example: "48L", Help: "What the candidate asks for, a year"},
	{Name: "budget", Kind: MoneyRange, KeyOnly: true, Secret: true, Example: "35-45L", Help: "The budget of the seat, a year"},
	{Name: "req", Label: "Requisition", Kind: whichReq, KeyOnly: true, Secret: true, Help: "Of a candidate who applies to several: which one is meant", Example: "R-12"},
}

func bandCommands() []Command {
	return []Command{
		{
			Spec: bot.Spec{
				Noun: "band", Verb: "show", Default: true, Reads: true, Roles: seesBands,
				Summary: "What we pay for a role, level and stack",
				Details: "Without experience or level: all levels. Premiums compound, and the arithmetic is shown. Words go in any order. " +
					"A candidate in the place of the role stands for their requisition, years and pay; a requisition for its level, stack and budget.",
				Params: bandQuestion,
				Examples: []string{"/band backend 7y java +cloud", "/band backend senior +cloud +distributed ask:48",
					"/band backend 5y from:services ctc:18", "/band backend", "/band C-7", "/band R-12 +cloud"},
			},
			Allow: allowBands, Resolve: askOfRecord, Handle: showBand, Suggest: suggestBandRole,
		},
		{
			Spec: bot.Spec{
				Noun: "band", Verb: "chart", FromCard: true, Roles: seesBands,
				Summary:  "The band as a picture, in your direct messages",
				Params:   bandQuestion,
				Examples: []string{"/band chart backend senior +cloud"},
			},
			Allow: allowBands, Resolve: askOfRecord, Handle: sendBandPicture, Suggest: suggestBandRole,
		},
		{
			Spec: bot.Spec{
				Noun: "band", Verb: "list", Reads: true, Roles: seesBands,
				Summary:  "The roles whose bands you may see",
				Examples: []string{"/band list"},
			},
			Allow: allowBands,
			Handle: func(context.Context, *store.Tx, bot.Request) (bot.Response, error) {
				return show(views.BandList, ""), nil
			},
		},
		{
			Spec: bot.Spec{
				Noun: "band", Verb: "history", Reads: true, Roles: seesBands,
				Summary: "Who changed a role's bands, and when",
				Params: []bot.Param{
					{Name: "role", Kind: RoleName, Required: true, Help: "The role, by its name or a part of it"},
					{Name: "level", Kind: Level, Help: "One level only"},
				},
				Examples: []string{"/band history backend", "/band history backend senior"},
			},
			Allow: allowBands, Suggest: suggestBandRole,
			Handle: func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
				role, err := bandRole(ctx, tx, req)
				return redraw(req, views.BandHistory, role, req.Args.Text("level")), err
			},
		},
		{
			Spec: bot.Spec{
				Noun: "band", Verb: "set", Ack: bot.MayOpenForm, Roles: setsBands,
				Summary: "Set the band of a level",
				Details: "The band holds from its date on; what was before stays in the history.",
				Params: []bot.Param{
					{Name: "role", Kind: Role, Required: true, Help: "Whose band it is", Input: bot.InputChoice},
					{Name: "level", Kind: Level, Required: true, Help: "One step of seniority; each has a band of its own", Input: bot.InputChoice},
					{Name: "range", Label: "Range a year (CTC)", Kind: MoneyRange, Required: true, Help: "Lowest and highest CTC a year"},
					{Name: "effective", Label: "In force from", Kind: bot.Day, KeyOnly: true, Help: "The date from which it holds; today if left out", Example: "2027-01-01"},
					{Name: "open", Label: "Open-ended", Kind: bot.YesNo, KeyOnly: true, Help: "Whether pay above the highest is usual",
						Choices: []bot.Choice{{Label: "No", Value: "no"}, {Label: "Yes", Value: "yes"}}},
					{Name: "source", Kind: bot.PlainText, KeyOnly: true, Max: 200, Help: "Where the figures come from", Example: "salary survey 2026"},
				},
				Examples: []string{"/band set backend senior 25-55L", "/band set", "/band set backend mid 15-30L effective:2027-01-01"},
			},
			Allow: allowSetBand, Form: bandForm, Handle: setBand,
		},
		{
			Spec: bot.Spec{
				Noun: "band", Verb: "undo", FromCard: true, Roles: setsBands,
				Summary: "Take back a change of a band, within ten minutes",
				Params: []bot.Param{
					{Name: "role", Kind: Role, Required: true, Help: "Whose band it was"},
					{Name: "level", Kind: Level, Required: true, Help: "Which of its bands"},
					{Name: "version", Kind: bot.Integer, Required: true, Help: "The change, as its card names it"},
				},
				Examples: []string{"/band undo backend senior 3"},
			},
			Allow: allowSetBand, Handle: undoBand,
		},
		{
			Spec: bot.Spec{
				Noun: "band", Verb: "import", Ack: bot.MayOpenForm, Roles: setsBands,
				Summary: "Import bands from CSV or YAML, with a preview",
				Details: "Columns: role, level, low, high; then, if you like, open_ended, effective, source. All rows are taken, or none.",
				Params: []bot.Param{
					{Name: "file", Kind: bot.UploadedFile, KeyOnly: true, Secret: true, Help: "A CSV or YAML file"},
					{Name: "rows", Label: "Or paste the rows", Kind: bot.LongText, KeyOnly: true, Secret: true, Max: 3000,
						Help: "CSV with its header, or YAML", Example: "role,level,low,high\nbackend,senior,25L,55L"},
				},
				Examples: []string{"/band import"},
			},
			Allow: allowSetBand, Form: importForm, Handle: previewImport,
		},
		{
			Spec: bot.Spec{
				Noun: "band", Verb: "apply", FromCard: true, Roles: setsBands,
				Summary:  "Apply an import after its preview",
				Params:   []bot.Param{{Name: "import", Kind: importID, Required: true, Help: "The import, as its preview names it"}},
				Examples: []string{"/band apply 01890a5d-ac96-774b-bcce-b302099a8057"},
			},
			Allow: allowSetBand, Handle: applyImport,
		},
	}
}

// importID reads the id of a kept file, as the button of a preview carries it.
var importID = &bot.Kind{
	Name: "import", Example: "01890a5d-ac96-774b-bcce-b302099a8057",
	Parse: func(_ bot.Reading, text string) (any, error) {
		if _, err := uuid.Parse(text); err != nil {
			return nil, bot.Invalidf("import", "That is not an import. Send the file again: /band import")
		}
		return text, nil
	},
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Wire: 36,
}

func allowBands(_ context.Context, tx *store.Tx, actor bot.Actor) error {
	return views.RefuseBands(tx, actor)
}

func allowSetBand(_ context.Context, tx *store.Tx, actor bot.Actor) error {
	return views.RefuseSetBand(tx, actor)
}

// bandRole returns the role that a request is about. To somebody who may not see every band, a role
// that does not exist and one that is not theirs are refused alike.
func bandRole(ctx context.Context, tx *store.Tx, req bot.Request) (string, error) {
	asked := req.Args.Text("role")
	if p, ok := tx.Snapshot().Playbook(asked); ok {
		return p.Key, views.RefuseBand(ctx, tx, req.Actor, p.Key)
	}
	if err := views.RefuseBand(ctx, tx, req.Actor, ""); err != nil {
		return "", err
	}
	_, err := bot.NameOf(tx.Snapshot().Words("role"), "role", asked)
	unknown, ok := errors.AsType[*bot.Problem](err)
	if !ok {
		return "", bot.ErrMoot
	}
	choices := unknown.Choices
	if len(choices) == 0 {
		roles, err := views.BandRoles(ctx, tx, req.Actor)
		if err != nil {
			return "", err
		}
		for _, p := range roles {
			choices = append(choices, bot.Choice{Label: p.Title, Value: p.Key})
		}
	}
	return "", bot.NewProblem(unknown.Code(), "role", unknown.Message()+" These are the roles there are.").Offering(choices)
}

// questionOf returns the question that a request asks, its amounts kept in a draft of the person.
func questionOf(ctx context.Context, tx *store.Tx, req bot.Request) (views.BandQuestion, error) {
	role, err := bandRole(ctx, tx, req)
	if err != nil {
		return views.BandQuestion{}, err
	}
	q := views.BandQuestion{BandQuery: hiring.BandQuery{
		Role: role, Level: req.Args.Text("level"), Ecosystem: req.Args.Text("ecosystem"),
		Premiums: bot.AllArgs[string](req.Args, "premiums"), From: req.Args.Text("from"),
	}}
	q.Of, q.Req = req.Args.Text(askedOf), req.Args.Text("req")
	if e, ok := bot.Arg[hiring.Experience](req.Args, "experience"); ok {
		q.Experience = &e
	}
	if r, ok := bot.Arg[hiring.Rupees](req.Args, "ctc"); ok {
		q.CurrentCTC = &r
	}
	if r, ok := bot.Arg[hiring.Rupees](req.Args, "ask"); ok {
		q.Ask = &r
	}
	if r, ok := bot.Arg[hiring.RupeesRange](req.Args, "budget"); ok {
		q.Budget = &r
	}
	if (q.CurrentCTC != nil || q.From != "") && tx.Snapshot().Setting(hiring.SettingCurrentCTC) != "yes" {
		if req.Type != bot.Press {
			return q, hiring.InvalidField("ctc", "Your company does not use current CTC. Leave ctc: and from: out.")
		}
		// The card was drawn before the company decided so.
		q.CurrentCTC, q.From = nil, ""
	}
	var draft bot.Draft
	if id := bot.DraftOf(req.Event); id != "" {
		if draft, err = tx.Draft(ctx, id); err != nil {
			return q, err
		}
		if of := draft.Values[askedOf]; len(of) > 0 {
			q.Of = of[0]
		}
	}
	if q.Of == "" {
		q.Req = "" // it says of a candidate which one is meant, and nothing else
	}
	kept := q.Kept()
	if len(kept) == 0 {
		return q, nil
	}
	// A button's question goes on in the draft that it came with, if that holds all of it: one that was
	// made to choose a role by has only what the button had no room for.
	if id := draft.ID; id != "" {
		if maps.EqualFunc(draft.Values, kept, slices.Equal) {
			q.Draft = id
			return q, nil
		}
	}
	id, err := uuid.NewV7()
	if err != nil {
		return q, fmt.Errorf("make a draft id: %w", err)
	}
	q.Draft = id.String()
	return q, tx.SaveDraft(ctx, bot.Draft{ID: q.Draft, Command: "band.show", Subject: "question:" + q.Draft, Values: kept})
}

func showBand(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	q, err := questionOf(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.Band, "role:"+q.Role, q.Args()...), nil
}

func sendBandPicture(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	q, err := questionOf(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	if err := views.RefuseAmounts(tx, req.Actor); err != nil {
		return bot.Response{}, err
	}
	if req.Actor.ID == "" {
		return bot.Response{}, hiring.Errorf(hiring.NotAllowed, "I know you by no name yet, so I have nowhere to send a picture.")
	}
	err = tx.Send(ctx, bot.Message{
		To:   bot.Recipient{Person: req.Actor.ID},
		View: bot.View{Name: views.BandPictured, Subject: "role:" + q.Role, Args: q.Args()},
		Key:  "band-picture:" + req.ID,
		Why:  "You asked for this picture with /band.",
	})
	return show(views.PictureSent, ""), err
}

// suggestBandRole completes the role of a band, among those that this person may see.
func suggestBandRole(ctx context.Context, tx *store.Tx, req bot.Request, param, prefix string) ([]bot.Choice, error) {
	if param != "role" {
		return nil, nil
	}
	roles, err := views.BandRoles(ctx, tx, req.Actor)
	if err != nil {
		return nil, err
	}
	out := []bot.Choice{}
	for _, p := range roles {
		names := append([]string{p.Key, p.Title, p.Short}, p.Aliases...)
		if prefix == "" || len(bot.FindWords([]bot.Word{{Value: p.Key, Label: p.Title, Aliases: names}}, prefix)) > 0 || bot.Begins(names, prefix) {
			out = append(out, bot.Choice{Label: p.Title, Value: p.Key})
		}
	}
	return out, nil
}

// bandForm asks for a band, prefilled with the one in force.
func bandForm(_ context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
	role, level := req.Args.Text("role"), req.Args.Text("level")
	s := tx.Snapshot()
	if role == "" {
		role = "backend-developer"
		if list := s.Playbooks(); len(list) > 0 {
			role = list[0].Key
		}
	}
	p, ok := s.Playbook(role)
	if !ok {
		return bot.Form{}, bot.ErrMoot
	}
	typed := bot.ValuesOf(req.Spec, req.Args)
	values := bot.Values{"role": {p.Key}, "level": {level}, "effective": {today(req)}, "open": {"no"}}
	for _, b := range s.Bands(p.Key) {
		if b.Level == level {
			values["range"] = []string{b.Range().Short()}
			values["source"] = []string{b.Source}
			if b.OpenEnded {
				values["open"] = []string{"yes"}
			}
		}
	}
	for k, v := range typed {
		values[k] = v
	}
	form := bot.Form{Title: "Set a salary band", Submit: "Save", Call: bot.Do("band.set")}
	if level != "" {
		form.Title = "Set the " + level + " band"
		form.Call = bot.Do("band.set", p.Key, level)
	}
	for _, name := range []string{"role", "level", "range", "effective", "open", "source"} {
		f := bot.FieldOf(req.Spec, name, values[name]...)
		switch name {
		case "role":
			for _, p := range s.Playbooks() {
				f.Choices = append(f.Choices, bot.Choice{Label: p.Title, Value: p.Key})
			}
		case "level":
			f.Choices = levelChoices(s)
		}
		form.Fields = append(form.Fields, f)
	}
	return form, nil
}

func today(req bot.Request) string { return string(bot.DateOf(req.Now, req.Actor.Zone)) }

// levelChoices are the levels of all playbooks: a form cannot change one list when another field does.
func levelChoices(s *store.Snapshot) []bot.Choice {
	var out []bot.Choice
	for _, w := range s.Words("level") {
		out = append(out, bot.Choice{Label: w.Label, Value: w.Value})
	}
	return out
}

func setBand(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	role, level := req.Args.Text("role"), req.Args.Text("level")
	p, ok := tx.Snapshot().Playbook(role)
	if !ok {
		return bot.Response{}, bot.ErrMoot
	}
	l, ok := p.Level(level)
	if !ok {
		return bot.Response{}, hiring.InvalidField("level", "%s has no level %s.", p.Title, level)
	}
	pay, _ := bot.Arg[hiring.RupeesRange](req.Args, "range")
	if pay.Low == pay.High {
		return bot.Response{}, hiring.InvalidField("range", "A band has two ends, like 25-55L; this is one amount.")
	}
	b := hiring.Band{
		Role: p.Key, Level: l.Key, Low: pay.Low, High: pay.High,
		OpenEnded: bot.ArgOr(req.Args, "open", false),
		Effective: string(bot.ArgOr(req.Args, "effective", bot.Date(today(req)))),
		Source:    req.Args.Text("source"),
	}
	for _, now := range tx.Snapshot().Bands(p.Key) {
		if b.Repeats(now, today(req)) {
			return redraw(req, views.BandSaved, p.Key, l.Key, strconv.Itoa(now.Version), views.BandUnchanged), nil
		}
	}
	saved, err := tx.SetBands(ctx, []hiring.Band{b})
	if err != nil {
		return bot.Response{}, err
	}
	if err := tx.Audit(ctx, store.AuditEvent{Subject: "role:" + p.Key, Fact: "band_set"}); err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.BandSaved, p.Key, l.Key, strconv.Itoa(saved[0].Version)), nil
}

// undoBand sets what was in force before, as a new version: nothing is ever taken out of the history.
func undoBand(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	role, level, version := req.Args.Text("role"), req.Args.Text("level"), bot.ArgOr(req.Args, "version", 0)
	p, ok := tx.Snapshot().Playbook(role)
	if !ok {
		return bot.Response{}, bot.ErrMoot
	}
	changes, err := tx.BandHistory(ctx, p.Key)
	if err != nil {
		return bot.Response{}, err
	}
	previous, err := bandBefore(p, changes, level, version, tx.Now())
	if err != nil {
		return bot.Response{}, err
	}
	saved, err := tx.SetBands(ctx, []hiring.Band{previous})
	if err != nil {
		return bot.Response{}, err
	}
	if saved[0].Version != version+1 {
		return bot.Response{}, changedAgain(p)
	}
	if err := tx.Audit(ctx, store.AuditEvent{Subject: "role:" + p.Key, Fact: "band_undo"}); err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.BandSaved, p.Key, level, strconv.Itoa(saved[0].Version), views.BandUndone), nil
}

// bandBefore returns the band that a change replaced, to hold from the day from which the change held,
// or the reason why it cannot come back.
func bandBefore(p hiring.Playbook, changes []store.BandVersion, level string, version int, now time.Time) (hiring.Band, error) {
	var (
		undone *store.BandVersion
		others []hiring.Band
	)
	for i, c := range changes {
		switch {
		case c.Level != level:
		case c.Version > version:
			return hiring.Band{}, changedAgain(p)
		case c.Version == version:
			undone = &changes[i]
		default:
			others = append(others, c.Band)
		}
	}
	if undone == nil {
		return hiring.Band{}, hiring.Errorf(hiring.NotFound, "There is no such change. /band history %s lists them.", p.Key)
	}
	if now.Sub(undone.At) >= views.UndoWindow {
		return hiring.Band{}, hiring.Errorf(hiring.Conflict, "Ten minutes have passed. Set the band again: /band set %s %s", p.Key, level)
	}
	for _, before := range hiring.CurrentBands(p, others, undone.Effective) {
		if before.Level == level {
			// With its own, earlier date it would stay behind the change that it takes back.
			before.Effective = undone.Effective
			return before, nil
		}
	}
	return hiring.Band{}, hiring.Errorf(hiring.Conflict, "There was no band before, and one that was set stays in the history. Set another: /band set %s %s", p.Key, level)
}

// changedAgain refuses to take back what was changed since, be it at this very moment.
func changedAgain(p hiring.Playbook) error {
	return hiring.Errorf(hiring.Conflict, "This band was changed again since, so it cannot be undone. /band history %s shows how.", p.Key)
}

func importForm(_ context.Context, _ *store.Tx, req bot.Request) (bot.Form, error) {
	return bot.Form{
		Title: "Import salary bands", Submit: "Preview", Call: bot.Do("band.import"),
		Note:   bot.T("A file or pasted rows; CSV or YAML. You see what would change before anything does."),
		Fields: []bot.Field{bot.FieldOf(req.Spec, "file"), bot.FieldOf(req.Spec, "rows")},
	}, nil
}

func previewImport(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	id, field := req.Args.Text("file"), "file"
	if rows := req.Args.Text("rows"); rows != "" {
		if id != "" {
			return bot.Response{}, hiring.InvalidField("rows", "Send a file or paste rows, not both.")
		}
		var err error
		if id, err = tx.SaveFile(ctx, bot.Upload{Name: "bands.txt", MediaType: "text/plain", Data: []byte(rows)}); err != nil {
			return bot.Response{}, err
		}
		field = "rows"
	}
	if id == "" {
		return bot.Response{Errors: []bot.FieldError{{Field: "file", Message: "Choose a file, or paste the rows below."}}}, nil
	}
	_, problems, err := views.ReadBandFile(ctx, tx, req.Actor, id)
	if err != nil {
		return bot.Response{}, err
	}
	if len(problems) > 0 {
		return bot.Response{Errors: []bot.FieldError{{Field: field, Message: listProblems(problems)}}}, nil
	}
	return show(views.BandImport, id), nil
}

// maxProblems is how many mistakes of a file are listed at once.
const maxProblems = 12

func listProblems(problems []hiring.RowProblem) string {
	text := fmt.Sprintf("%d mistakes; nothing was imported.", len(problems))
	if len(problems) == 1 {
		text = "One mistake; nothing was imported."
	}
	for i, p := range problems {
		if i == maxProblems {
			return text + fmt.Sprintf("\n… and %d more", len(problems)-maxProblems)
		}
		text += "\n" + p.String()
	}
	return text
}

func applyImport(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	bands, problems, err := views.ReadBandFile(ctx, tx, req.Actor, req.Args.Text("import"))
	if err != nil {
		return bot.Response{}, err
	}
	if len(problems) > 0 {
		return bot.Response{}, hiring.Errorf(hiring.Conflict, "The roles have changed since you sent this file: %s. Import it again.", problems[0])
	}
	var changed []hiring.Band
	for _, c := range hiring.DiffBands(views.CurrentBands(tx), bands) {
		if c.Kind != hiring.BandSame {
			changed = append(changed, c.New)
		}
	}
	if len(changed) == 0 {
		return bot.Response{}, hiring.Errorf(hiring.Conflict, "These bands are in force already: the import was applied, or nothing differs.")
	}
	if _, err := tx.SetBands(ctx, changed); err != nil {
		return bot.Response{}, err
	}
	roles := map[string]bool{}
	for _, b := range changed {
		if roles[b.Role] {
			continue
		}
		roles[b.Role] = true
		if err := tx.Audit(ctx, store.AuditEvent{Subject: "role:" + b.Role, Fact: "band_import"}); err != nil {
			return bot.Response{}, err
		}
	}
	return redraw(req, views.BandImported, "", strconv.Itoa(len(changed))), nil
}
