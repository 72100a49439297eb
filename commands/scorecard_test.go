package commands_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/commands"
)

// A scorecard's form is checked at once, each mistake at its field: what is not rated, a 1 or a 4
// without evidence, and no recommendation. It is told by the form how many dimensions there are.
func TestScorecardIsCheckedAtItsFields(t *testing.T) {
	t.Parallel()
	var give commands.Command
	for _, c := range commands.All() {
		if c.Name() == "feedback.give" {
			give = c
		}
	}
	cases := []struct {
		name   string
		values bot.Values
		want   []string
	}{
		{"all is there", bot.Values{"asks": {"2-0badcafe"}, "rating1": {"4"}, "evidence1": {"said why"}, "rating2": {"0"}, "overall": {"yes"}}, nil},
		{"a 4 without evidence", bot.Values{"asks": {"2-0badcafe"}, "rating1": {"4"}, "rating2": {"2"}, "overall": {"yes"}}, []string{"evidence1"}},
		{"a 1 without evidence", bot.Values{"asks": {"1-0badcafe"}, "rating1": {"1 · Weak"}, "overall": {"no"}}, []string{"evidence1"}},
		{"nothing", bot.Values{"asks": {"3-0badcafe"}}, []string{"rating1", "rating2", "rating3", "overall"}},
		{"not covered needs none", bot.Values{"asks": {"1-0badcafe"}, "rating1": {"Not covered"}, "overall": {"Strong no"}}, nil},
		{"typed, the command looks for the rest", bot.Values{"rating2": {"4"}}, []string{"evidence2"}},
	}
	rd := reading(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			args, err := bot.ReadValues(give.Spec, rd, c.values)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range give.Check(args) {
				got = append(got, e.Field)
				if e.Message == "" {
					t.Errorf("%s: no message", e.Field)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
		})
	}
	if len(give.Params) > 25 {
		t.Errorf("it has %d parameters", len(give.Params))
	}
	for _, p := range give.Params {
		if p.Name == "overall" && p.Required {
			t.Error("the recommendation may not be asked for apart from the rest: its field says that it is needed")
		}
	}
}

// Three lines need a recommendation and one line for or against, each missing one told at its field.
func TestThreeLinesAreCheckedAtTheirFields(t *testing.T) {
	t.Parallel()
	rd := reading(t)
	for _, c := range commands.All() {
		if c.Name() != "feedback.lines" && c.Name() != "feedback.savelines" {
			continue
		}
		for name, want := range map[string]struct {
			values bot.Values
			fields []string
		}{
			"one for":       {bot.Values{"overall": {"yes"}, "for": {"drew it"}}, nil},
			"one against":   {bot.Values{"overall": {"Strong no"}, "against": {"never spoke of failures"}}, nil},
			"next alone":    {bot.Values{"overall": {"yes"}, "next": {"ask on failures"}}, []string{"for"}},
			"nothing":       {bot.Values{}, []string{"overall", "for"}},
			"no word on it": {bot.Values{"for": {"drew it"}}, []string{"overall"}},
		} {
			args, err := bot.ReadValues(c.Spec, rd, want.values)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range c.Check(args) {
				got = append(got, e.Field)
			}
			if diff := cmp.Diff(want.fields, got); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", c.Name(), name, diff)
			}
		}
	}
}
