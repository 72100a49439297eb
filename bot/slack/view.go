package slack

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/hirebot/hirebot/bot"
)

// origin is where a form or a button belongs: where its answer goes.
type origin struct {
	Channel string `json:"c,omitempty"`
	// Private is true for a direct-message conversation with the bot.
	Private bool `json:"p,omitempty"`
	// Message is the timestamp of the message whose button was pressed, Ephemeral whether only the
	// person sees it.
	Message   string `json:"m,omitempty"`
	Ephemeral bool   `json:"e,omitempty"`
	// ResponseURL can be posted to for half an hour from Opened, five times.
	ResponseURL string `json:"u,omitempty"`
	// Opened is when the form was opened, in seconds since 1970.
	Opened int64 `json:"o,omitempty"`
}

// metadata is what a view of ours carries in its private metadata.
type metadata struct {
	// Call is the command with what is bound, as on the wire; Draft is where what is typed is kept.
	Call  string `json:"k,omitempty"`
	Draft string `json:"d,omitempty"`
	From  origin `json:"f"`
	// Kept are values that no input shows, such as the ids of files that were uploaded before.
	Kept bot.Values `json:"v,omitempty"`
	// Wrong are the names of the fields that a message is shown at.
	Wrong []string `json:"w,omitempty"`
}

// The callback ids of our views.
const (
	viewForm    = "form"
	viewWaiting = "waiting"
	viewCard    = "card"
)

// newView returns a view of ours without a submit button.
func newView(callback, title string, blocks []slack.Block, meta string) slack.ModalViewRequest {
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: callback, Title: plainText(atWord(orElse(title, "Hirebot"), limits.ModalTitle)),
		Close: plainText("Close"), Blocks: slack.Blocks{BlockSet: blocks}, PrivateMetadata: meta,
	}
}

// encode returns the private metadata of a view. Where it would be too long, it drops what is missed
// least: the response URL, for there are other ways to answer, then which fields a message is shown
// at, then the kept values. JSON as Go writes it has none of the characters that Slack escapes.
func (meta metadata) encode() (string, error) {
	drops := []func(){
		func() { meta.From.ResponseURL = "" },
		func() { meta.Wrong = nil },
		func() { meta.Kept = nil },
	}
	for {
		text, err := json.Marshal(meta)
		if err != nil {
			return "", fmt.Errorf("encode metadata: %w", err)
		}
		n := utf8.RuneCount(text)
		if n <= limits.PrivateMetadata {
			return string(text), nil
		}
		if len(drops) == 0 {
			return "", fmt.Errorf("encode metadata: %d characters, at most %d", n, limits.PrivateMetadata)
		}
		drops[0]()
		drops = drops[1:]
	}
}

// originMetadata is the private metadata of a view that only says where it belongs; of an origin too
// long for that, nothing is left.
func originMetadata(from origin) string {
	text, err := metadata{From: from}.encode()
	if err != nil {
		return "{}"
	}
	return text
}

// waitingModal is what opens at once where the form takes its time, and what stands while a
// submission does.
func waitingModal(title, text string, from origin) slack.ModalViewRequest {
	return newView(viewWaiting, title, []slack.Block{textBlock(orElse(text, "One moment …"))}, originMetadata(from))
}

// cardModal shows a card in the place of a form, without any input.
func cardModal(c bot.Card, from origin, spell func(string) string) slack.ModalViewRequest {
	title := c.Title
	if spell != nil {
		title = spell(title)
	}
	page := renderCard(c, surface{Blocks: limits.ViewBlocks, Pages: 1, Spell: spell})[0]
	return newView(viewCard, title, page.Blocks, originMetadata(from))
}

// readMetadata reads the private metadata of a view of ours.
func readMetadata(view slack.View) (metadata, error) {
	var meta metadata
	if err := json.Unmarshal([]byte(view.PrivateMetadata), &meta); err != nil {
		return metadata{}, fmt.Errorf("read the metadata of view %s: %w", view.CallbackID, err)
	}
	return meta, nil
}

// readState returns what a view holds: the values by field, kept ones included, and the files that
// were put into it.
func readState(view slack.View, meta metadata) (values bot.Values, files map[string][]slack.File) {
	values, files = bot.Values{}, map[string][]slack.File{}
	if view.State != nil {
		for block, actions := range view.State.Values {
			a, ok := actions[block]
			if !ok {
				continue // no field of ours: theirs have one name for both
			}
			values[block] = readAction(a)
			if len(a.Files) > 0 {
				files[block] = a.Files
			}
		}
	}
	for name, held := range meta.Kept {
		if len(values[name]) == 0 && len(files[name]) == 0 {
			values[name] = held
		}
	}
	return values, files
}

// readAction returns the values of one input, none where it is empty.
func readAction(a slack.BlockAction) []string {
	out := []string{}
	add := func(v string) {
		if v != "" {
			out = append(out, v)
		}
	}
	for _, v := range []string{a.Value, a.SelectedOption.Value, a.SelectedUser, a.SelectedDate, a.SelectedTime} {
		add(v)
	}
	for _, o := range a.SelectedOptions {
		add(o.Value)
	}
	for _, user := range a.SelectedUsers {
		add(user)
	}
	if a.SelectedDateTime != 0 {
		add(time.Unix(a.SelectedDateTime, 0).UTC().Format(time.RFC3339))
	}
	return out
}

// again returns the form of a view that is open, with what it holds and errors at its fields, to be
// updated in place. Slack keeps what is typed in inputs whose block and action ids stay.
// https://docs.slack.dev/reference/views/modal-views
func again(view slack.View, errors []bot.FieldError) (slack.ModalViewRequest, error) {
	meta, err := readMetadata(view)
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	meta.Wrong = wrongFields(errors)
	text, err := meta.encode()
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	blocks := slices.DeleteFunc(slices.Clone(view.Blocks.BlockSet), func(b slack.Block) bool {
		return strings.HasPrefix(b.ID(), wrongMark)
	})
	out := newView(view.CallbackID, "", placeErrors(blocks, errors), text)
	if view.Title != nil {
		out.Title = view.Title
	}
	if view.Close != nil {
		out.Close = view.Close
	}
	out.Submit, out.ExternalID = view.Submit, view.ExternalID
	out.ClearOnClose, out.NotifyOnClose = view.ClearOnClose, view.NotifyOnClose
	return out, nil
}

// responseLife is how long a response URL can be posted to, from when it was given.
const responseLife = 30 * time.Minute
