package bottest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hirebot/hirebot/bot"
)

// Memory is a bot.Unit that keeps everything in maps, one event at a time. It is as simple as the
// contract allows: what it does is what every store does.
type Memory struct {
	// Clock tells the time of each transaction.
	Clock bot.Clock
	// Actor finds the person behind an identity.
	Actor func(bot.Identity) bot.Actor
	// Vocabulary are the words of the company by sort.
	Vocabulary map[string][]bot.Word

	mu    sync.Mutex
	state state
}

var _ bot.Unit[*Tx] = (*Memory)(nil)

// state is what a transaction changes and what its failure restores.
type state struct {
	answered map[string]outcome
	drafts   map[string]draft
	files    map[string]bot.Upload
	effects  []string
}

func (s state) clone() state {
	return state{
		answered: maps.Clone(s.answered), drafts: maps.Clone(s.drafts),
		files: maps.Clone(s.files), effects: slices.Clone(s.effects),
	}
}

// outcome is how an event was answered the first time.
type outcome struct {
	response bot.Response
	refusal  error
}

type draft struct {
	bot.Draft
	owner string
}

// NewMemory returns an empty store in which every identity is an actor of its own without roles.
func NewMemory(clock bot.Clock) *Memory {
	return &Memory{
		Clock: clock,
		Actor: func(who bot.Identity) bot.Actor {
			return bot.Actor{ID: who.User, Name: who.User, Zone: time.UTC, Identity: who}
		},
		state: state{answered: map[string]outcome{}, drafts: map[string]draft{}, files: map[string]bot.Upload{}},
	}
}

// Do runs fn for an event as bot.Unit says.
func (m *Memory) Do(ctx context.Context, ev bot.Event, reads bool, fn func(context.Context, *Tx, bot.Actor) (bot.Response, error)) (bot.Response, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	actor := m.Actor(ev.From)
	tx := &Tx{memory: m, actor: actor, now: m.Clock()}
	if reads {
		return fn(ctx, tx, actor)
	}
	key := ev.From.Workspace + "|" + ev.ID
	if first, answered := m.state.answered[key]; answered {
		if first.refusal != nil {
			return bot.Response{}, first.refusal
		}
		first.response.Replayed = true
		return first.response, nil
	}
	before, committed := m.state.clone(), false
	defer func() {
		// A panic must leave nothing behind either.
		if !committed {
			m.state = before
		}
	}()
	resp, err := fn(ctx, tx, actor)
	switch code := bot.ErrorCode(err); {
	case err == nil && len(resp.Errors) == 0 && ev.ID == "":
		committed = true
	case err == nil && len(resp.Errors) == 0:
		m.state.answered[key] = outcome{response: bot.Response{Show: resp.Show, Replace: resp.Replace, Audience: resp.Audience}}
		committed = true
	case err != nil && ev.ID != "" && code != bot.CodeInternal && code != bot.CodeUnavailable:
		before.answered[key] = outcome{refusal: err}
	}
	return resp, err
}

// Effects returns what handlers have done so far.
func (m *Memory) Effects() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.state.effects)
}

// Drafts returns all drafts by their ids.
func (m *Memory) Drafts() map[string]bot.Draft {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make(map[string]bot.Draft, len(m.state.drafts))
	for id, d := range m.state.drafts {
		out[id] = d.Draft
	}
	return out
}

// File returns an uploaded file by its id.
func (m *Memory) File(id string) (bot.Upload, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	up, ok := m.state.files[id]
	return up, ok
}

// Tx is a transaction of Memory.
type Tx struct {
	memory *Memory
	actor  bot.Actor
	now    time.Time
}

var _ bot.Tx = (*Tx)(nil)

// Effect notes that a handler did something; it is undone with the transaction.
func (t *Tx) Effect(format string, args ...any) {
	t.memory.state.effects = append(t.memory.state.effects, fmt.Sprintf(format, args...))
}

// Count returns how many effects begin with a prefix.
func (t *Tx) Count(prefix string) int {
	n := 0
	for _, e := range t.memory.state.effects {
		if strings.HasPrefix(e, prefix) {
			n++
		}
	}
	return n
}

// Now returns the moment of the transaction.
func (t *Tx) Now() time.Time { return t.now }

// Vocabulary returns the words of the company.
func (t *Tx) Vocabulary() bot.Vocabulary { return vocabulary(t.memory.Vocabulary) }

type vocabulary map[string][]bot.Word

func (v vocabulary) Words(sort string) []bot.Word { return v[sort] }

// Draft returns the actor's own draft, or an error with bot.CodeNotFound.
func (t *Tx) Draft(_ context.Context, id string) (bot.Draft, error) {
	d, ok := t.memory.state.drafts[id]
	if !ok || d.owner != t.actor.ID || t.now.Sub(d.SavedAt) > bot.DraftLife {
		return bot.Draft{}, bot.NewProblem(bot.CodeNotFound, "", "What you had typed is no longer kept. Start again.")
	}
	return d.Draft, nil
}

// FindDraft returns the actor's draft for a command and subject.
func (t *Tx) FindDraft(ctx context.Context, command, subject string) (bot.Draft, bool, error) {
	for id, d := range t.memory.state.drafts {
		if d.Command == command && d.Subject == subject {
			if own, err := t.Draft(ctx, id); err == nil {
				return own, true, nil
			}
		}
	}
	return bot.Draft{}, false, nil
}

// SaveDraft writes the actor's draft.
func (t *Tx) SaveDraft(_ context.Context, d bot.Draft) error {
	d.SavedAt = t.now
	t.memory.state.drafts[d.ID] = draft{Draft: d, owner: t.actor.ID}
	return nil
}

// UpdateDraft writes new values into the actor's draft if it still exists, and keeps the rest of it.
func (t *Tx) UpdateDraft(ctx context.Context, id string, values bot.Values) error {
	d, err := t.Draft(ctx, id)
	if bot.ErrorCode(err) == bot.CodeNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	d.Values = maps.Clone(values)
	return t.SaveDraft(ctx, d)
}

// DeleteDraft removes the actor's draft, if there is one.
func (t *Tx) DeleteDraft(ctx context.Context, id string) error {
	if _, err := t.Draft(ctx, id); err == nil {
		delete(t.memory.state.drafts, id)
	}
	return nil
}

// SaveFile keeps an uploaded file and returns its id.
func (t *Tx) SaveFile(_ context.Context, up bot.Upload) (string, error) {
	id := fmt.Sprintf("file-%d", len(t.memory.state.files)+1)
	t.memory.state.files[id] = up
	return id, nil
}
