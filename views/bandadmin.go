package views

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// UndoWindow is how long a change can be undone by its button.
const UndoWindow = 10 * time.Minute

// BandRoles returns the playbooks of which somebody may see the bands.
func BandRoles(ctx context.Context, tx *store.Tx, viewer bot.Actor) ([]hiring.Playbook, error) {
	a := Actor(viewer)
	if !hiring.MayEver(a, hiring.SeeBand) {
		return nil, nil
	}
	var (
		drafts []string
		err    error
	)
	if !hiring.May(a, hiring.SeeBand, hiring.Subject{}) {
		// As RefuseBand has it, of all roles at once.
		if drafts, err = tx.RolesDrafted(ctx, viewer.ID); err != nil {
			return nil, err
		}
	}
	var out []hiring.Playbook
	for _, p := range tx.Snapshot().Playbooks() {
		on := hiring.Subject{Owners: tx.Snapshot().Owners(p.Key)}
		if slices.Contains(drafts, p.Key) {
			on.Owners = append(on.Owners, viewer.ID)
		}
		if hiring.May(a, hiring.SeeBand, on) {
			out = append(out, p)
		}
	}
	return out, nil
}

func drawBandList(ctx context.Context, tx *store.Tx, viewer bot.Actor, _ bot.View) (bot.Card, error) {
	if err := RefuseBands(tx, viewer); err != nil {
		return bot.Card{}, err
	}
	roles, err := BandRoles(ctx, tx, viewer)
	if err != nil {
		return bot.Card{}, err
	}
	if len(roles) == 0 {
		return bot.Card{
			Title:   "You own no role yet",
			Body:    []bot.Node{bot.T("You will see the bands of the roles that you own here. A recruiter can name you owner of one.")},
			Actions: []bot.Action{{Label: "See the roles", Do: bot.Do("hire.roles")}},
		}, nil
	}
	for _, p := range roles {
		if err := auditBand(ctx, tx, p.Key); err != nil {
			return bot.Card{}, err
		}
	}
	return bandListCard(roles, tx.Snapshot().Bands, seesAmounts(tx, viewer)), nil
}

func bandListCard(roles []hiring.Playbook, bands func(string) []hiring.Band, amounts bool) bot.Card {
	t := bot.Table{Header: []string{"Role", "Levels", "LPA"}}
	menu := &bot.Menu{Label: "Show one"}
	for _, p := range roles {
		cell := "none yet"
		if list := bands(p.Key); len(list) > 0 {
			cell = "set"
			if amounts {
				low, high := list[0].Low, list[0]
				for _, b := range list {
					low = min(low, b.Low)
					if b.High >= high.High {
						high = b
					}
				}
				cell = hiring.Band{Low: low, High: high.High, OpenEnded: high.OpenEnded}.LPA()
			}
		}
		t.Rows = append(t.Rows, []bot.Text{bot.T(p.Title), bot.Tf("%d of %d", len(bands(p.Key)), len(p.Levels)), bot.T(cell)})
		menu.Items = append(menu.Items, bot.MenuItem{Label: p.Title, Do: bot.Do("band.show", p.Key)})
	}
	return bot.Card{Title: "Salary bands", Body: []bot.Node{t}, Menu: menu, Context: bot.T("LPA: lakh rupees a year, CTC. Levels: those with a band.")}
}

func drawBandHistory(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	if err := RefuseBand(ctx, tx, viewer, v.Subject); err != nil {
		return bot.Card{}, err
	}
	p, ok := tx.Snapshot().Playbook(v.Subject)
	if !ok {
		return bot.Card{}, bandRefusal(tx)
	}
	if err := RefuseAmounts(tx, viewer); err != nil {
		return bot.Card{}, err
	}
	changes, err := tx.BandHistory(ctx, p.Key)
	if err != nil {
		return bot.Card{}, err
	}
	if err := auditBand(ctx, tx, p.Key); err != nil {
		return bot.Card{}, err
	}
	return bandHistoryCard(p, changes, arg(v, 0), func(id string) bot.Text { return personText(tx.Snapshot(), id) }), nil
}

// maxHistory is how many changes a card lists.
const maxHistory = 20

func bandHistoryCard(p hiring.Playbook, changes []store.BandVersion, level string, who func(string) bot.Text) bot.Card {
	card := bot.Card{Title: "Changes to the bands of " + lowerFirst(p.Title)}
	var lines []bot.Text
	previous := map[string]hiring.Band{}
	for _, b := range p.Bands() {
		previous[b.Level] = b
	}
	for _, c := range slices.Backward(slices.Clone(changes)) { // newest first in the store; told oldest first here
		was := "no band"
		if old, ok := previous[c.Level]; ok {
			was = "₹" + old.LPA()
		}
		previous[c.Level] = c.Band
		if level != "" && level != c.Level {
			continue
		}
		lines = append(lines, bot.Join(
			bot.B(levelTitle(p, c.Level)), bot.Tf(": %s → ₹%s LPA, by ", was, c.LPA()), who(c.By), bot.T(", "), bot.At(c.At),
			bot.Tf("; in force from %s", dateText(c.Effective))))
	}
	slices.Reverse(lines)
	if len(lines) == 0 {
		card.Body = []bot.Node{bot.T("Nobody has changed them. What is shown is what the role's playbook brings.")}
		card.Actions = []bot.Action{{Label: "Show the bands", Do: bot.Do("band.show", p.Key)}}
		return card
	}
	if len(lines) > maxHistory {
		card.Context = bot.Tf("The latest %d of %d changes.", maxHistory, len(lines))
		lines = lines[:maxHistory]
	}
	card.Body = []bot.Node{bot.Lines(lines...)}
	card.Actions = []bot.Action{{Label: "Show the bands", Do: bot.Do("band.show", p.Key)}}
	return card
}

func levelTitle(p hiring.Playbook, key string) string {
	if l, ok := p.Level(key); ok {
		return l.Title
	}
	return key
}

// drawBandSaved confirms a change of one band; its subject is the role, its arguments the level and
// the version that the change made.
func drawBandSaved(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	if err := RefuseSetBand(tx, viewer); err != nil {
		return bot.Card{}, err
	}
	p, ok := tx.Snapshot().Playbook(v.Subject)
	if !ok {
		return bot.Card{}, bot.ErrMoot
	}
	if arg(v, 2) == BandUnchanged {
		return bandUnchangedCard(p, tx.Snapshot().Bands(p.Key), arg(v, 0)), auditBand(ctx, tx, p.Key)
	}
	changes, err := tx.BandHistory(ctx, p.Key)
	if err != nil {
		return bot.Card{}, err
	}
	version, err := strconv.Atoi(arg(v, 1))
	if err != nil {
		return bot.Card{}, fmt.Errorf("read the version of a saved band: %w", err)
	}
	level := arg(v, 0)
	i := slices.IndexFunc(changes, func(c store.BandVersion) bool { return c.Level == level && c.Version == version })
	if i < 0 {
		return bot.Card{}, bot.ErrMoot
	}
	latest := !slices.ContainsFunc(changes, func(c store.BandVersion) bool { return c.Level == level && c.Version > version })
	if err := auditBand(ctx, tx, p.Key); err != nil {
		return bot.Card{}, err
	}
	look := savedLook{
		undo: latest && tx.Now().Sub(changes[i].At) < UndoWindow, undone: arg(v, 2) == BandUndone,
		before: bandBefore(p, changes, level, version),
	}
	for _, b := range tx.Snapshot().Bands(p.Key) {
		switch {
		case b.Level == level:
			look.now = b
		case levelIndex(p, b.Level) == levelIndex(p, level)-1:
			look.below = &b
		}
	}
	return bandSavedCard(p, changes[i], look), nil
}

// BandUnchanged as the last argument of a saved band says that it was in force already.
const BandUnchanged = "unchanged"

// BandUndone as the last argument of a saved band says that it came back by an undo.
const BandUndone = "undone"

// savedLook is what the card of a saved band says beside it.
type savedLook struct {
	undo, undone bool
	// before is what was set before, below the band of the level below, now what is in force today.
	before, below *hiring.Band
	now           hiring.Band
}

// bandBefore returns what a change replaced, nil where there was nothing.
func bandBefore(p hiring.Playbook, changes []store.BandVersion, level string, version int) *hiring.Band {
	var before *hiring.Band
	for _, b := range p.Bands() {
		if b.Level == level {
			before = &b
		}
	}
	latest := 0
	for i, c := range changes {
		if c.Level == level && c.Version < version && c.Version > latest {
			latest, before = c.Version, &changes[i].Band
		}
	}
	return before
}

func levelIndex(p hiring.Playbook, level string) int {
	return slices.IndexFunc(p.Levels, func(l hiring.Level) bool { return l.Key == level })
}

// bandUnchangedCard says that a band that was to be set is in force already.
func bandUnchangedCard(p hiring.Playbook, bands []hiring.Band, level string) bot.Card {
	card := bot.Card{Tone: bot.Good, Title: "Unchanged", Actions: []bot.Action{{Label: "History", Do: bot.Do("band.history", p.Key, level)}}}
	for _, b := range bands {
		if b.Level == level {
			card.Body = []bot.Node{bot.Tf("%s %s is ₹%s LPA already, in force from %s.", levelTitle(p, level), lowerFirst(p.Title), b.LPA(), dateText(b.Effective))}
		}
	}
	return card
}

func bandSavedCard(p hiring.Playbook, c store.BandVersion, look savedLook) bot.Card {
	name := fmt.Sprintf("%s %s ₹%s LPA", levelTitle(p, c.Level), lowerFirst(p.Title), c.LPA())
	card := bot.Card{
		Tone:  bot.Good,
		Title: "Saved: " + name,
		Body:  []bot.Node{bot.Tf("%s a year, CTC, in force from %s.", c.Range(), dateText(c.Effective))},
		Actions: []bot.Action{
			{Label: "Show", Do: bot.Do("band.show", p.Key, c.Level)},
			{Label: "History", Do: bot.Do("band.history", p.Key, c.Level)},
		},
	}
	switch {
	case look.undone:
		card.Title = "Taken back: " + name + " again"
	case look.before != nil:
		card.Body = append(card.Body, bot.Tf("Was: ₹%s LPA.", look.before.LPA()))
	}
	if look.now.Version != c.Version {
		card.Body = append(card.Body, bot.Tf("Today's band stays ₹%s LPA.", look.now.LPA()))
	}
	if caution := unlikely(c.Band, look); caution != "" {
		card.Tone = bot.Attention
		card.Body = append(card.Body, bot.Join(bot.B("Check this: "), bot.T(caution)))
	}
	if look.undo && !look.undone {
		card.Actions = append(card.Actions, bot.Action{Label: "Undo", Do: bot.Do("band.undo", p.Key, c.Level, strconv.Itoa(c.Version))})
		card.Context = bot.T("Undo works for ten minutes, while nobody has changed it again.")
	}
	return card
}

// unlikely says what looks like a slip in a band that was set, or "": it is saved all the same, since
// a company may pay what it likes.
func unlikely(b hiring.Band, look savedLook) string {
	switch {
	case look.undone:
		return ""
	case look.before != nil && (b.High*2 < look.before.High || b.High > look.before.High*2):
		return fmt.Sprintf("it is far from what it was (₹%s LPA).", look.before.LPA())
	case look.below != nil && b.High < look.below.High:
		return fmt.Sprintf("the level below pays up to ₹%s LPA, more than this one.", look.below.High.LPA())
	default:
		return ""
	}
}

// ReadBandFile reads a kept file of bands, CSV or YAML, against the playbooks there are.
func ReadBandFile(ctx context.Context, tx *store.Tx, viewer bot.Actor, id string) ([]hiring.Band, []hiring.RowProblem, error) {
	file, err := tx.File(ctx, id)
	if hiring.ErrorCode(err) == hiring.NotFound {
		return nil, nil, hiring.Errorf(hiring.NotFound, "That file is not here any more. Send it again: /band import").Because(err)
	}
	if err != nil {
		return nil, nil, err
	}
	bands, problems := hiring.ReadBands(file.Data, tx.Snapshot().Playbooks(), today(tx, viewer))
	return bands, problems, nil
}

// CurrentBands returns the bands in force of every role.
func CurrentBands(tx *store.Tx) []hiring.Band {
	var out []hiring.Band
	for _, p := range tx.Snapshot().Playbooks() {
		out = append(out, tx.Snapshot().Bands(p.Key)...)
	}
	return out
}

// drawBandImport previews an import; its subject is the kept file.
func drawBandImport(ctx context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	if err := RefuseSetBand(tx, viewer); err != nil {
		return bot.Card{}, err
	}
	bands, problems, err := ReadBandFile(ctx, tx, viewer, v.Subject)
	if err != nil {
		return bot.Card{}, err
	}
	if len(problems) > 0 {
		return bot.Card{}, hiring.Errorf(hiring.Conflict, "The roles have changed since you sent this file: %s. Import it again.", problems[0])
	}
	changes := hiring.DiffBands(CurrentBands(tx), bands)
	roles := map[string]bool{}
	for _, b := range bands {
		if !roles[b.Role] {
			roles[b.Role] = true
			if err := auditBand(ctx, tx, b.Role); err != nil {
				return bot.Card{}, err
			}
		}
	}
	return bandImportCard(v.Subject, changes, func(b hiring.Band) string {
		p, _ := tx.Snapshot().Playbook(b.Role)
		return levelTitle(p, b.Level) + " " + lowerFirst(p.Title)
	}), nil
}

func bandImportCard(file string, changes []hiring.BandChange, name func(hiring.Band) string) bot.Card {
	t := bot.Table{Header: []string{"Band", "Now", "Then"}}
	effective, same := 0, 0
	for _, c := range changes {
		if c.Kind == hiring.BandSame {
			same++
			continue
		}
		effective++
		old := "none"
		if c.Old != nil {
			old = c.Old.LPA()
		}
		then := c.New.LPA()
		switch {
		case c.Kind != hiring.BandConfirmed:
		case c.Old.Effective == c.New.Effective:
			then += " (new source)"
		default:
			then += " (from " + c.New.Effective + ")"
		}
		t.Rows = append(t.Rows, []bot.Text{bot.T(name(c.New)), bot.T(old), bot.T(then)})
	}
	if effective == 0 {
		return bot.Card{Title: "Nothing would change", Body: []bot.Node{bot.Tf("All %d bands of the file are in force already.", same)}}
	}
	card := bot.Card{
		Title: fmt.Sprintf("This import changes %d of %d bands", effective, len(changes)),
		Tone:  bot.Attention,
		Body:  []bot.Node{t, bot.T("Nothing is changed yet. Applying changes all of them or none.")},
		Actions: []bot.Action{{
			Label: fmt.Sprintf("Apply %d", effective), Do: bot.Do("band.apply", file), Style: bot.Primary,
			Confirm: &bot.Confirm{Title: "Apply the import?", Text: fmt.Sprintf("%d bands change for everyone.", effective), Yes: "Apply", No: "Not yet"},
		}},
		Context: bot.T("LPA, CTC a year."),
	}
	return card
}

func drawBandImported(_ context.Context, tx *store.Tx, viewer bot.Actor, v bot.View) (bot.Card, error) {
	if err := RefuseSetBand(tx, viewer); err != nil {
		return bot.Card{}, err
	}
	return bot.Card{
		Tone: bot.Good, Title: "Imported: " + arg(v, 0) + " bands changed",
		Body:    []bot.Node{bot.T("Every change is in the history, under your name.")},
		Actions: []bot.Action{{Label: "Show the bands", Do: bot.Do("band.list")}},
	}, nil
}
