package commands

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/store"
)

// stacks knows two technology worlds.
type stacks struct{}

func (stacks) Words(sort string) []bot.Word {
	if sort != store.EcosystemWords {
		return nil
	}
	return []bot.Word{{Value: "java", Label: "Java"}, {Value: "node", Label: "Node.js", Aliases: []string{"nodejs"}}}
}

func TestReadCandidate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want bot.Values
	}{
		"a short résumé": {
			"Nisha Varma - backend developer\n7+ years with Java. Notice period: 2 months. Expected CTC ₹32 LPA.\nnisha@example.com, +91 98765 00001",
			bot.Values{"name": {"Nisha Varma"}, "experience": {"7y"}, "stack": {"java"}, "notice": {"60"}, "expected": {"32L"}, "email": {"nisha@example.com"}, "phone": {"+919876500001"}},
		},
		"a named line":          {"Candidate\nName: Ravi Nair\nNode.js, 4.5 yrs, notice immediate", bot.Values{"name": {"Ravi Nair"}, "experience": {"4.5y"}, "stack": {"node"}, "notice": {"0"}}},
		"what is no candidate":  {"Lunch at one?", bot.Values{}},
		"a heading is no name":  {"Team Lunch Today", bot.Values{}},
		"years that are no age": {"I know 12 languages", bot.Values{}},
		"no pay of somebody":    {"They earn 24L now, reach them at x@example.org", bot.Values{"email": {"x@example.org"}}},
	} {
		got := readCandidate(bot.Reading{Words: stacks{}}, bot.Source{Text: c.text, Link: "https://example.com/p1"})
		c.want["note"], c.want["link"] = []string{c.text}, []string{"https://example.com/p1"}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
