package views

import (
	"context"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
)

// BandQuestion is a question about pay as it travels in buttons and views. Amounts of a candidate
// are no part of that: they stay in a draft, which only the person who asked can read.
type BandQuestion struct {
	hiring.BandQuery
	// Of is the candidate or the requisition whose facts the question was filled in with, "" for a question of
	// none, and Req that requisition, or the one that the candidate applies to. They stay in the draft too.
	Of, Req string
	// Draft holds the amounts; "" where there are none.
	Draft string
}

// The amounts of a question, as its draft names them.
const (
	fieldCTC    = "ctc"
	fieldAsk    = "ask"
	fieldBudget = "budget"
	// fieldOf is no parameter of a question: only its draft knows of whom or what it is.
	fieldOf = "of"
)

// Args returns the question as the arguments of band.show: role, level, experience, ecosystem,
// premiums, from, and the draft.
func (q BandQuestion) Args() []string { return q.call("band.show").Args }

// call returns the call of a band command with this question.
func (q BandQuestion) call(command string) bot.Call {
	experience := ""
	if q.Experience != nil {
		experience = q.Experience.String()
	}
	args := []string{q.Role, q.Level, experience, q.Ecosystem, strings.Join(q.Premiums, ","), q.From}
	if q.Draft != "" {
		// A draft's id needs the room: what a button does not change is kept in the draft too.
		args[0], args[3], args[5] = "", "", ""
	}
	return bot.Do(command, args...).WithDraft(q.Draft)
}

// Kept returns what the question's draft holds: the amounts, and what the buttons have no room for.
func (q BandQuestion) Kept() bot.Values {
	kept := bot.Values{}
	put := func(name, value string) {
		if value != "" {
			kept[name] = []string{value}
		}
	}
	if q.CurrentCTC != nil {
		put(fieldCTC, q.CurrentCTC.Short())
	}
	if q.Ask != nil {
		put(fieldAsk, q.Ask.Short())
	}
	if q.Budget != nil {
		put(fieldBudget, q.Budget.Short())
	}
	put(fieldOf, q.Of)
	put("req", q.Req)
	if len(kept) > 0 {
		put("role", q.Role)
		put("ecosystem", q.Ecosystem)
		put("from", q.From)
	}
	return kept
}

// readBandQuestion reads the arguments of a band view, and the draft that belongs to them.
func readBandQuestion(ctx context.Context, tx *store.Tx, v bot.View) (BandQuestion, error) {
	var q BandQuestion
	args := v.Args
	if n := len(args); n > 0 && strings.HasPrefix(args[n-1], "~") {
		q.Draft, args = args[n-1][1:], args[:n-1]
	}
	get := func(i int) string {
		if i < len(args) {
			return args[i]
		}
		return ""
	}
	q.Role, q.Level, q.Ecosystem, q.From = get(0), get(1), get(3), get(5)
	if text := get(2); text != "" {
		e, err := hiring.ParseExperience(text)
		if err != nil {
			return q, err
		}
		q.Experience = &e
	}
	if text := get(4); text != "" {
		q.Premiums = strings.Split(text, ",")
	}
	if q.Draft == "" {
		return q, nil
	}
	draft, err := tx.Draft(ctx, q.Draft)
	if err != nil {
		return q, err
	}
	return q, q.restore(draft.Values)
}

// restore reads what a draft holds back into the question.
func (q *BandQuestion) restore(kept bot.Values) error {
	get := func(name string) string {
		if v := kept[name]; len(v) > 0 {
			return v[0]
		}
		return ""
	}
	q.Of, q.Req = get(fieldOf), get("req")
	for _, f := range []struct {
		into *string
		name string
	}{{&q.Role, "role"}, {&q.Ecosystem, "ecosystem"}, {&q.From, "from"}} {
		if *f.into == "" {
			*f.into = get(f.name)
		}
	}
	for _, f := range []struct {
		into **hiring.Rupees
		name string
	}{{&q.CurrentCTC, fieldCTC}, {&q.Ask, fieldAsk}} {
		if text := get(f.name); text != "" {
			r, err := hiring.ParseRupees(text)
			if err != nil {
				return err
			}
			*f.into = &r
		}
	}
	if text := get(fieldBudget); text != "" {
		low, high, err := hiring.ParseRupeesRange(text)
		if err != nil {
			return err
		}
		q.Budget = &hiring.RupeesRange{Low: low, High: high}
	}
	return nil
}
