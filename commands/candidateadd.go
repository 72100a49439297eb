package commands

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// person are what is known of a candidate. With keyOnly all of it must be named, for a command whose
// other words are for something else.
func person(keyOnly bool) []bot.Param {
	return []bot.Param{
		{Name: "name", Kind: bot.PlainText, Required: !keyOnly, KeyOnly: keyOnly, Max: hiring.MaxCandidateName, Help: "What they are called", Example: "Meera Iyer"},
		{Name: "email", Label: "E-mail", Kind: Email, KeyOnly: keyOnly, Secret: true, Max: hiring.MaxEmail, Help: "Their e-mail address"},
		{Name: "phone", Kind: Phone, KeyOnly: keyOnly, Secret: true, Help: "Their phone number; without a country it is one of India"},
		{Name: "experience", Kind: Experience, KeyOnly: keyOnly, Help: "How long they have worked", Example: "7y"},
		{Name: "stack", Kind: Ecosystem, KeyOnly: keyOnly, Help: "The technology world they come from"},
		{Name: "notice", Label: "Notice period", Kind: Notice, KeyOnly: true, Help: "In days, or months", Example: "60"},
		{Name: "expected", Label: "Expected CTC a year", Kind: Money, KeyOnly: true, Secret: true, Help: "What they hope for", Example: "32L"},
		{Name: "source", Kind: channelKey, KeyOnly: true, Help: "Where they come from: a channel of the playbook", Example: "linkedin"},
		{Name: "by", Label: "Referred by", Kind: Person, KeyOnly: true, Help: "Who of the company referred them"},
		{Name: "resume", Label: "Résumé", Kind: bot.UploadedFile, Secret: true, Help: "A file of at most 10 MB"},
		{Name: "current", Label: "Current CTC a year", Kind: Money, KeyOnly: true, Secret: true, Help: "Only where they told it by themselves", Example: "24L"},
	}
}

// fromMessage is what a candidate or a note is saved with from a message.
func fromMessage() []bot.Param {
	return []bot.Param{
		{Name: "note", Kind: bot.LongText, KeyOnly: true, Secret: true, Max: hiring.MaxNote, Help: "What else is known, for those who work on them", Example: "can start in March"},
		{Name: "link", Label: "Link to the message", Kind: bot.PlainText, KeyOnly: true, Secret: true, Max: hiring.MaxLink, Help: "Where it was said"},
	}
}

// candidateEdits are what adds candidates and changes what is known of them.
func candidateEdits() []Command {
	adding := slices.Concat(person(false), fromMessage())
	adding = slices.Insert(adding, 1, bot.Param{Name: "req", Label: "Requisition", Kind: whichReq, Help: "What they apply to", Example: "R-12"})
	recruits := []string{string(hiring.Recruiter), string(hiring.HiringManager)}
	note := slices.Concat([]bot.Param{
		{Name: "candidate", Kind: candidateNumber, Required: true, Help: "Which candidate", Example: "C-7"},
		{Name: "text", Label: "Note", Kind: bot.LongText, Required: true, Secret: true, Max: hiring.MaxNote, Help: "What you know, for those who work on them", Example: "asks for a start in March"},
		forReq(),
	}, fromMessage()[1:])
	return []Command{
		{
			Spec: bot.Spec{
				Noun: "candidate", Verb: "add", Ack: bot.MayOpenForm, Roles: recruits, MessageShortcut: "Add as candidate",
				Summary:  "Add a candidate, by the way to a requisition",
				Details:  "It reads what it can from the words, in any order. Put the name in quotes. Nobody has to tell what they are paid now.",
				Params:   adding,
				Examples: []string{"/candidate add \"Meera Iyer\" R-12 7y java meera@example.com notice:60 expected:32L", "/candidate add \"Meera Iyer\" source:linkedin"},
			},
			Form: addForm, Handle: addCandidate, Suggest: suggestForAdd,
		},
		{
			Spec: bot.Spec{
				Noun: "candidate", Verb: "another", Roles: recruits, FromCard: true,
				Summary: "Add a candidate although one may be the same person", Params: adding,
				Examples: []string{"/candidate another \"Meera Iyer\" meera@example.com"},
			},
			Handle: makeCandidate, Suggest: suggestForAdd,
		},
		{
			Spec: bot.Spec{
				Noun: "candidate", Verb: "edit", Ack: bot.MayOpenForm, FormFirst: true,
				Summary:  "Change what is known of a candidate",
				Params:   slices.Concat([]bot.Param{candidateParam(), formVersion}, person(true)),
				Examples: []string{"/candidate edit C-7", "/candidate edit C-7 notice:30"},
			},
			Form: editCandidateForm, Handle: editCandidate, Suggest: suggestCandidate,
		},
		{
			Spec: bot.Spec{
				Noun: "candidate", Verb: "refer", Ack: bot.MayOpenForm,
				Summary: "Refer somebody whom you know",
				Details: "The recruiters get to know of them. How it goes on stays with those who work on it.",
				Params: []bot.Param{
					{Name: "name", Kind: bot.PlainText, Required: true, Max: hiring.MaxCandidateName, Help: "Whom you refer", Example: "Meera Iyer"},
					{Name: "contact", Label: "E-mail or phone", Kind: contact, Required: true, Secret: true, Help: "How to reach them", Example: "meera@example.com"},
					{Name: "req", Label: "Requisition", Kind: whichReq, Help: "For which requisition; may be left out", Example: "R-12"},
					{Name: "note", Label: "Why them", Kind: bot.LongText, KeyOnly: true, Secret: true, Max: hiring.MaxNote, Help: "What you know of their work", Example: "led our payments rewrite"},
				},
				Examples: []string{"/candidate refer \"Meera Iyer\" meera@example.com R-12"},
			},
			Form: referForm, Handle: refer, Suggest: suggestReqOfCandidate,
		},
		{
			Spec: bot.Spec{
				Noun: "candidate", Verb: "note", Ack: bot.MayOpenForm, MessageShortcut: "Save as note",
				Summary: "Note down something of a candidate", Params: note,
				Examples: []string{"/candidate note C-7 \"asks for a start in March\""},
			},
			Form: candidateNoteForm, Handle: addNote, Suggest: suggestCandidate,
		},
		{
			Spec: bot.Spec{
				Noun: "candidate", Verb: "unnote", FromCard: true,
				Summary:  "Take back a note of yours",
				Params:   []bot.Param{{Name: "candidate", Kind: candidateNumber, Required: true, Help: "Which candidate", Example: "C-7"}, {Name: "id", Kind: noteID, Required: true, Help: "The note, as its card carries it"}},
				Examples: []string{"/candidate unnote C-7 01939f6e-5d2a-7b6e-9f2c-0d1e2f3a4b5c"},
			},
			Handle: dropNote, Suggest: suggestCandidate,
		},
		{
			Spec: bot.Spec{
				Noun: "candidate", Verb: "notice", FromCard: true, Reads: true,
				Summary: "The text by which a candidate learns what is kept of them", Params: []bot.Param{candidateParam()},
				Examples: []string{"/candidate notice C-7"},
			},
			Handle: func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
				c, err := myCandidate(ctx, tx, req)
				return redraw(req, views.CandidateNotice, c.ID), err
			},
			Suggest: suggestCandidate,
		},
		{
			Spec: bot.Spec{
				Noun: "candidate", Verb: "noticed", FromCard: true,
				Summary: "Put on record that a candidate was told what is kept of them", Params: []bot.Param{candidateParam()},
				Examples: []string{"/candidate noticed C-7"},
			},
			Handle: func(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
				c, err := myCandidate(ctx, tx, req)
				if err != nil {
					return bot.Response{}, err
				}
				if err := tx.AddHistory(ctx, c.ID, store.NoticeHistory, nil); err != nil {
					return bot.Response{}, err
				}
				return redraw(req, views.Candidate, c.ID, "On record: they were given notice."), tx.Refresh(ctx, c.ID)
			},
			Suggest: suggestCandidate,
		},
	}
}

// contact reads an e-mail address or a phone number.
var contact = &bot.Kind{
	Name: "contact", Example: "meera@example.com",
	Parse: func(rd bot.Reading, text string) (any, error) {
		reader := Phone
		if strings.Contains(text, "@") {
			reader = Email
		}
		v, err := reader.Parse(rd, text)
		if err != nil { // theirs names a field that the form does not have
			return nil, bot.Invalidf("", "This is neither an e-mail address nor a phone number. Write it like meera@example.com or 98765 43210.")
		}
		return v, nil
	},
	Print: Email.Print, Option: bot.OptionText, Words: 4,
	Claims: func(rd bot.Reading, text string) bool { return Email.Claims(rd, text) || Phone.Claims(rd, text) },
}

func suggestForAdd(ctx context.Context, tx *store.Tx, req bot.Request, param, prefix string) ([]bot.Choice, error) {
	if param != "source" {
		return suggestReqOfCandidate(ctx, tx, req, param, prefix)
	}
	var out []bot.Choice
	for _, c := range channels(tx.Snapshot()) {
		if bot.Begins([]string{c.Key, c.Name}, prefix) {
			out = append(out, bot.Choice{Label: c.Name, Value: c.Key})
		}
	}
	return out, nil
}

// channels are those of all playbooks, each once.
func channels(s *store.Snapshot) []hiring.Channel {
	var out []hiring.Channel
	for _, p := range s.Playbooks() {
		for _, c := range p.Channels {
			if !slices.ContainsFunc(out, func(x hiring.Channel) bool { return x.Key == c.Key }) {
				out = append(out, c)
			}
		}
	}
	return out
}

// askedFields are what a form on a candidate asks for: the current pay only where the company asks for it.
func askedFields(s *store.Snapshot, spec bot.Spec, values bot.Values) []bot.Field {
	var fields []bot.Field
	for _, p := range spec.Params {
		if p.Name == "candidate" || p.Name == formVersion.Name || p.Name == "current" && s.Setting(hiring.SettingCurrentCTC) == "no" {
			continue
		}
		if (p.Name == "note" || p.Name == "link") && len(values[p.Name]) == 0 {
			continue
		}
		f := bot.FieldOf(spec, p.Name, values[p.Name]...)
		if p.Name == "source" {
			f.Input = bot.InputChoice
			for _, c := range channels(s) {
				f.Choices = append(f.Choices, bot.Choice{Label: c.Name, Value: c.Key})
			}
		}
		fields = append(fields, f)
	}
	return fields
}

// addForm asks for a candidate. From a message it comes filled in with what can be read there.
func addForm(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
	values := bot.Values{}
	if req.Source != nil {
		values = readCandidate(bot.Reading{Now: tx.Now(), Zone: req.Actor.Zone, Words: tx.Snapshot()}, *req.Source)
	}
	for k, v := range bot.ValuesOf(req.Spec, req.Args) {
		values[k] = v
	}
	form := bot.Form{
		Title: "New candidate", Submit: "Add", Call: bot.Do("candidate.add"), Fields: askedFields(tx.Snapshot(), req.Spec, values),
		Note: bot.T("Only the name is needed. Nobody is told of it, and nobody has to tell what they are paid now."),
	}
	for at, f := range form.Fields {
		if f.Name != "req" {
			continue
		}
		f, err := offerReqs(ctx, tx, req, f)
		if err != nil {
			return form, err
		}
		f.Required = !hiring.May(views.Actor(req.Actor), hiring.AddCandidate, hiring.Subject{})
		form.Fields[at] = f
	}
	if req.Source != nil { // each message has its own draft
		form.Subject = "message:" + req.Source.Link + ":" + req.ID
	}
	return form, nil
}

// candidateOf fills a candidate with the arguments that were given.
func candidateOf(s *store.Snapshot, c hiring.Candidate, req bot.Request) (hiring.Candidate, error) {
	set := func(name string, into *string) {
		if v, ok := bot.Arg[string](req.Args, name); ok {
			*into = v
		}
	}
	set("name", &c.Name)
	set("email", &c.Email)
	set("phone", &c.Phone)
	set("stack", &c.Ecosystem)
	set("by", &c.ReferredBy)
	set("resume", &c.Resume)
	if v, ok := bot.Arg[hiring.Experience](req.Args, "experience"); ok {
		c.Months = &v.MinMonths
	}
	if v, ok := bot.Arg[int](req.Args, "notice"); ok {
		c.NoticeDays = &v
	}
	c.ExpectedCTC = bot.ArgOr(req.Args, "expected", c.ExpectedCTC)
	if v, ok := bot.Arg[hiring.Rupees](req.Args, "current"); ok {
		if s.Setting(hiring.SettingCurrentCTC) == "no" {
			return c, hiring.InvalidField("current", "Your company keeps nobody's current pay. Leave it out.")
		}
		c.CurrentCTC = v
	}
	if text := req.Args.Text("source"); text != "" {
		all := channels(s)
		at := slices.IndexFunc(all, func(x hiring.Channel) bool {
			return hiring.Fold(x.Key) == hiring.Fold(text) || hiring.Fold(x.Name) == hiring.Fold(text)
		})
		if at < 0 {
			names := make([]string, 0, len(all))
			for _, x := range all {
				names = append(names, x.Key)
			}
			return c, hiring.InvalidField("source", "“%s” is no channel of a playbook. There are: %s.", text, strings.Join(names, ", "))
		}
		c.Source = all[at].Key
	}
	c = c.Tidied()
	return c, c.Check()
}

func addCandidate(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	c, err := candidateOf(tx.Snapshot(), hiring.Candidate{}, req)
	if err != nil {
		return bot.Response{}, err
	}
	same, err := tx.SamePeople(ctx, c, views.CandidateViewer(req.Actor))
	if err != nil {
		return bot.Response{}, err
	}
	if len(same) == 0 {
		return makeCandidate(ctx, tx, req)
	}
	var ids []string
	for _, s := range same[:min(len(same), 2)] {
		ids = append(ids, s.ID)
	}
	kept, err := setAside(ctx, tx, "candidate.another", bot.ValuesOf(req.Spec, req.Args))
	return show(views.CandidateSame, "", strings.Join(ids, ","), kept, req.Args.Text("req")), err
}

// makeCandidate adds a candidate, and their application where a requisition was named.
func makeCandidate(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	c, err := candidateOf(tx.Snapshot(), hiring.Candidate{AddedBy: req.Actor.ID}, req)
	if err != nil {
		return bot.Response{}, err
	}
	r, err := reqToApply(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	if c, err = tx.AddCandidate(ctx, c); err != nil {
		return bot.Response{}, err
	}
	if err := tx.AddHistory(ctx, c.ID, "added them", nil); err != nil {
		return bot.Response{}, err
	}
	undo := ""
	if r.ID != "" {
		a, err := applyTo(ctx, tx, c, r, hiring.AppScreening, req.Actor.ID)
		if err != nil {
			return bot.Response{}, err
		}
		if undo, err = keepUndo(ctx, tx, appWas{App: a.ID, Version: a.Version, Stage: hiring.AppWithdrawn, LastStage: a.Stage, StageSince: tx.Now(), EndedAt: tx.Now(), Reason: "Added by mistake"}); err != nil {
			return bot.Response{}, err
		}
	}
	if text := req.Args.Text("note"); text != "" {
		if _, err := tx.AddCandidateNote(ctx, hiring.CandidateNote{Candidate: c.ID, Req: r.ID, Text: text, Link: req.Args.Text("link")}); err != nil {
			return bot.Response{}, err
		}
	}
	if kept := bot.DraftOf(req.Event); kept != "" { // so that a second press adds no second one
		if err := tx.DeleteDraft(ctx, kept); err != nil {
			return bot.Response{}, err
		}
	}
	return redraw(req, views.Candidate, c.ID, "Added. Nobody was told.", undo), nil
}

// reqToApply returns the requisition that a request names for somebody to apply to, none where it names
// none. It is for those who work on its candidates.
func reqToApply(ctx context.Context, tx *store.Tx, req bot.Request) (hiring.Requisition, error) {
	id := req.Args.Text("req")
	if id == "" {
		if !hiring.May(views.Actor(req.Actor), hiring.AddCandidate, hiring.Subject{}) {
			return hiring.Requisition{}, hiring.InvalidField("req", "Say to which of your requisitions they apply, like R-12. Only recruiters add candidates to none.")
		}
		return hiring.Requisition{}, nil
	}
	r, on, _, err := views.ReqFor(ctx, tx, req.Actor, id)
	if err != nil {
		return r, err
	}
	if !hiring.May(views.Actor(req.Actor), hiring.AddCandidate, on) {
		return r, hiring.Errorf(hiring.NotAllowed, "Candidates of %s are for its recruiter and its hiring manager. Refer somebody instead: /candidate refer", r.ID)
	}
	return r, checkTakes(r)
}

// checkTakes refuses new candidates for what nobody is hired for any more.
func checkTakes(r hiring.Requisition) error {
	if r.State == hiring.ReqClosed || r.State == hiring.ReqFilled {
		return hiring.Errorf(hiring.Conflict, "%s is %s and takes nobody new. /req list open shows what does.", r.ID, strings.ToLower(hiring.ReqStateTitle(r.State)))
	}
	return nil
}

// applyTo has a candidate apply to a requisition that takes candidates.
func applyTo(ctx context.Context, tx *store.Tx, c hiring.Candidate, r hiring.Requisition, stage hiring.AppStage, by string) (hiring.Application, error) {
	r, err := tx.HoldRequisition(ctx, r.ID)
	if err != nil {
		return hiring.Application{}, err
	}
	if err := checkTakes(r); err != nil {
		return hiring.Application{}, err
	}
	a, err := hiring.StartApplication(c.ID, r.ID, stage, by, tx.Now())
	if err != nil {
		return a, err
	}
	if a, err = tx.AddApplication(ctx, a); err != nil {
		return a, err
	}
	return a, tx.AddHistory(ctx, c.ID, "had them apply", map[string]string{"req": r.ID, "stage": string(stage)})
}

// editCandidateForm asks for all that is known, as it is now.
func editCandidateForm(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
	c, err := myCandidate(ctx, tx, req)
	if err != nil {
		return bot.Form{}, err
	}
	values := bot.Values{
		"name": nonEmpty(c.Name), "email": nonEmpty(c.Email), "phone": nonEmpty(c.Phone), "stack": nonEmpty(c.Ecosystem), "source": nonEmpty(c.Source), "by": nonEmpty(c.ReferredBy),
	}
	if c.Months != nil {
		values["experience"] = []string{hiring.Experience{MinMonths: *c.Months, MaxMonths: *c.Months}.String()}
	}
	if c.NoticeDays != nil {
		values["notice"] = []string{Notice.Print(*c.NoticeDays)}
	}
	if views.RefuseAmounts(tx, req.Actor) == nil {
		for name, amount := range map[string]hiring.Rupees{"expected": c.ExpectedCTC, "current": c.CurrentCTC} {
			if amount > 0 {
				values[name] = []string{amount.Short()}
			}
		}
	}
	for k, v := range bot.ValuesOf(req.Spec, req.Args) {
		values[k] = v
	}
	return bot.Form{
		Title: "Edit " + c.ID, Submit: "Save", Call: bot.Do("candidate.edit", c.ID, fmt.Sprint(c.Version)), Subject: c.ID,
		Fields: askedFields(tx.Snapshot(), req.Spec, values),
	}, nil
}

func editCandidate(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	c, err := myCandidate(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	if v, ok := bot.Arg[int](req.Args, formVersion.Name); ok && int64(v) != c.Version {
		return bot.Response{}, hiring.Errorf(hiring.Conflict, "%s was changed meanwhile. Open the form again: /candidate edit %s", c.ID, c.ID)
	}
	if c, err = candidateOf(tx.Snapshot(), c, req); err != nil {
		return bot.Response{}, err
	}
	if c, err = tx.SaveCandidate(ctx, c); err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.Candidate, c.ID, "Saved."), tx.AddHistory(ctx, c.ID, "changed what is known of them", nil)
}

func referForm(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Form, error) {
	values := bot.ValuesOf(req.Spec, req.Args)
	form := bot.Form{
		Title: "Refer somebody", Submit: "Refer", Call: bot.Do("candidate.refer"),
		Note: bot.T("Ask them first. The recruiters see this; how it goes on stays with those who work on it."),
	}
	for _, p := range req.Spec.Params {
		f := bot.FieldOf(req.Spec, p.Name, values[p.Name]...)
		if p.Name == "req" {
			// Whoever refers somebody says themselves to what, so that none is filled in.
			found, err := takingReqs(ctx, tx, req, "", maxOffered)
			if err != nil {
				return form, err
			}
			if len(found) > 0 {
				f.Input, f.Choices = bot.InputChoice, openChoices(tx, found)
			}
		}
		form.Fields = append(form.Fields, f)
	}
	return form, nil
}

// refer adds somebody whom the actor knows, and tells the recruiters. What there is of them already is
// not told to who refers them.
func refer(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	c := hiring.Candidate{Name: req.Args.Text("name"), ReferredBy: req.Actor.ID, AddedBy: req.Actor.ID, Source: referralSource(tx.Snapshot())}
	if req.Actor.ID == "" {
		return bot.Response{}, hiring.Errorf(hiring.NotAllowed, "I know you by no name yet, so I cannot note down who refers them. An admin can add you: /hire people")
	}
	if text := req.Args.Text("contact"); strings.Contains(text, "@") {
		c.Email = text
	} else {
		c.Phone = text
	}
	c = c.Tidied()
	if err := c.Check(); err != nil {
		if problem, ok := errors.AsType[*hiring.Error](err); ok && (problem.Field() == "email" || problem.Field() == "phone") {
			return bot.Response{}, hiring.InvalidField("contact", "%s", messageOf(err))
		}
		return bot.Response{}, err
	}
	var r hiring.Requisition
	if id := req.Args.Text("req"); id != "" {
		var err error
		if r, _, _, err = views.ReqFor(ctx, tx, req.Actor, id); err != nil {
			return bot.Response{}, err
		}
		if err := checkTakes(r); err != nil {
			return bot.Response{}, err
		}
	}
	c, err := tx.AddCandidate(ctx, c)
	if err != nil {
		return bot.Response{}, err
	}
	if err := tx.AddHistory(ctx, c.ID, "referred them", nil); err != nil {
		return bot.Response{}, err
	}
	if r.ID != "" {
		if _, err := applyTo(ctx, tx, c, r, hiring.AppSourced, req.Actor.ID); err != nil {
			return bot.Response{}, err
		}
	}
	if text := req.Args.Text("note"); text != "" {
		if _, err := tx.AddCandidateNote(ctx, hiring.CandidateNote{Candidate: c.ID, Req: r.ID, Text: text}); err != nil {
			return bot.Response{}, err
		}
	}
	return redraw(req, views.CandidateReferred, ""), tellOfReferral(ctx, tx, c, r)
}

// referralSource is the key of the playbooks' channel for referrals, "" where they have none.
func referralSource(s *store.Snapshot) string {
	for _, c := range channels(s) {
		if strings.HasPrefix(c.Key, "referral") {
			return c.Key
		}
	}
	return ""
}

// tellOfReferral tells the recruiter of the requisition, or all recruiters where there is none.
func tellOfReferral(ctx context.Context, tx *store.Tx, c hiring.Candidate, r hiring.Requisition) error {
	to := []string{r.Recruiter}
	if r.Recruiter == "" {
		to = nil
		for _, p := range tx.Snapshot().PeopleWith(hiring.Recruiter) {
			to = append(to, p.ID)
		}
	}
	for _, person := range to {
		err := tx.Send(ctx, bot.Message{
			To: bot.Recipient{Person: person}, View: bot.View{Name: views.Referral, Subject: c.ID}, Key: "referral:" + c.ID + ":" + person,
			Why: "You get this because you recruit. /hire away says who stands in for you.",
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// candidateNoteForm asks for a note. From a message it comes with its words and its link.
func candidateNoteForm(_ context.Context, _ *store.Tx, req bot.Request) (bot.Form, error) {
	values := bot.ValuesOf(req.Spec, req.Args)
	form := bot.Form{Title: "Note on a candidate", Submit: "Save", Call: bot.Do("candidate.note", req.Args.Text("candidate"))}
	names := []string{"candidate", "text"}
	if req.Args.Text("candidate") != "" {
		names = names[1:]
		form.Title = "Note on " + req.Args.Text("candidate")
	}
	if req.Source != nil {
		values["text"], values["link"] = nonEmpty(cut(req.Source.Text, hiring.MaxNote)), nonEmpty(cut(req.Source.Link, hiring.MaxLink))
		form.Subject = "message:" + req.Source.Link + ":" + req.ID
		names = append(names, "link")
	}
	for _, name := range names {
		form.Fields = append(form.Fields, bot.FieldOf(req.Spec, name, values[name]...))
	}
	return form, nil
}

func cut(text string, most int) string {
	letters := []rune(strings.TrimSpace(text))
	if len(letters) > most {
		return string(letters[:most-1]) + "…"
	}
	return string(letters)
}

func addNote(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	c, err := myCandidate(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	of := ""
	if req.Args.Text("req") != "" {
		a, err := theApp(ctx, tx, req, c)
		if err != nil {
			return bot.Response{}, err
		}
		of = a.Req
	}
	n, err := tx.AddCandidateNote(ctx, hiring.CandidateNote{Candidate: c.ID, Req: of, Text: req.Args.Text("text"), Link: req.Args.Text("link")})
	if err != nil {
		return bot.Response{}, err
	}
	if err := tx.Audit(ctx, store.AuditEvent{Subject: c.ID, Fact: store.FactChanged}); err != nil {
		return bot.Response{}, err
	}
	return redraw(req, views.NoteSaved, c.ID, n.ID), nil
}

func dropNote(ctx context.Context, tx *store.Tx, req bot.Request) (bot.Response, error) {
	c, err := myCandidate(ctx, tx, req)
	if err != nil {
		return bot.Response{}, err
	}
	if err := tx.DeleteCandidateNote(ctx, req.Args.Text("id")); err != nil {
		if hiring.ErrorCode(err) == hiring.NotFound {
			err = hiring.Errorf(hiring.NotFound, "There is no such note of yours on %s. /candidate show %s shows what there is.", c.ID, c.ID)
		}
		return bot.Response{}, err
	}
	return redraw(req, views.Candidate, c.ID, "The note is gone."), tx.Audit(ctx, store.AuditEvent{Subject: c.ID, Fact: store.FactChanged})
}
