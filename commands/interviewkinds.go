package commands

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/hiring"
	"github.com/hirebot/hirebot/store"
	"github.com/hirebot/hirebot/views"
)

// InterviewRef reads an interview's reference.
var InterviewRef = Reference("I")

// whichInterviews reads which of the interviews are listed; the parameter's choices close the set.
var whichInterviews = &bot.Kind{
	Name: "which", Example: "mine",
	Parse: func(_ bot.Reading, text string) (any, error) { return text, nil },
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Wire: 4,
	Meant: func(string) bool { return true },
}

// InterviewStage reads an interview stage of a playbook by its key or title.
var InterviewStage = &bot.Kind{
	Name: "interview", Example: "system-design",
	Parse: func(rd bot.Reading, text string) (any, error) {
		w, err := bot.NameOf(rd.Words.Words(store.StageWords), "interview stage", text)
		return w.Value, err
	},
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Wire: 24, Words: 4, Shares: true,
	Meant:   func(text string) bool { return !bot.Moment.Meant(text) && !Person.Meant(text) },
	Suggest: bot.SuggestWords(store.StageWords),
}

// Minutes reads a length of time: "60 min", "1h", "90". A number by itself is one only where it is
// asked for, since it may be a part of a date.
var Minutes = &bot.Kind{
	Name: "length", Example: "60 min",
	Parse: func(_ bot.Reading, text string) (any, error) {
		m := lengthForm.FindStringSubmatch(strings.TrimSpace(text))
		if m == nil {
			return nil, bot.Invalidf("", "“%s” is no length. Write it in minutes, like 60 min.", strings.TrimSpace(text))
		}
		n, err := strconv.Atoi(m[1])
		if err == nil && strings.HasPrefix(strings.ToLower(m[2]), "h") {
			n *= 60
		}
		if err != nil || n < hiring.MinInterviewMinutes || n > hiring.MaxInterviewMinutes {
			return nil, bot.Invalidf("", "An interview takes %d to %d minutes, like 60 min.", hiring.MinInterviewMinutes, hiring.MaxInterviewMinutes)
		}
		return n, nil
	},
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Input: bot.InputNumber, Wire: 3, Words: 2,
	Claims: func(_ bot.Reading, text string) bool {
		m := lengthForm.FindStringSubmatch(text)
		return m != nil && m[2] != ""
	},
}

var lengthForm = regexp.MustCompile(`^(?i)0*([1-9][0-9]{0,3})\s*(minutes|minute|mins|min|m|hours|hour|hrs|hr|h)?$`)

// Rating reads a rating of a scorecard, from 1 to 4, or "not covered".
var Rating = &bot.Kind{
	Name: "rating", Example: "3",
	Parse: func(_ bot.Reading, text string) (any, error) {
		for value := hiring.NotCovered; value <= hiring.MaxRating; value++ {
			if text == strconv.Itoa(value) || strings.EqualFold(text, views.RatingWord(value)) {
				return value, nil
			}
		}
		return nil, bot.Invalidf("", "“%s” is no rating. Rate from 1 to 4, or say not covered.", text)
	},
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Input: bot.InputRating, Words: 2,
}

// Recommends reads what somebody would do with a candidate.
var Recommends = &bot.Kind{
	Name: "recommendation", Example: "yes",
	Parse: func(_ bot.Reading, text string) (any, error) { return hiring.ParseRecommendation(text) },
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Input: bot.InputChoice, Words: 2,
}

// cardAsks says which dimensions a form of a scorecard asked for, so that nothing is rated as another
// thing after the playbook was changed: how many they are, and a mark of which.
type cardAsks struct {
	count int
	mark  string
}

func (a cardAsks) String() string { return fmt.Sprintf("%d-%s", a.count, a.mark) }

var asksForm = regexp.MustCompile(`^([0-4])-([0-9a-f]{8})$`)

// formAsks reads cardAsks, as the form carries it.
var formAsks = &bot.Kind{
	Name: "form", Example: "3-0badcafe",
	Parse: func(_ bot.Reading, text string) (any, error) {
		m := asksForm.FindStringSubmatch(text)
		if m == nil {
			return nil, bot.Invalidf("", "“%s” is of no form of mine. Leave it out.", text)
		}
		return cardAsks{count: int(m[1][0] - '0'), mark: m[2]}, nil
	},
	Print: func(v any) string { return fmt.Sprint(v) }, Option: bot.OptionText, Wire: 10,
}
