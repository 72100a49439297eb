package slack

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

// modal is a form with what goes along in its view's private metadata.
type modal struct {
	Form bot.Form
	// From is where the form was opened, for its answer.
	From origin
	// Errors are shown at their fields. Those of a submission go the way of Slack's own; these are of
	// a field that was just left.
	Errors []bot.FieldError
	// Account returns the account of a person in the workspace, "" for none, and their name.
	Account func(person string) (user, name string)
	// Spell is as in surface.
	Spell func(string) string
}

// wrongMark begins the block ids of the messages at fields; the field's name follows.
const wrongMark = "wrong."

// maxFieldName leaves room for wrongMark in a block id of at most 255 characters.
const maxFieldName = 255 - len(wrongMark)

// maxNoteBlocks is the most blocks that the note of a form may take, so that its fields have room.
const maxNoteBlocks = 20

// renderModal draws a form as a view. It fails where the form cannot be: its call is too long, a field
// has a name that Slack cannot carry, or more fields are required than a view has room for.
func renderModal(m modal) (slack.ModalViewRequest, error) {
	call, err := m.Form.Call.Encode()
	if err != nil {
		return slack.ModalViewRequest{}, fmt.Errorf("render form: %w", err)
	}
	for _, f := range m.Form.Fields {
		if blank(f.Name) || !utf8.ValidString(f.Name) || utf8.RuneCountInString(f.Name) > maxFieldName || strings.HasPrefix(f.Name, wrongMark) {
			return slack.ModalViewRequest{}, fmt.Errorf("render form %s: a field cannot be named %q", m.Form.Call.Command, f.Name)
		}
	}
	head := m.head()
	fields, left, err := fit(m.Form.Fields, limits.ViewBlocks-len(head))
	if err != nil {
		return slack.ModalViewRequest{}, fmt.Errorf("render form %s: %w", m.Form.Call.Command, err)
	}
	blocks := head
	if len(left) > 0 {
		blocks = append(blocks, textBlock("There is no room here for: "+strings.Join(labels(left), ", ")+". What they hold is kept."))
	}
	if len(fields) == 0 {
		blocks = append(blocks, textBlock("There is nothing to fill in."))
	}
	for _, f := range fields {
		blocks = append(blocks, m.input(f))
	}
	meta, err := metadata{
		Call: call, Draft: m.Form.Draft, From: m.From, Kept: unshown(fields, left), Wrong: wrongFields(m.Errors),
	}.encode()
	if err != nil {
		return slack.ModalViewRequest{}, fmt.Errorf("render form %s: %w", m.Form.Call.Command, err)
	}
	view := newView(viewForm, m.spell(m.Form.Title), placeErrors(blocks, m.spelled(m.Errors)), meta)
	view.Submit = plainText(shorten(orElse(m.Form.Submit, "Save"), limits.ModalButton))
	return view, nil
}

// textBlock is a short text of ours.
func textBlock(text string) slack.Block {
	return slack.NewSectionBlock(plainText(shorten(text, limits.PlainText)), nil, nil)
}

// orElse returns a text, or another where there is nothing to read in it.
func orElse(text, other string) string {
	if blank(text) {
		return other
	}
	return text
}

func blank(text string) bool { return strings.TrimSpace(front.Clean(text)) == "" }

// atWord is shorten for one line, at the end of a word where one is near.
func atWord(text string, most int) string {
	text = front.OneLine(text)
	return front.AtWord(text, shorten(text, most))
}

func (m modal) spell(text string) string {
	if m.Spell == nil {
		return text
	}
	return m.Spell(text)
}

func (m modal) spelled(errors []bot.FieldError) []bot.FieldError {
	out := make([]bot.FieldError, 0, len(errors))
	for _, e := range errors {
		out = append(out, bot.FieldError{Field: e.Field, Message: m.spell(e.Message)})
	}
	return out
}

// head returns what stands above the fields.
func (m modal) head() []slack.Block {
	var blocks []slack.Block
	if len(m.Form.Note) > 0 {
		note := richText(m.Form.Note, m.Spell)
		blocks = append(blocks, note[:min(len(note), maxNoteBlocks)]...)
	}
	if m.Form.Saved.IsZero() {
		return blocks
	}
	saved := "Continuing what you typed, saved " + instantMarkup(m.Form.Saved)
	blocks = append(blocks, slack.NewContextBlock("", slack.NewTextBlockObject(slack.MarkdownType, saved, false, false)))
	fresh, err := m.Form.StartOver.Encode()
	if m.Form.StartOver.Command == "" || err != nil {
		return blocks // What is typed can be changed all the same.
	}
	return append(blocks, slack.NewActionBlock("", slack.NewButtonBlockElement(actionDo+"0", fresh, plainText("Start over"))))
}

// fit returns the fields that have room in so many blocks, and the optional ones that have none. One
// block stays free for a message about the form as a whole.
func fit(fields []bot.Field, room int) (shown, left []bot.Field, err error) {
	room--
	if len(fields) <= room {
		return fields, nil, nil
	}
	room-- // for the text that names what is left out
	shown = slices.Clone(fields)
	for i := len(shown) - 1; i >= 0 && len(shown) > room; i-- {
		if !shown[i].Required {
			left = append(left, shown[i])
			shown = slices.Delete(shown, i, i+1)
		}
	}
	if len(shown) > room {
		return nil, nil, fmt.Errorf("%d required fields, at most %d", len(shown), room)
	}
	slices.Reverse(left)
	return shown, left, nil
}

func labels(fields []bot.Field) []string {
	out := make([]string, 0, len(fields))
	for _, f := range fields {
		out = append(out, orElse(f.Label, f.Name))
	}
	return out
}

// unshown returns what no input shows: the files that were uploaded before, and what the fields hold that
// have no room.
func unshown(shown, left []bot.Field) bot.Values {
	out := bot.Values{}
	for _, f := range shown {
		if held := front.ValuesOf(f); f.Input == bot.InputFile && len(held) > 0 {
			out[f.Name] = held
		}
	}
	for _, f := range left {
		if held := front.ValuesOf(f); len(held) > 0 {
			out[f.Name] = held
		}
	}
	return out
}

// wrongFields returns the fields that errors speak of, each once.
func wrongFields(errors []bot.FieldError) []string {
	var out []string
	for _, e := range errors {
		if !slices.Contains(out, e.Field) {
			out = append(out, e.Field)
		}
	}
	return out
}

// placeErrors puts messages below their fields. What concerns the form as a whole, or a field that is
// not shown, stands at the top, and so does everything where there is no room for a block each.
func placeErrors(blocks []slack.Block, errors []bot.FieldError) []slack.Block {
	shown := map[string]string{}
	for _, b := range blocks {
		if in, ok := b.(*slack.InputBlock); ok && in.Label != nil {
			shown[in.BlockID] = in.Label.Text
		}
	}
	roomy := len(blocks)+len(wrongFields(errors)) <= limits.ViewBlocks
	messages := map[string][]string{}
	for _, e := range errors {
		text := orElse(e.Message, "Look at this again.")
		label, there := shown[e.Field]
		switch {
		case there && roomy:
			messages[e.Field] = append(messages[e.Field], text)
		case there:
			messages[""] = append(messages[""], label+": "+text)
		default:
			messages[""] = append(messages[""], text)
		}
	}
	out := make([]slack.Block, 0, len(blocks)+len(messages))
	if texts := messages[""]; len(texts) > 0 {
		out = append(out, wrongBlock("", texts))
	}
	for _, b := range blocks {
		out = append(out, b)
		if texts := messages[b.ID()]; b.ID() != "" && len(texts) > 0 {
			out = append(out, wrongBlock(b.ID(), texts))
		}
	}
	return out
}

func wrongBlock(field string, texts []string) slack.Block {
	return slack.NewContextBlock(wrongMark+field, plainText(shorten("⚠ "+strings.Join(texts, "\n"), limits.PlainText)))
}
