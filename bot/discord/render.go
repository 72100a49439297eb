package discord

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

// surface is where a card is shown.
type surface struct {
	// Pages is the most messages; what does not fit into them is left out, and said to be. What is edited
	// in place has one.
	Pages int
	// Files is true where the pictures and files of a card go along. Elsewhere Attached says where they
	// are, in words: "in your direct messages"; "" is for where they are not shown at all.
	Files    bool
	Attached string
	// Keep adds a button that sends the answer to the person's direct messages; it is the button's id.
	Keep string
	// Buttons stand before those of the card. Their ids are the caller's.
	Buttons []button
	// Delivery is the id of the delivery that a message is, "" for none.
	Delivery string
	// Spell returns our text with its commands as they are typed here; nil leaves them.
	Spell func(string) string
	// Mention returns a person in Discord's markup, or "" for one who has no account; nil knows none.
	Mention func(person, name string) string
}

// button is a button with an id of its own.
type button struct {
	ID, Label string
	Style     bot.Style
}

// page is what of a card goes into one message. Its lists are never nil: an edit without buttons takes
// away those that were there.
type page struct {
	Content    string
	Embeds     []*discordgo.MessageEmbed
	Components []discordgo.MessageComponent
	Files      []attachment
}

// attachment is a picture or file of a card. Description is what a screen reader says of it.
type attachment struct {
	Name, MediaType, Description string
	Data                         []byte
}

// silent are the mentions that alert somebody: none, whatever a message says.
func silent() *discordgo.MessageAllowedMentions {
	return &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}}
}

// message returns a page as a message to send, without its files.
func (p page) message() *discordgo.MessageSend {
	return &discordgo.MessageSend{Content: p.Content, Embeds: p.Embeds, Components: p.Components, AllowedMentions: silent()}
}

// reply returns a page as the answer to an interaction, without its files.
func (p page) reply(private bool) *discordgo.InteractionResponseData {
	out := &discordgo.InteractionResponseData{Content: p.Content, Embeds: p.Embeds, Components: p.Components, AllowedMentions: silent()}
	if private {
		out.Flags = discordgo.MessageFlagsEphemeral
	}
	return out
}

// nothing stands for a card that shows nothing.
const nothing = "Nothing to show."

// maxLead is the most characters of the line that a message begins with.
const maxLead = 1500

// renderCard draws a card. There is always at least one page, and no page is empty.
//
// The title, or the first line of a card without one, is the message's content, since that is what a
// phone's notification shows; the rest is embeds, since only they have room and a colour.
func renderCard(c bot.Card, on surface) []page {
	set := typesetter{Spell: on.Spell, Mention: on.Mention}
	lead, parts := set.body(c, on)
	last := set.closing(c, on)
	if lead == "" && !slices.ContainsFunc(parts, func(p part) bool { return !p.Divider }) {
		lead = orElse(shorten(escape(strings.Join(last.Labels, ", "), true), maxLead), nothing)
	}
	sheets, left := deal(parts, last, on.Pages)
	pages := make([]page, len(sheets))
	for i, sheet := range sheets {
		p := page{Content: lead, Embeds: sheet.Embeds, Files: sheet.Files, Components: []discordgo.MessageComponent{}}
		if i > 0 {
			title := shorten(front.OneLine(set.spell(c.Title)), limits.FieldName)
			p.Content = markdown([]run{bold(strings.TrimSpace(fmt.Sprintf("%s (%d of %d)", title, i+1, len(sheets))))})
		}
		for _, e := range p.Embeds {
			e.Color = colours[c.Tone]
		}
		pages[i] = p
	}
	end := &pages[len(pages)-1]
	carries := len(last.Questions) > 0 || on.Delivery != "" && len(pages) == 1
	end.close(last.small(front.LeftOut(linesOf(left), last.Choices, last.Kept)), colours[c.Tone], carries)
	end.Components = last.Rows
	if on.Delivery != "" {
		pages[0].mark(on.Delivery, nil)
	}
	if len(last.Questions) > 0 {
		delivery := ""
		if len(pages) == 1 {
			delivery = on.Delivery
		}
		end.mark(delivery, last.Questions)
	}
	return pages
}

// colours of the tones; 0 is for none. What they mean is said in words too.
var colours = map[bot.Tone]int{bot.Neutral: 0, bot.Good: 0x2E8B57, bot.Attention: 0xE0A100, bot.Trouble: 0xC0392B}

// lines counts the lines of text that a card takes on a narrow screen.
func lines(c bot.Card) int {
	set := typesetter{}
	return front.LinesIn(front.OneLine(c.Title), units) + linesOf(set.nodes(c.Body, surface{})) + front.LinesIn(plainOf(set.runs(c.Context)), units)
}
