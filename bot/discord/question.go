package discord

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

// markPrefix begins the address of an embed of ours. An embed without a title shows no address, and the
// name can never be one of a server (RFC 2606). What it carries is as secret as the message: all who see
// the one could read the other.
//
// It survives: the endpoints that return messages, and the deliveries of pressed buttons, have embed.url
// as it was sent, while Discord's own nonce is forgotten after some minutes.
// https://discord.com/developers/docs/resources/message#embed-object
const markPrefix = "https://hirebot.invalid/d/"

// asked is a question that a button's message carries until it is pressed, since nothing of a card is
// kept elsewhere.
type asked struct {
	ID    string `json:"i"`
	Title string `json:"t,omitempty"`
	Text  string `json:"x,omitempty"`
	Yes   string `json:"y,omitempty"`
	No    string `json:"n,omitempty"`
}

// mark writes a delivery and questions into a page. A page without an embed gets one.
func (p *page) mark(delivery string, questions []asked) {
	if len(p.Embeds) == 0 {
		p.Embeds = []*discordgo.MessageEmbed{{Description: zeroWidth}}
	}
	mark := markPrefix + url.PathEscape(delivery)
	if units(mark) > limits.EmbedURL {
		mark = markPrefix
	}
	p.Embeds[0].URL = mark
	for n := len(questions); n > 0; n-- {
		// Where there is no room for a question, the button's label is asked.
		var text bytes.Buffer
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(questions[:n]); err != nil {
			continue
		}
		if all := mark + "?q=" + base64.RawURLEncoding.EncodeToString(text.Bytes()); len(all) <= limits.EmbedURL {
			p.Embeds[0].URL = all
			return
		}
	}
}

// markOf returns what the embeds of a message of ours carry.
func markOf(m *discordgo.Message) (delivery string, questions []asked) {
	if m == nil {
		return "", nil
	}
	for _, e := range m.Embeds {
		if e == nil || !strings.HasPrefix(e.URL, markPrefix) {
			continue
		}
		id, query, _ := strings.Cut(strings.TrimPrefix(e.URL, markPrefix), "?q=")
		if id, err := url.PathUnescape(id); err == nil && delivery == "" {
			delivery = id
		}
		var found []asked
		if text, err := base64.RawURLEncoding.DecodeString(query); err == nil && json.Unmarshal(text, &found) == nil {
			questions = append(questions, found...)
		}
	}
	return delivery, questions
}

// deliveryOf returns the id of the delivery that a message of ours is, "" where it is none.
func deliveryOf(m *discordgo.Message) string {
	delivery, _ := markOf(m)
	return delivery
}

// The most characters of a question's texts, so that several fit into an address.
const (
	maxAskedTitle = 100
	maxAskedText  = 300
	maxAskedLabel = 60
)

func (t typesetter) asked(id string, c bot.Confirm) asked {
	text := func(s string, most int) string {
		if blank(s) {
			return ""
		}
		return shorten(strings.TrimSpace(t.spell(s)), most)
	}
	return asked{
		ID: id, Title: text(front.OneLine(c.Title), maxAskedTitle), Text: text(c.Text, maxAskedText),
		Yes: text(front.OneLine(c.Yes), maxAskedLabel), No: text(front.OneLine(c.No), maxAskedLabel),
	}
}

// A call's id on the wire begins with "v1". Discord wants the ids of one message to differ, and asks
// nothing before a button acts; both are said in these two characters, so that every call that has room
// by itself has it here: "c" instead of "v" asks first, and a letter instead of "1" is a further button
// of the same call.
const (
	idPlain    = "v1"
	idAsks     = 'c'
	idCopies   = "abcdefghijklmnopqrstuvwxyz"
	idVersion1 = '1'
)

// idMaker makes the ids of one message or menu.
type idMaker map[string]int

// next returns the id of a call, and false for a call that has none.
func (m idMaker) next(call bot.Call, asks bool) (string, bool) {
	id, err := call.Encode()
	if err != nil || units(id) > limits.CustomID || !strings.HasPrefix(id, idPlain+"|") {
		return "", false
	}
	if asks {
		id = string(idAsks) + id[1:]
	}
	n := m[id]
	m[id]++
	if n > len(idCopies) {
		return "", false
	}
	if n > 0 {
		id = id[:1] + idCopies[n-1:n] + id[2:]
	}
	return id, true
}

// readID returns the call of a button or an entry, as bot.DecodeCall reads it, and whether it is to be
// confirmed first. It returns false for an id that is none of a call.
func readID(id string) (call string, asks, ok bool) {
	if len(id) < 3 || id[2] != '|' {
		return "", false, false
	}
	if id[0] != idPlain[0] && id[0] != idAsks || id[1] != idVersion1 && !strings.Contains(idCopies, id[1:2]) {
		return "", false, false
	}
	return idPlain + id[2:], id[0] == idAsks, true
}

// idNo is the id of the button that removes a question and does nothing else.
const idNo = "no"

// question is what is asked before a button acts.
type question struct {
	Confirm bot.Confirm
	Do      bot.Call
	Style   bot.Style
}

// questionOf returns what the button with that id asks, and false where it asks nothing. Its error is a
// Problem that says what to do.
func questionOf(m *discordgo.Message, id string) (q question, asks bool, err error) {
	call, asks, ok := readID(id)
	if !ok || !asks {
		return question{}, false, nil
	}
	if q.Do, err = bot.DecodeCall(call); err != nil {
		return question{}, true, err
	}
	label, style := buttonOf(m, id)
	label = orElse(label, "Yes")
	if style == discordgo.DangerButton {
		q.Style = bot.Danger
	}
	_, questions := markOf(m)
	var a asked
	if i := slices.IndexFunc(questions, func(a asked) bool { return a.ID == id }); i >= 0 {
		a = questions[i]
	}
	q.Confirm = bot.Confirm{
		Title: orElse(a.Title, "Are you sure?"), Text: orElse(a.Text, "This does: "+label), Yes: orElse(a.Yes, label), No: orElse(a.No, "Cancel"),
	}
	return q, true, nil
}

// buttonOf returns the label and style of a button of a message.
func buttonOf(m *discordgo.Message, id string) (string, discordgo.ButtonStyle) {
	if m == nil {
		return "", 0
	}
	for _, row := range m.Components {
		row, ok := row.(*discordgo.ActionsRow)
		if !ok {
			continue
		}
		for _, c := range row.Components {
			if b, ok := c.(*discordgo.Button); ok && b.CustomID == id {
				return b.Label, b.Style
			}
		}
	}
	return "", 0
}

// page returns a question as a message for the one who pressed: Yes is the call itself, No removes the
// question.
func (q question) page() page {
	style := q.Style
	if style == bot.Secondary {
		style = bot.Primary
	}
	buttons := []button{{ID: idNo, Label: q.Confirm.No}}
	if id, err := q.Do.Encode(); err == nil {
		buttons = slices.Insert(buttons, 0, button{ID: id, Label: q.Confirm.Yes, Style: style})
	}
	card := bot.Card{Title: q.Confirm.Title, Tone: bot.Attention, Body: []bot.Node{bot.T(q.Confirm.Text)}}
	return renderCard(card, surface{Pages: 1, Buttons: buttons})[0]
}
