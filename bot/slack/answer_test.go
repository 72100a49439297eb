package slack

import (
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
)

// TestAnswerGoldens has golden files of what the adapter answers beside cards and forms by themselves.
func TestAnswerGoldens(t *testing.T) {
	t.Parallel()
	specs := []bot.Spec{{Noun: "desk", Verb: "home", Default: true, Summary: "Your desk", Examples: []string{"/desk"}}}
	s, err := New(Config{
		BotToken: "xoxb-1", SigningSecret: "secret", Base: "desk", Commands: func() []bot.Spec { return specs },
		Directory: nobody{}, Clock: func() time.Time { return exampleTime }, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	cards := map[string]bot.Card{}
	for _, c := range bottest.Cards() {
		cards[c.Name] = c.Card
	}
	request, err := renderModal(modal{
		Form:    bot.Form{Title: "A note", Submit: "Add", Call: bot.Do("note.add"), Fields: []bot.Field{{Name: "text", Label: "Text", Input: bot.InputText, Required: true}}},
		Account: func(string) (string, string) { return "", "" },
	})
	if err != nil {
		t.Fatal(err)
	}
	x := &exchange{Slack: s, delivery: delivery{
		Event: bot.Event{Type: bot.Invoke, ID: "command/1.2", Text: "/desk", At: exampleTime}, View: viewOf(t, request),
	}}
	for name, payload := range map[string]any{
		"home":       homeView(cards["buttons"], s.names),
		"private":    x.ephemeral(cards["long"]),
		"public":     x.inChannel(cards["text"]),
		"wait":       wait(),
		"errors":     slack.NewErrorsViewSubmissionResponse(map[string]string{"text": "Not this one."}),
		"again":      x.againResponse(t.Context(), []bot.FieldError{{Message: "Saving takes a moment …"}, {Field: "text", Message: "Not this one."}}),
		"clear":      slack.NewClearViewSubmissionResponse(),
		"suggestion": slack.OptionsResponse{Options: options([]bot.Choice{{Label: "Red", Value: "red", Hint: "Like a rose"}, {Label: "Blue", Value: "blue"}})},
	} {
		golden(t, "testdata/payloads/"+name+".json", payload)
	}
}

// viewOf returns a view as Slack gives it back.
func viewOf(t *testing.T, request slack.ModalViewRequest) *slack.View {
	t.Helper()
	text, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	var view slack.View
	if err := json.Unmarshal(text, &view); err != nil {
		t.Fatal(err)
	}
	return &view
}
