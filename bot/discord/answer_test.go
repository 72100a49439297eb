package discord_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/discord"
	"github.com/hirebot/hirebot/bot/discord/discordtest"
	"github.com/hirebot/hirebot/bot/front"
)

// TestSlowAnswers: every first answer comes in time, whatever the bot does, and the real one takes its
// place.
func TestSlowAnswers(t *testing.T) {
	t.Parallel()
	for _, overHTTP := range []bool{false, true} {
		t.Run(fmt.Sprintf("http %v", overHTTP), func(t *testing.T) {
			t.Parallel()
			s := newScene(t, overHTTP, func(_ *scene, cfg *discord.Config) { cfg.After = impatient })
			s.answers(func(_ context.Context, ev bot.Event) bot.Answer {
				s.Wait("a first answer", func() bool {
					return slices.ContainsFunc(s.Said(channel), func(m discordtest.Said) bool { return m.Loading || strings.Contains(m.Content, "One moment") }) ||
						ev.Type == bot.Press && len(s.Calls("POST /interactions/{interaction}/{token}/callback")) > 1 || ev.Type == bot.Press && overHTTP
				})
				switch {
				case ev.Command == "form.fill":
					return bot.Answer{Form: &bot.Form{Title: "Fill me in", Draft: "d-1", Call: bot.Do("form.fill"), Fields: []bot.Field{{Name: "x", Label: "X"}}}}
				case ev.Command == "card.say":
					a := saying("For everybody.")
					a.Audience = bot.Public
					return a
				case ev.Type == bot.Press:
					a := saying("Pressed.")
					a.Replace = true
					return a
				}
				return saying("At last.")
			})
			s.far.Type(t, ann, s.world.Channel, "/card show x")
			m := s.last(t, ann, s.world.Channel)
			if !strings.Contains(m.Text, "At last.") || !m.OnlyMine {
				t.Errorf("a slow answer is %+v", m)
			}
			n := len(s.far.Messages(t, ann, s.world.Channel))
			s.far.Press(t, ann, m, "Again")
			if m = s.last(t, ann, s.world.Channel); !strings.Contains(m.Text, "Pressed.") || len(s.far.Messages(t, ann, s.world.Channel)) != n {
				t.Errorf("a slow press is answered with %+v", s.far.Messages(t, ann, s.world.Channel))
			}
			s.far.Type(t, ann, s.world.Channel, "/card say")
			if m = s.last(t, ben, s.world.Channel); !strings.Contains(m.Text, "For everybody.") {
				t.Errorf("a slow public answer is %+v", m)
			}
			if act := s.far.Type(t, ann, s.world.Channel, "/form"); act.Form != nil {
				t.Error("a form opened too late")
			}
			m = s.last(t, ann, s.world.Channel)
			if !strings.Contains(m.Text, "Fill me in is ready") || len(m.Buttons) != 1 || m.Buttons[0].Label != "Open" {
				t.Errorf("instead of a form that came late there is %+v", m)
			}
		})
	}
}

// TestSlowRefusalOfAPublicCommand: what is put off for everybody never shows what is for one person.
func TestSlowRefusalOfAPublicCommand(t *testing.T) {
	t.Parallel()
	s := newScene(t, false, func(_ *scene, cfg *discord.Config) { cfg.After = impatient })
	s.answers(func(context.Context, bot.Event) bot.Answer {
		s.Wait("a first answer", func() bool {
			return slices.ContainsFunc(s.Said(channel), func(m discordtest.Said) bool { return m.Loading })
		})
		a := saying("Not for you.")
		a.Code = bot.CodeNotAllowed
		return a
	})
	s.far.Type(t, ann, s.world.Channel, "/card say")
	if m := s.last(t, ann, s.world.Channel); !strings.Contains(m.Text, "Not for you.") || !m.OnlyMine {
		t.Errorf("refused with %+v", m)
	}
	if all := s.far.Messages(t, ben, s.world.Channel); len(all) > 0 {
		t.Errorf("others see %+v", all)
	}
}

// TestNothingTypedIsLost: where a step of a form could be kept nowhere, whoever typed it is shown it again.
func TestNothingTypedIsLost(t *testing.T) {
	t.Parallel()
	down := front.Trouble("Something went wrong on my side.")
	for name, answer := range map[string]bot.Answer{
		"at a field": {Draft: "d-1", Code: bot.CodeUnavailable, Errors: []bot.FieldError{{Message: "Something went wrong on my side."}}},
		"as a card":  {Code: bot.CodeInternal, Card: &down},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, false, nil)
			s.answers(func(_ context.Context, ev bot.Event) bot.Answer {
				if ev.Type == bot.Submit {
					return answer
				}
				if ev.Type == bot.Press {
					return bot.Answer{Code: bot.CodeInternal, Card: &down}
				}
				return bot.Answer{Form: &bot.Form{Title: "Tell us", Draft: "d-1", Call: bot.Do("form.fill"), Fields: []bot.Field{{Name: "why_now", Label: "Why"}}}}
			})
			act := s.far.Type(t, ann, s.world.Channel, "/card show x")
			if act.Form == nil {
				t.Fatalf("no form: %+v", act)
			}
			s.far.Submit(t, ann, *act.Form, bot.Values{"why_now": {"the volume *doubled*"}})
			m := s.last(t, ann, s.world.Channel)
			for _, part := range []string{"Something went wrong", "why now:", "the volume *doubled*"} {
				if !strings.Contains(m.Text, part) || !m.OnlyMine {
					t.Errorf("%q is not in %+v", part, m)
				}
			}
		})
	}
}

func TestFaultsAreAnswered(t *testing.T) {
	t.Parallel()
	s := newScene(t, false, nil)
	s.answers(func(context.Context, bot.Event) bot.Answer { panic("a secret") })
	s.far.Type(t, ann, s.world.Channel, "/card show x")
	if m := s.last(t, ann, s.world.Channel); !strings.Contains(m.Text, "Something went wrong") || !m.OnlyMine || strings.Contains(m.Text, "secret") {
		t.Errorf("a panic is answered with %+v", m)
	}
	for _, name := range []string{"INTERACTION_CREATE", "A_NEW_EVENT", "GUILD_CREATE", "CHANNEL_UPDATE", "READY_SUPPLEMENTAL"} {
		for _, data := range []any{nil, "text", 7, []any{}, map[string]any{"type": 99}, map[string]any{"id": 7, "type": "x"}} {
			s.Event(name, data)
		}
	}
	s.answers(func(context.Context, bot.Event) bot.Answer { return saying("Here it is.") })
	s.works(t)
}

// TestKeep: a long private answer has a button that sends it to the person's direct messages.
func TestKeep(t *testing.T) {
	t.Parallel()
	s := newScene(t, false, nil)
	s.answers(func(context.Context, bot.Event) bot.Answer {
		var text bot.Text
		for i := range 9 {
			text = bot.Lines(text, bot.Tf("line %d", i))
		}
		return bot.Answer{Card: &bot.Card{Title: "Long", Body: []bot.Node{text}, Actions: []bot.Action{{Label: "Again", Do: bot.Do("card.show", "again")}}}}
	})
	s.far.Type(t, ann, s.world.Channel, "/card show x")
	m := s.last(t, ann, s.world.Channel)
	keep := m.Buttons[len(m.Buttons)-1].Label
	s.far.Press(t, ann, m, keep)
	kept := s.last(t, ann, s.dm(t, ann))
	if !strings.Contains(kept.Text, "Long") || !strings.Contains(kept.Text, "line 8") || len(kept.Buttons) > 0 {
		t.Errorf("%q brings %+v", keep, kept)
	}
	if m := s.last(t, ann, s.world.Channel); !m.OnlyMine || !strings.Contains(m.Text, "in your direct messages now") {
		t.Errorf("told %+v", m)
	}
	s.CloseDMs(ben, true)
	s.far.Type(t, ben, s.world.Channel, "/card show x")
	s.far.Press(t, ben, s.last(t, ben, s.world.Channel), keep)
	if m := s.last(t, ben, s.world.Channel); !m.OnlyMine || !strings.Contains(m.Text, "takes no direct messages") {
		t.Errorf("told %+v", m)
	}
	if len(s.served()) != 2 {
		t.Errorf("keeping arrives as %+v", s.served())
	}
}

func TestDuplicateDeliveries(t *testing.T) {
	t.Parallel()
	s := newScene(t, false, nil)
	s.Duplicate(true)
	s.far.Type(t, ann, s.world.Channel, "/card show x")
	events := s.served()
	if len(events) != 2 || events[0].ID != events[1].ID {
		t.Errorf("two deliveries arrive as %+v", events)
	}
	if all := s.far.Messages(t, ann, s.world.Channel); len(all) != 1 {
		t.Errorf("two deliveries are answered with %+v", all)
	}
}

// TestExpiredInteractions: an answer that the interaction does not take any more goes to the person.
func TestExpiredInteractions(t *testing.T) {
	t.Parallel()
	s := newScene(t, false, nil)
	s.ExpireInteractions(true)
	s.far.Type(t, ann, s.world.Channel, "/card show x")
	if m := s.last(t, ann, s.dm(t, ann)); !strings.Contains(m.Text, "Here it is.") {
		t.Errorf("in the direct messages there is %+v", m)
	}
	if all := s.far.Messages(t, ben, s.world.Channel); len(all) > 0 {
		t.Errorf("others see %+v", all)
	}
}

// TestTokenEnds: after a quarter of an hour an answer goes to the person's direct messages.
func TestTokenEnds(t *testing.T) {
	t.Parallel()
	s := newScene(t, false, func(_ *scene, cfg *discord.Config) { cfg.After = impatient })
	s.answers(func(context.Context, bot.Event) bot.Answer {
		s.Wait("a first answer", func() bool {
			return slices.ContainsFunc(s.Said(channel), func(m discordtest.Said) bool { return m.Loading })
		})
		s.later(16 * time.Minute)
		return saying("Very late.")
	})
	s.far.Type(t, ann, s.world.Channel, "/card show x")
	if m := s.last(t, ann, s.dm(t, ann)); !strings.Contains(m.Text, "Very late.") {
		t.Errorf("in the direct messages there is %+v", m)
	}
}
