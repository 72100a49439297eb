package bot_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/bot"
)

func TestPlainCard(t *testing.T) {
	t.Parallel()
	card := bot.Card{
		Title: "Band",
		Body: []bot.Node{
			bot.Lines(bot.Join(bot.B("bold "), bot.I("slanted "), bot.C("/band")), nil, bot.Join(bot.To("docs", "https://example.org"), bot.T(" for "), bot.Who("p1", "Asha"))),
			bot.Fields{{Label: "When", Text: bot.At(noon)}},
			bot.Table{Header: []string{"Level", "From"}, Rows: [][]bot.Text{{bot.T("Senior"), bot.T("30")}, {bot.T("SDE\n1"), bot.T("9"), bot.T("x")}}},
			bot.Table{Rows: [][]bot.Text{{bot.T("no"), bot.T("header")}}},
			bot.Divider{},
			bot.Picture{Name: "a.png", Alt: "a rising line", PNG: []byte{1}},
			bot.File{Name: "a.pdf", Data: []byte("123")},
		},
		Actions: []bot.Action{{Label: "Approve", Style: bot.Primary}, {Label: "Cloud", Style: bot.On}},
		Menu:    &bot.Menu{Label: "More", Items: []bot.MenuItem{{Label: "Edit"}, {Label: "Drop"}}},
		Context: bot.I("from today"),
	}
	want := `Band
bold slanted /band
docs (https://example.org) for @Asha
When: Wed 9 Dec 2026, 12:00 pm UTC
Level   From
Senior  30
SDE 1   9     x
no  header
---
[picture a.png: a rising line]
[file a.pdf, 3 bytes]
from today
[Approve] [Cloud ✓] [⋯ More: Edit · Drop]
`
	if diff := cmp.Diff(want, bot.PlainCard(card, time.UTC)); diff != "" {
		t.Error(diff)
	}
	if got := bot.PlainCard(bot.Card{}, nil); got != "" {
		t.Errorf("an empty card is %q", got)
	}
}

func TestPlainForm(t *testing.T) {
	t.Parallel()
	form := bot.Form{
		Title: "Add", Note: bot.T("Two minutes."), Saved: noon,
		Fields: []bot.Field{{Name: "topic", Required: true, Value: []string{"a", "b"}}, {Name: "copies"}},
	}
	want := "Add\nTwo minutes.\nContinuing what you typed; saved Wed 9 Dec 2026, 12:00 pm UTC\n  topic (required) = a, b\n  copies = \n"
	if diff := cmp.Diff(want, bot.PlainForm(form, time.UTC)); diff != "" {
		t.Error(diff)
	}
}

// What a kind prints is read back as the same value.
func TestKindsReadBackWhatTheyPrint(t *testing.T) {
	t.Parallel()
	rd := bot.Reading{Now: noon, Zone: time.UTC}
	for _, c := range []struct {
		kind *bot.Kind
		text string
	}{
		{bot.PlainText, "some words"},
		{bot.LongText, "two\nlines"},
		{bot.UploadedFile, "file-1"},
		{bot.Integer, " 42 "},
		{bot.Integer, "-7"},
		{bot.YesNo, "Y"},
		{bot.YesNo, "off"},
		{bot.Day, "4 Jan 2027"},
		{bot.Moment, "tomorrow 3pm"},
	} {
		v, err := c.kind.Parse(rd, c.text)
		if err != nil {
			t.Errorf("%s %q: %v", c.kind.Name, c.text, err)
			continue
		}
		printed := c.kind.Print(v)
		again, err := c.kind.Parse(rd, printed)
		if err != nil || !cmp.Equal(v, again) {
			t.Errorf("%s: %v printed as %q is read as %v, %v", c.kind.Name, v, printed, again, err)
		}
		if c.kind.Wire > 0 && len(printed) > c.kind.Wire {
			t.Errorf("%s: %q has more than %d characters", c.kind.Name, printed, c.kind.Wire)
		}
		if v, err := c.kind.Parse(rd, c.kind.Example); err != nil {
			t.Errorf("%s: its example %q is not read: %v %v", c.kind.Name, c.kind.Example, v, err)
		}
	}
	for _, c := range []struct {
		kind *bot.Kind
		text string
	}{{bot.Integer, "many"}, {bot.Integer, "1.5"}, {bot.Integer, "99999999999999999999"}, {bot.YesNo, "perhaps"}, {bot.Day, "the 32nd"}, {bot.Moment, "later"}} {
		if v, err := c.kind.Parse(rd, c.text); bot.ErrorCode(err) != bot.CodeInvalid {
			t.Errorf("%s %q: %v, %v", c.kind.Name, c.text, v, err)
		}
	}
}

func TestErrorCode(t *testing.T) {
	t.Parallel()
	problem := bot.Invalidf("day", "No such day.")
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, ""}, {errors.New("x"), bot.CodeInternal}, {problem, bot.CodeInvalid}, {fmt.Errorf("read: %w", problem), bot.CodeInvalid}, {bot.ErrMoot, bot.CodeNotFound},
	} {
		if got := bot.ErrorCode(c.err); got != c.want {
			t.Errorf("%v: %q, want %q", c.err, got, c.want)
		}
	}
	offer := problem.Offering([]bot.Choice{{Label: "x"}})
	if len(problem.Choices) != 0 || len(offer.Choices) != 1 || offer.Field() != "day" {
		t.Error("Offering changes the problem itself, or loses its field")
	}
}
