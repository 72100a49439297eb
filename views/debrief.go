package views

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

const (
	// disagreementsShown is how many of the widest disagreements stand above the tables.
	disagreementsShown = 3
	// perTable is how many people stand beside the dimensions in one table, and the widths are those of
	// its columns: 34 characters in all, with the two between columns.
	perTable                    = 2
	dimensionWidth, personWidth = 16, 7
)

// DebriefFor returns the debrief of an application as somebody may see it, with the candidate. The
// requisition may be left out where there is one only. It returns the sentence for what does not exist
// where it does not exist for them.
func DebriefFor(ctx context.Context, tx *store.Tx, viewer bot.Actor, candidate, req string) (hiring.Candidate, store.Debriefing, error) {
	c, err := CandidateFor(ctx, tx, viewer, candidate)
	if err != nil {
		return c, store.Debriefing{}, err
	}
	if req == "" {
		if req, err = debriefReq(ctx, tx, viewer, c); err != nil {
			return c, store.Debriefing{}, err
		}
	}
	d, err := tx.DebriefOf(ctx, c.ID, req, Actor(viewer))
	if hiring.ErrorCode(err) == hiring.NotFound {
		err = NoApplication(c.ID, req)
	}
	return c, d, err
}

// debriefReq returns the requisition that a debrief is surely about: the only one in which the viewer
// has a part, or the only one of these on which somebody works.
func debriefReq(ctx context.Context, tx *store.Tx, viewer bot.Actor, c hiring.Candidate) (string, error) {
	apps, err := tx.ApplicationsOf(ctx, c.ID, CandidateViewer(viewer))
	if err != nil {
		return "", err
	}
	on, err := tx.CandidateSubject(ctx, c.ID)
	if err != nil {
		return "", err
	}
	var reqs, active []string
	for _, a := range apps {
		reqs = append(reqs, a.Req)
		if a.Active() {
			active = append(active, a.Req)
		}
	}
	for _, s := range on.Cards {
		if s.Person == viewer.ID && s.Seated() && !slices.Contains(reqs, s.Req) {
			reqs = append(reqs, s.Req)
		}
	}
	switch {
	case len(reqs) == 1:
		return reqs[0], nil
	case len(active) == 1 && len(reqs) == len(apps):
		return active[0], nil
	case len(reqs) == 0:
		return "", NoApplication(c.ID, "")
	}
	choices := make([]bot.Choice, 0, len(reqs))
	for _, r := range reqs {
		choices = append(choices, bot.Choice{Label: r, Value: r})
	}
	return "", bot.Invalidf("req", "%s applies to several. Which requisition?", c.ID).Offering(choices)
}

// SeesDebrief tells whether somebody may read the debrief now: who works on the application as far as it
// is in, and the panel when all are in.
func SeesDebrief(viewer bot.Actor, d store.Debriefing) bool {
	if d.Sight == hiring.SightOwn || d.Sight == hiring.SightNone {
		return false
	}
	return d.Complete || hiring.May(Actor(viewer), hiring.SeeApplication, d.Subject)
}

// drawDebrief is what a panel says of a candidate, side by side. Its arguments are the requisition, and
// what was done.
func drawDebrief(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	c, d, err := DebriefFor(ctx, tx, viewer, v.Subject, arg(v, 0))
	if err != nil {
		return bot.Card{}, err
	}
	look := debriefLook{
		s: tx.Snapshot(), charged: hiring.May(Actor(viewer), hiring.ChangeApplication, d.Subject), open: SeesDebrief(viewer, d), done: arg(v, 1),
		who: func(id string) bot.Text { return personText(tx.Snapshot(), id) },
	}
	if look.open && len(d.People) > 0 {
		if err := lookedAt(ctx, tx, viewer, d); err != nil {
			return bot.Card{}, err
		}
	}
	return debriefCard(c, d, look), nil
}

// lookedAt puts on record whose scorecards were opened.
func lookedAt(ctx context.Context, tx *store.Tx, viewer bot.Actor, d store.Debriefing) error {
	var seen []string
	for _, p := range d.People {
		if p.Person != viewer.ID && !slices.Contains(seen, p.Interview) {
			seen = append(seen, p.Interview)
			if err := tx.RecordLook(ctx, d.Application.ID, hiring.CardLook{Interview: p.Interview}); err != nil {
				return err
			}
		}
	}
	return tx.Audit(ctx, store.AuditEvent{Subject: d.Application.Candidate, Fact: FactDebrief})
}

// debriefLook is what a debrief is drawn from, beside it.
type debriefLook struct {
	s *store.Snapshot
	// charged says that the viewer works on the application, open that they may read what is in.
	charged, open bool
	done          string
	who           func(string) bot.Text
}

func debriefCard(c hiring.Candidate, d store.Debriefing, look debriefLook) bot.Card {
	p, _ := look.s.Playbook(d.Subject.Req.Role)
	card := bot.Card{Title: fmt.Sprintf("Debrief of %s %s", c.ID, c.Name)}
	if look.done != "" {
		card.Tone = bot.Good
		card.Body = append(card.Body, bot.T(look.done))
	}
	add := func(t bot.Text) {
		if len(t) > 0 {
			card.Body = append(card.Body, t)
		}
	}
	if d.Of == 0 {
		add(bot.T(d.Application.Req + " " + ReqName(*d.Subject.Req, p) + ": there is no scorecard yet, and none is waited for."))
		if look.open {
			add(bot.Lines(concessions(d.Debrief, look.who)...))
		}
		card.Actions = []bot.Action{{Label: "Back to " + c.ID, Do: bot.Do("candidate.show", c.ID)}}
		return card
	}
	state := bot.Join(bot.B(inWords(d.In, d.Of)), bot.T(" · "+d.Application.Req+" "+ReqName(*d.Subject.Req, p)))
	if !look.open {
		state = bot.B(fmt.Sprintf("%d of %d in; opens when all are in.", d.In, d.Of))
	}
	add(state)
	if len(d.Open) > 0 && (look.charged || !look.open) {
		var waits bot.Text
		for i, seat := range d.Open {
			if i > 0 {
				waits = bot.Join(waits, bot.T(", "))
			}
			waits = bot.Join(waits, look.who(seat.Person), bot.T(" ("+seat.Interview+")"))
		}
		add(bot.Join(bot.T("Waits for "), waits, bot.T(".")))
	}
	if !look.open {
		add(earlyText(d, look.who))
		card.Actions = []bot.Action{{Label: "Back to " + c.ID, Do: bot.Do("candidate.show", c.ID)}}
		return card
	}
	add(hiddenText(d))
	add(verdict(d.Debrief))
	add(recommendations(d.Debrief, look.who))
	for _, one := range d.People {
		add(threeLinesOf(one, look.who))
	}
	for _, one := range d.People {
		if one.PrivateNote != "" && look.charged {
			add(bot.Join(bot.B("For the recruiter alone, "), look.who(one.Person), bot.T(": "+one.PrivateNote)))
		}
	}
	for i, x := range d.Disagreements {
		if i == disagreementsShown {
			break
		}
		add(disagreement(x, i == 0, look.who))
	}
	if tabled := tables(d.Debrief, look.s); len(tabled) > 0 {
		card.Body = append(card.Body, tabled...)
		card.Context = bot.T("1 is the lowest rating and 4 the highest; n is not covered, – not rated by them.")
	}
	add(fairness(d, look.who))
	card.Actions, card.Menu = debriefActions(c, d, look)
	return card
}

// hiddenText says of what is in and not open to the reader yet when it opens.
func hiddenText(d store.Debriefing) bot.Text {
	opens := " when all of their interview are in, or once you say why you read before that."
	switch {
	case d.Hidden == 0:
		return nil
	case len(d.People) == 0:
		return bot.T("What is in opens" + opens)
	case d.Hidden == 1:
		return bot.T("1 of these opens" + opens)
	default:
		return bot.Tf("%d of these open%s", d.Hidden, opens)
	}
}

func inWords(in, of int) string {
	if in == of {
		return fmt.Sprintf("All %d in", of)
	}
	return fmt.Sprintf("%d of %d in", in, of)
}

// verdict counts the recommendations, and gives the weighted score with its spread.
func verdict(d hiring.Debrief) bot.Text {
	var parts []string
	for _, r := range hiring.Recommendations {
		if n := d.Counts[r]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", strings.ToLower(hiring.RecommendationTitle(r)), n))
		}
	}
	text := bot.B(strings.Join(parts, " · "))
	if d.Score > 0 {
		text = bot.Join(text, bot.Tf(" · weighted score %s of 4", points(d.Score)))
		if d.Low != d.High {
			text = bot.Join(text, bot.Tf(", from %s to %s by person", points(d.Low), points(d.High)))
		}
	}
	return text
}

// points writes hundredths of a rating point.
func points(hundredths int) string { return fmt.Sprintf("%d.%02d", hundredths/100, hundredths%100) }

// disagreement says on what two differ, each with what they saw.
func disagreement(x hiring.Disagreement, most bool, who func(string) bot.Text) bot.Text {
	words := "They differ on "
	if most {
		words = "They differ most on "
	}
	side := func(r hiring.RatedBy) bot.Text {
		evidence := "no evidence written"
		if r.Evidence != "" {
			evidence = "“" + r.Evidence + "”"
		}
		return bot.Join(who(r.Person), bot.Tf(" %d: %s", r.Value, evidence))
	}
	return bot.Lines(
		bot.Join(bot.T(words), bot.B(inSentence(x.Title)), bot.Tf(" (%d / %d)", x.Low, x.High)),
		side(x.Least), side(x.Most),
	)
}

// inSentence writes a title as it stands within a sentence; one that begins with capitals, as “API design”
// does, keeps them.
func inSentence(title string) string {
	if letters := []rune(title); len(letters) > 1 && unicode.IsUpper(letters[1]) {
		return title
	}
	return lowerFirst(title)
}

// tables are people × dimensions, two people a table, so that a phone shows it too. Who sat on several
// interviews has one column for all of them.
func tables(d hiring.Debrief, s *store.Snapshot) []bot.Node {
	var people []string
	cards := map[string][]hiring.DebriefPerson{}
	for _, p := range d.People {
		if !slices.Contains(people, p.Person) {
			people = append(people, p.Person)
		}
		cards[p.Person] = append(cards[p.Person], p)
	}
	names := make([]string, len(people))
	for i, id := range people {
		names[i] = "left"
		if p, ok := s.Person(id); ok {
			names[i] = p.Name
		}
	}
	titles := make([]string, len(d.Dimensions))
	for i, x := range d.Dimensions {
		titles[i] = x.Title
	}
	heads, headsNumbered := labels(names, personWidth, shortenedMiddle)
	rows, rowsNumbered := labels(titles, dimensionWidth, shortened)
	var nodes []bot.Node
	for at := 0; at < len(people); at += perTable {
		columns := people[at:min(at+perTable, len(people))]
		table := bot.Table{Header: append([]string{"Rating"}, heads[at:at+len(columns)]...)}
		for i, x := range d.Dimensions {
			row := []bot.Text{bot.T(rows[i])}
			for _, id := range columns {
				row = append(row, bot.T(ratingWords(cards[id], x.Key)))
			}
			table.Rows = append(table.Rows, row)
		}
		nodes = append(nodes, table)
	}
	if len(nodes) > 0 && headsNumbered {
		nodes = append(nodes, numbering(len(people), func(i int) bot.Text { return personText(s, people[i]) }))
	}
	if len(nodes) > 0 && rowsNumbered {
		nodes = append(nodes, numbering(len(titles), func(i int) bot.Text { return bot.T(inSentence(titles[i])) }))
	}
	return nodes
}

// labels shortens names to a width so that no two are the same, whatever they are: where shortening alone
// leaves two alike, all are numbered, and numbered is true.
func labels(names []string, most int, short func(string, int) string) (out []string, numbered bool) {
	seen := map[string]bool{}
	for _, name := range names {
		label := short(oneLine(name), most)
		numbered = numbered || seen[bot.Fold(label)]
		seen[bot.Fold(label)] = true
		out = append(out, label)
	}
	if !numbered {
		return out, false
	}
	for i, name := range names {
		number := fmt.Sprintf("%d ", i+1)
		out[i] = number + short(oneLine(name), most-len(number))
	}
	return out, true
}

// numbering says whom or what the numbers of shortened names stand for.
func numbering(n int, name func(i int) bot.Text) bot.Text {
	var text bot.Text
	for i := range n {
		if i > 0 {
			text = bot.Join(text, bot.T(" · "))
		}
		text = bot.Join(text, bot.Tf("%d ", i+1), name(i))
	}
	return text
}

// recommendations says what each would do, in the order of the interviews.
func recommendations(d hiring.Debrief, who func(string) bot.Text) bot.Text {
	var text bot.Text
	for i, p := range d.People {
		if i > 0 {
			text = bot.Join(text, bot.T(" · "))
		}
		text = bot.Join(text, who(p.Person), bot.T(" "+strings.ToLower(hiring.RecommendationTitle(p.Overall))))
	}
	return text
}

// shortenedMiddle shortens a name by its middle, as many differ in their ends alone.
func shortenedMiddle(text string, most int) string {
	letters := []rune(text)
	if len(letters) <= most {
		return text
	}
	tail := most / 3
	return string(letters[:most-tail-1]) + "…" + string(letters[len(letters)-tail:])
}

func shortened(text string, most int) string {
	letters := []rune(text)
	if len(letters) <= most {
		return text
	}
	return strings.TrimSpace(string(letters[:most-1])) + "…"
}

// ratingWords are the ratings that somebody gave to a dimension, in one interview or several.
func ratingWords(cards []hiring.DebriefPerson, key string) string {
	var words []string
	for _, card := range cards {
		switch r, rated := card.Ratings[key]; {
		case !rated:
		case r.Value == hiring.NotCovered:
			words = append(words, "n")
		default:
			words = append(words, fmt.Sprint(r.Value))
		}
	}
	if len(words) == 0 {
		return "–"
	}
	return strings.Join(words, ", ")
}

// fairness says what a reader has to know of how the scorecards came about.
func fairness(d store.Debriefing, who func(string) bot.Text) bot.Text {
	var lines []bot.Text
	lines = append(lines, concessions(d.Debrief, who)...)
	if early := earlyText(d, who); len(early) > 0 {
		lines = append(lines, early)
	}
	changed := false
	for _, a := range d.Amended {
		if !a.Informed {
			continue
		}
		changed = true
		lines = append(lines, bot.Join(bot.T("Changed after others were opened: "), who(a.Person), bot.Tf(" (%s, version %d, ", a.Interview, a.Edition), bot.At(a.At), bot.T(")")))
	}
	for _, seat := range d.Informed {
		lines = append(lines, bot.Join(bot.T("Submitted after having opened others: "), who(seat.Person), bot.T(" ("+seat.Interview+")")))
	}
	if !changed && len(d.People) > 0 {
		lines = append(lines, bot.T("No scorecard changed after others were opened."))
	}
	return bot.Lines(lines...)
}

// earlyText says who read scorecards before all were in, and why.
func earlyText(d store.Debriefing, who func(string) bot.Text) bot.Text {
	var lines []bot.Text
	said := map[string]bool{}
	for _, look := range d.Early {
		if said[look.Person+look.Reason] {
			continue
		}
		said[look.Person+look.Reason] = true
		var of []string
		for _, other := range d.Early {
			if other.Person == look.Person && other.Reason == look.Reason {
				of = append(of, other.Interview)
			}
		}
		lines = append(lines, bot.Join(bot.T("Read before all were in: "), who(look.Person), bot.T(" ("+strings.Join(of, ", ")+"): "+look.Reason)))
	}
	return bot.Lines(lines...)
}

func debriefActions(c hiring.Candidate, d store.Debriefing, look debriefLook) ([]bot.Action, *bot.Menu) {
	req := d.Application.Req
	picture := bot.Action{Label: "Picture", Do: bot.Do("candidate.picture", c.ID, req)}
	if !look.charged || !d.Application.Active() {
		return []bot.Action{picture, {Label: "Back to " + c.ID, Do: bot.Do("candidate.show", c.ID)}}, nil
	}
	var actions []bot.Action
	// Where nothing is in, there is nothing to read, and advancing is not what comes next.
	if d.Sight == hiring.SightReason && d.In > 0 {
		label := "Read the rest now"
		if len(d.People) == 0 {
			label = "Read what is in"
		}
		actions = append(actions, bot.Action{Label: label, Do: bot.Do("candidate.early", c.ID, req)})
	}
	if to := NextStage(d.Application); to != "" {
		advance := bot.Action{Label: "Advance", Do: bot.Do("candidate.move", c.ID, string(to), req)}
		if d.In > 0 && d.In == d.Of {
			advance.Style = bot.Primary
		}
		actions = append(actions, advance)
	}
	actions = append(actions, bot.Action{Label: "Another interview", Do: scheduleCall(c.ID, req)})
	if len(actions) < 3 && len(d.People) > 0 {
		actions = append(actions, picture)
	}
	menu := reasonMenu(look.s, "Reject", func(code string) bot.Call { return bot.Do("candidate.reject", c.ID, code, req) })
	return actions, menu
}

// scheduleCall opens the form that schedules an interview of an application.
func scheduleCall(candidate, req string) bot.Call {
	return bot.Do("interview.schedule", candidate, "", "", req)
}

// NextStage returns where an application goes from here when all goes well, "" for nowhere.
func NextStage(a hiring.Application) hiring.AppStage {
	switch a.Stage {
	case hiring.AppSourced:
		return hiring.AppScreening
	case hiring.AppScreening:
		return hiring.AppInterviewing
	case hiring.AppInterviewing, hiring.AppDebrief:
		return hiring.AppOffer
	default:
		return ""
	}
}

// drawCardsAsked asks somebody for a scorecard on a recruiter's behalf; its argument is who asks.
func drawCardsAsked(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	card, err := tx.Scorecard(ctx, v.Subject, viewer.ID)
	if hiring.ErrorCode(err) == hiring.NotFound || err == nil && !card.Owed() {
		return bot.Card{}, bot.ErrMoot
	}
	if err != nil {
		return bot.Card{}, err
	}
	return bot.Card{
		Tone: bot.Attention, Title: "Your scorecard of " + card.Interview + " is waited for",
		Body:    []bot.Node{bot.Join(personText(tx.Snapshot(), arg(v, 0)), bot.T(" asks for it: "+card.Candidate+", due "), bot.At(card.DueAt), bot.T("."))},
		Actions: []bot.Action{{Label: "Fill in", Do: bot.Do("feedback.give", card.Interview), Style: bot.Primary}},
	}, nil
}
