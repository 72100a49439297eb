package slack

import (
	"github.com/slack-go/slack"

	"github.com/hirebot/hirebot/bot"
)

// Preview draws what the core says as it is sent to Slack, for whoever wants to look at it without being
// connected. It is made with NewPreview.
type Preview struct {
	names   names
	account func(person string) (user, name string)
}

// NewPreview returns the preview of a workspace whose commands are these. Account returns the account of a
// person there, "" for none, and what they are called.
func NewPreview(base, prefix string, specs []bot.Spec, account func(person string) (user, name string)) Preview {
	return Preview{names: newNames(base, prefix, specs), account: account}
}

// Card returns a card as a list of the messages that show it in somebody's direct messages, as indented
// JSON. Its pictures and files, which go before it, are left out.
func (p Preview) Card(c bot.Card) ([]byte, error) {
	type message struct {
		Text   string        `json:"text"`
		Blocks []slack.Block `json:"blocks"`
	}
	on := ownMessage(c, p.names, p.account)
	on.Attached = "above"
	var all []message
	for _, drawn := range renderCard(c, on) {
		all = append(all, message(drawn))
	}
	return indentedJSON(all)
}

// Home returns a card as the view that is somebody's home, as indented JSON.
func (p Preview) Home(c bot.Card) ([]byte, error) { return indentedJSON(homeView(c, p.names)) }

// Form returns a form as the view that Slack is told to open, as indented JSON.
func (p Preview) Form(f bot.Form) ([]byte, error) {
	view, err := renderModal(modal{Form: f, Spell: p.names.spell, Account: p.account})
	if err != nil {
		return nil, err
	}
	return indentedJSON(view)
}
