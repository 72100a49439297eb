package views

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// FactBand is the kind of fact that an audit row of a shown band names.
const FactBand = "band"

// RefuseBand returns the one line that everybody gets who may not see a band, whether it exists or
// not, or nil for somebody who may see the bands of the role.
func RefuseBand(ctx context.Context, tx *store.Tx, viewer bot.Actor, role string) error {
	a, on := Actor(viewer), hiring.Subject{Owners: tx.Snapshot().Owners(role)}
	if hiring.May(a, hiring.SeeBand, on) {
		return nil
	}
	if role != "" && hiring.MayEver(a, hiring.SeeBand) {
		// A hiring manager also sees the bands of a role that they have a requisition of.
		drafts, err := tx.DraftsRole(ctx, viewer.ID, role)
		if err != nil {
			return err
		}
		if drafts {
			on.Owners = append(on.Owners, viewer.ID)
		}
		if hiring.May(a, hiring.SeeBand, on) {
			return nil
		}
	}
	return bandRefusal(tx)
}

// RefuseBands is RefuseBand for somebody who may see no band at all, asked before a role is read.
func RefuseBands(tx *store.Tx, viewer bot.Actor) error {
	if hiring.MayEver(Actor(viewer), hiring.SeeBand) {
		return nil
	}
	return bandRefusal(tx)
}

func bandRefusal(tx *store.Tx) error {
	return hiring.Errorf(hiring.NotAllowed, "Salary bands are for recruiters, compensation, and the hiring manager of the role. Ask %s.", whomToAsk(tx, hiring.Recruiter, hiring.Compensation))
}

// RefuseSetBand refuses to set bands to all but compensation.
func RefuseSetBand(tx *store.Tx, viewer bot.Actor) error {
	if hiring.May(Actor(viewer), hiring.SetBand, hiring.Subject{}) {
		return nil
	}
	return hiring.Errorf(hiring.NotAllowed, "Only compensation sets salary bands. Ask %s.", whomToAsk(tx, hiring.Compensation))
}

// whomToAsk names the people of the first of the roles that somebody has.
func whomToAsk(tx *store.Tx, roles ...hiring.Role) string {
	for _, r := range roles {
		if people := tx.Snapshot().PeopleWith(r); len(people) > 0 {
			return peopleText(people).Plain(time.UTC)
		}
	}
	return "your admin to name one"
}

func auditBand(ctx context.Context, tx *store.Tx, role string) error {
	return tx.Audit(ctx, store.AuditEvent{Subject: "role:" + role, Fact: FactBand})
}

// today is the date in the viewer's zone, which decides on the bands in force.
func today(tx *store.Tx, viewer bot.Actor) string {
	return string(bot.DateOf(tx.Now(), viewer.Zone))
}

// quote answers a view's question, for a viewer who may see it.
func quote(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (BandQuestion, hiring.Playbook, hiring.BandQuote, error) {
	q, err := readBandQuestion(ctx, tx, v)
	if err != nil {
		return q, hiring.Playbook{}, hiring.BandQuote{}, err
	}
	if err := RefuseBand(ctx, tx, viewer, q.Role); err != nil {
		return q, hiring.Playbook{}, hiring.BandQuote{}, err
	}
	p, ok := tx.Snapshot().Playbook(q.Role)
	if !ok {
		return q, p, hiring.BandQuote{}, hiring.Errorf(hiring.NotFound, "The role %s is gone. /hire roles lists those there are.", q.Role)
	}
	if tx.Snapshot().Setting(hiring.SettingCurrentCTC) != "yes" {
		q.CurrentCTC, q.From = nil, ""
	}
	answer, err := hiring.QuoteBand(p, tx.Snapshot().Bands(p.Key), q.BandQuery, today(tx, viewer))
	if err != nil {
		return q, p, answer, err
	}
	return q, p, answer, auditBand(ctx, tx, p.Key)
}

func drawBand(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	q, p, answer, err := quote(ctx, tx, viewer, v)
	if err != nil {
		return bot.Card{}, err
	}
	look := bandLook{
		amounts: seesAmounts(tx, viewer),
		sets:    hiring.May(Actor(viewer), hiring.SetBand, hiring.Subject{}),
	}
	card := bandCard(p, q, answer, look)
	switch q.Of {
	case "":
	case q.Req:
		card.Body = append([]bot.Node{bot.Join(bot.B("For "+q.Req), bot.T("."))}, card.Body...)
	default:
		card.Body = append([]bot.Node{bot.Join(bot.B("For "+q.Of), bot.T(", who applies to "+q.Req+"."))}, card.Body...)
	}
	return card, nil
}

// seesAmounts tells whether the company lets this person see rupees, or only where they stand.
func seesAmounts(tx *store.Tx, viewer bot.Actor) bool {
	a := Actor(viewer)
	return a.Has(hiring.Recruiter) || a.Has(hiring.Compensation) || tx.Snapshot().Setting(hiring.SettingManagersPay) == "yes"
}

// RefuseAmounts refuses what is nothing but amounts to hiring managers of a company that shows them none.
func RefuseAmounts(tx *store.Tx, viewer bot.Actor) error {
	if seesAmounts(tx, viewer) {
		return nil
	}
	return hiring.Errorf(hiring.NotAllowed, "Your company shows hiring managers no amounts. Ask %s.", whomToAsk(tx, hiring.Recruiter, hiring.Compensation))
}

// bandLook is what the viewer of a band may see and do.
type bandLook struct {
	amounts, sets bool
}

func bandCard(p hiring.Playbook, q BandQuestion, a hiring.BandQuote, look bandLook) bot.Card {
	if !look.amounts {
		return bandWords(p, a)
	}
	banded := slices.ContainsFunc(a.Levels, func(l hiring.LevelQuote) bool { return l.Band != nil })
	if !banded {
		return noBandCard(p, a, look)
	}
	var card bot.Card
	if len(a.Levels) == 1 {
		card = levelCard(a)
	} else {
		card = levelsCard(p, a)
	}
	for _, r := range a.Remarks {
		card.Body = append(card.Body, bot.T(r))
	}
	if notes := noteText(a.Notes, len(a.Levels) > 1); len(notes) > 0 {
		card.Body = append(card.Body, notes)
	}
	card.Actions, card.Menu = bandActions(p, q, a, look)
	card.Context = bandContext(a)
	return card
}

// noBandCard says that nothing is known, and what can be done about it.
func noBandCard(p hiring.Playbook, a hiring.BandQuote, look bandLook) bot.Card {
	card := bot.Card{
		Title: p.Title + ": no band for this role yet",
		Body:  []bot.Node{bot.T("Compensation can add one. Until then go on without: nothing needs it, and a budget is then not checked.")},
	}
	if look.sets {
		card.Body = []bot.Node{bot.T("Add one, or go on without: nothing needs it, and a budget is then not checked.")}
		level := ""
		if len(a.Levels) == 1 {
			level = a.Levels[0].Level.Key
		}
		card.Actions = []bot.Action{{Label: "Add a band", Do: bot.Do("band.set", p.Key, level), Style: bot.Primary}}
	}
	return card
}

// bandWords is the card of somebody who sees no amounts: where things stand, in words.
func bandWords(p hiring.Playbook, a hiring.BandQuote) bot.Card {
	card := bot.Card{Title: p.Title + ": where it stands", Context: bot.T("Your company shows hiring managers no amounts. A recruiter can tell more.")}
	for _, l := range a.Levels {
		if l.Band == nil {
			continue
		}
		for _, placed := range []struct {
			what string
			at   *hiring.Placement
		}{{"ask", l.Ask}, {"budget", l.Budget}} {
			if placed.at != nil {
				card.Body = append(card.Body, bot.Tf("%s: the %s is %s.", l.Level.Title, placed.what, placed.at.Position))
			}
		}
	}
	if len(card.Body) == 0 {
		card.Body = []bot.Node{bot.Join(bot.T("Give an ask or a budget to compare: "), bot.C("/band "+p.Key+" senior ask:48"))}
	}
	return card
}

// levelCard answers for one level: the answer, then rupees, then how it came about.
func levelCard(a hiring.BandQuote) bot.Card {
	l := a.Levels[0]
	card := bot.Card{Title: l.Headline}
	if l.Band == nil {
		return card
	}
	open := ""
	if l.Band.OpenEnded {
		open = " and more"
	}
	card.Body = append(card.Body, bot.Join(bot.B(l.Result.String()+open), bot.T(" a year, CTC")))
	card.Body = append(card.Body, arithmetic(l)...)
	for _, placed := range []struct {
		what string
		at   *hiring.Placement
	}{{"Current CTC", l.CurrentCTC}, {"Ask", l.Ask}, {"Budget", l.Budget}} {
		if placed.at != nil {
			card.Body = append(card.Body, bot.Join(bot.B(placed.what+": "), bot.T(placed.at.Words+".")))
		}
	}
	if l.Ask != nil && l.Budget != nil && l.Ask.Amount.High > l.Budget.Amount.High {
		over := l.Ask.Amount.High - l.Budget.Amount.High
		card.Body = append(card.Body, bot.Tf("The ask is %s over the budget.", over))
	}
	if a.Anchor != nil {
		card.Body = append(card.Body, anchorText(*a.Anchor))
		if l.Ask != nil {
			card.Body = append(card.Body, bot.T(besideAnchor(l.Ask.Amount.High, *a.Anchor)))
		}
	}
	return card
}

// besideAnchor says where an ask stands beside the second anchor.
func besideAnchor(ask hiring.Rupees, a hiring.Anchor) string {
	switch {
	case ask > a.Result.High:
		return fmt.Sprintf("The ask is %s above what the move usually brings.", ask-a.Result.High)
	case ask < a.Result.Low:
		return fmt.Sprintf("The ask is %s below what the move usually brings.", a.Result.Low-ask)
	default:
		return "The ask is within what the move usually brings."
	}
}

// fits says of an amount, in one line, inside the bands of which levels it lies.
func fits(what string, levels []hiring.LevelQuote, at func(hiring.LevelQuote) *hiring.Placement) bot.Text {
	var inside []string
	var amount hiring.RupeesRange
	for _, l := range levels {
		placed := at(l)
		if placed == nil {
			continue
		}
		amount = placed.Amount
		if placed.Position == hiring.InsideBand {
			inside = append(inside, l.Level.Title)
		}
	}
	switch {
	case amount.IsZero():
		return nil
	case len(inside) == 0:
		return bot.Join(bot.B(what+" "+amount.LPA()), bot.T(": inside the band of no level."))
	default:
		return bot.Join(bot.B(what+" "+amount.LPA()), bot.T(": inside the band of "+strings.Join(inside, ", ")+"."))
	}
}

// arithmetic shows how each premium changes the band, and what of the result lies above the band.
func arithmetic(l hiring.LevelQuote) []bot.Node {
	var lines []bot.Text
	var nodes []bot.Node
	for _, line := range l.Premiums {
		if !line.Applies {
			lines = append(lines, bot.T(line.Reason))
			continue
		}
		lines = append(lines, bot.Join(
			bot.B(fmt.Sprintf("%s +%d–%d %%: ", line.Premium.Title, line.Premium.LowPercent, line.Premium.HighPercent)),
			bot.T(line.LowSum+" · "+line.HighSum)))
	}
	if len(lines) > 0 {
		nodes = append(nodes, bot.Lines(lines...))
	}
	if l.AboveBand {
		nodes = append(nodes, bot.Join(bot.B("Above ₹"+l.Band.High.LPA()+" LPA"), bot.T(" is above band: premium, needs the extra approver.")))
	}
	return nodes
}

func anchorText(a hiring.Anchor) bot.Text {
	return bot.Join(
		bot.B(a.Uplift.Title+": "+a.Result.LPA()), bot.Tf(" from the current CTC (%s · %s). ", a.LowSum, a.HighSum), bot.T(a.Uplift.Note))
}

// levelsCard answers for several levels as a table.
func levelsCard(p hiring.Playbook, a hiring.BandQuote) bot.Card {
	t := bot.Table{Header: []string{"Level", "Years", "LPA"}}
	low, high := hiring.LevelQuote{}, hiring.LevelQuote{}
	for _, l := range a.Levels {
		cell := bot.T("no band yet")
		if l.Band != nil {
			cell = bot.T(l.LPA)
			if l.AboveBand {
				cell = bot.Join(cell, bot.T(" ↑"))
			}
			if low.Band == nil {
				low = l
			}
			high = l
		}
		t.Rows = append(t.Rows, []bot.Text{bot.T(l.Level.Title), bot.T(years(l.Level)), cell})
	}
	ends := low.Result.Low.LPA() + "–" + high.Result.High.LPA()
	if high.Band != nil && high.Band.OpenEnded {
		ends += "+"
	}
	title := p.Title
	if a.Ecosystem != nil {
		title += ", " + a.Ecosystem.Title
	}
	card := bot.Card{Title: title + ": ₹" + ends + " LPA, by level", Body: []bot.Node{t}}
	if slices.ContainsFunc(a.Levels, func(l hiring.LevelQuote) bool { return l.AboveBand }) {
		card.Body = append(card.Body, bot.T("↑ reaches above the level's band: premium, needs the extra approver."))
	}
	reasons := map[string]bool{}
	for _, l := range a.Levels {
		for _, line := range l.Premiums {
			if !line.Applies && !reasons[line.Premium.Key] {
				reasons[line.Premium.Key] = true
				card.Body = append(card.Body, bot.T(line.Reason))
			}
		}
	}
	for _, line := range []bot.Text{
		fits("Current CTC", a.Levels, func(l hiring.LevelQuote) *hiring.Placement { return l.CurrentCTC }),
		fits("Ask", a.Levels, func(l hiring.LevelQuote) *hiring.Placement { return l.Ask }),
		fits("Budget", a.Levels, func(l hiring.LevelQuote) *hiring.Placement { return l.Budget }),
	} {
		if len(line) > 0 {
			card.Body = append(card.Body, line)
		}
	}
	if a.Anchor != nil {
		card.Body = append(card.Body, anchorText(*a.Anchor))
	}
	return card
}

func years(l hiring.Level) string {
	from := monthsAsYears(l.FromMonths)
	if l.ToMonths == 0 {
		return from + "+"
	}
	return from + "–" + monthsAsYears(l.ToMonths)
}

func monthsAsYears(m int) string {
	if m%12 == 0 {
		return fmt.Sprint(m / 12)
	}
	return fmt.Sprintf("%d.%d", m/12, m%12*10/12)
}

// noteText joins the notes; what the role as a whole pays is of use only beside several levels.
func noteText(notes []hiring.Note, several bool) bot.Text {
	texts := make([]string, 0, len(notes))
	for _, n := range notes {
		if n.Kind == hiring.RangeNote && !several {
			continue
		}
		texts = append(texts, n.Text)
	}
	return bot.T(strings.Join(texts, " "))
}

// dateText writes a date that is no appointment, so that its weekday says nothing.
func dateText(iso string) string {
	d, err := time.Parse(time.DateOnly, iso)
	if err != nil {
		return iso
	}
	return d.Format("2 Jan 2006")
}

// bandContext tells where the figures come from and from when they are.
func bandContext(a hiring.BandQuote) bot.Text {
	var sources []string
	stale := false
	for _, l := range a.Levels {
		if l.Band == nil {
			continue
		}
		source := l.Band.Source
		if source == "" {
			source = "set here"
		}
		if text := source + ", from " + dateText(l.Band.Effective); !slices.Contains(sources, text) {
			sources = append(sources, text)
		}
		stale = stale || l.Stale
	}
	text := "CTC a year · " + strings.Join(sources, " · ")
	if stale {
		text += " · older than 12 months: check before use"
	}
	return bot.T(text)
}

// bandActions offers the playbook's premiums as toggles and the picture, and the rest in the menu.
func bandActions(p hiring.Playbook, q BandQuestion, a hiring.BandQuote, look bandLook) ([]bot.Action, *bot.Menu) {
	var actions []bot.Action
	menu := &bot.Menu{Label: "More"}
	for i, x := range p.Premiums {
		toggled, on := toggle(q, x.Key)
		if i < 2 {
			label, style := "+ "+upperFirst(x.Key), bot.Secondary
			if on {
				style = bot.On
			}
			actions = append(actions, bot.Action{Label: label, Do: toggled.call("band.show"), Style: style})
			continue
		}
		label := "With " + x.Key
		if on {
			label = "Without " + x.Key
		}
		menu.Items = append(menu.Items, bot.MenuItem{Label: label, Do: toggled.call("band.show")})
	}
	actions = append(actions, bot.Action{Label: "Picture", Do: q.call("band.chart")})
	if len(a.Levels) == 1 {
		menu.Items = append(menu.Items, levelItems(p, q, a.Levels[0].Level)...)
	}
	menu.Items = append(menu.Items, bot.MenuItem{Label: "History", Hint: "who changed what, and when", Do: bot.Do("band.history", p.Key)})
	if look.sets {
		level := ""
		if len(a.Levels) == 1 {
			level = a.Levels[0].Level.Key
		}
		menu.Items = append(menu.Items, bot.MenuItem{Label: "Set this band", Do: bot.Do("band.set", p.Key, level)})
	}
	return actions, menu
}

// levelItems offers the level below, the level above, and all of them.
func levelItems(p hiring.Playbook, q BandQuestion, at hiring.Level) []bot.MenuItem {
	i := slices.IndexFunc(p.Levels, func(l hiring.Level) bool { return l.Key == at.Key })
	var items []bot.MenuItem
	add := func(label, level string) {
		other := q
		other.Level, other.Experience = level, nil
		items = append(items, bot.MenuItem{Label: label, Do: other.call("band.show")})
	}
	if i+1 < len(p.Levels) {
		add("Level up: "+p.Levels[i+1].Title, p.Levels[i+1].Key)
	}
	if i > 0 {
		add("Level down: "+p.Levels[i-1].Title, p.Levels[i-1].Key)
	}
	if len(p.Levels) > 1 {
		add("All levels", "")
	}
	return items
}

// toggle returns the question with a premium added, or taken away if it was there.
func toggle(q BandQuestion, premium string) (BandQuestion, bool) {
	other := q
	if i := slices.Index(q.Premiums, premium); i >= 0 {
		other.Premiums = slices.Delete(slices.Clone(q.Premiums), i, i+1)
		return other, true
	}
	other.Premiums = append(slices.Clone(q.Premiums), premium)
	return other, false
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

func drawBandPicture(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	_, p, answer, err := quote(ctx, tx, viewer, v)
	if err != nil {
		return bot.Card{}, err
	}
	if err := RefuseAmounts(tx, viewer); err != nil {
		return bot.Card{}, err
	}
	png, alt, err := BandPicture(p, answer)
	if err != nil {
		return bot.Card{}, fmt.Errorf("draw the band picture: %w", err)
	}
	title := p.Title
	if len(answer.Levels) == 1 {
		title = answer.Levels[0].Headline
	}
	return bot.Card{
		Title:   title,
		Body:    []bot.Node{bot.Picture{Name: "band-" + p.Key + ".png", Alt: alt, PNG: png}},
		Context: bandContext(answer),
	}, nil
}

func drawPictureSent(context.Context, *store.Tx, bot.Actor, bot.View) (bot.Card, error) {
	return bot.Card{Tone: bot.Good, Body: []bot.Node{bot.T("The picture is on its way to your direct messages; only you see it there.")}}, nil
}
