package discord

import (
	"strings"

	"github.com/bwmarrin/discordgo"
)

// deal puts parts on pages, and leaves room for the closing on the last of them. What does not fit is
// left.
func deal(parts []part, last closing, most int) (sheets []*sheet, left []part) {
	whole := limits.EmbedText
	// The note of what is left out takes room only where there is something to note.
	noted := whole - last.Length - maxNote
	end := whole - last.Length
	if last.Choices > 0 {
		end = noted
	}
	for {
		taken, rest := fill(parts, end, limits.Embeds-1, false)
		if len(rest) == 0 {
			return append(sheets, taken), nil
		}
		if len(sheets)+1 >= most {
			taken, rest = fill(parts, noted, limits.Embeds-1, true)
			return append(sheets, taken), rest
		}
		taken, rest = fill(parts, whole, limits.Embeds, false)
		if n := len(parts) - len(rest); len(rest) == 0 && n > 1 {
			// The closing alone would be a page that says nothing.
			taken, _ = fill(parts[:n-1], whole, limits.Embeds, false)
			rest = parts[n-1:]
		}
		sheets, parts = append(sheets, taken), rest
	}
}

// leastPiece is the fewest characters of a text that are worth being shown without the rest.
const leastPiece = 80

// fill puts the parts on a sheet that there is room for; with split, the beginning of one more.
func fill(parts []part, room, embeds int, split bool) (*sheet, []part) {
	s := &sheet{room: room, most: embeds, Embeds: []*discordgo.MessageEmbed{}}
	for i, p := range parts {
		if s.take(p) {
			continue
		}
		rest := parts[i:]
		if most := s.roomForText(); split && len(p.Runs) > 0 && most >= leastPiece {
			head, tail := cut(p.Runs, most)
			if head = trimEnd(head); len(head) > 0 && s.take(part{Runs: head}) {
				rest = append([]part{{Runs: tail}}, parts[i+1:]...)
			}
		}
		return s, rest
	}
	return s, nil
}

// sheet is a page's body as it is filled.
type sheet struct {
	Embeds []*discordgo.MessageEmbed
	Files  []attachment
	// room is how many characters more the embeds may have in all, most how many embeds there may be.
	room, most int
	// parted is true after a divider, until something follows.
	parted bool
}

// take puts a part onto the sheet, and returns false where there is no room for it.
func (s *sheet) take(p part) bool {
	switch {
	case p.Divider:
		s.parted = len(s.Embeds) > 0
		return true
	case p.File != nil:
		return s.takeFile(p)
	case p.Field != nil:
		return s.takeField(p.Field)
	default:
		return s.takeText(markdown(p.Runs))
	}
}

// current is the embed that more may go into, nil where there is none. After a divider, there is none
// as long as there may be more embeds.
func (s *sheet) current() *discordgo.MessageEmbed {
	n := len(s.Embeds)
	if n == 0 || s.parted && n < s.most || s.Embeds[n-1].Image != nil {
		return nil
	}
	return s.Embeds[n-1]
}

// begin adds an embed, and returns nil where there is no room for one.
func (s *sheet) begin() *discordgo.MessageEmbed {
	if len(s.Embeds) >= s.most {
		return nil
	}
	s.Embeds = append(s.Embeds, &discordgo.MessageEmbed{})
	s.parted = false
	return s.Embeds[len(s.Embeds)-1]
}

func (s *sheet) takeText(text string) bool {
	n := units(text)
	e := s.current()
	if e != nil && len(e.Fields) > 0 {
		if s.underFields(e, text) {
			return true
		}
		e = nil
	}
	if e != nil {
		between := "\n"
		if s.parted {
			between = "\n\n"
		}
		if m := n + len(between); m <= s.room && units(e.Description)+m <= limits.Description {
			e.Description += between + text
			s.room -= m
			s.parted = false
			return true
		}
	}
	if n > s.room || n > limits.Description {
		return false
	}
	if e = s.begin(); e == nil {
		return false
	}
	e.Description = text
	s.room -= n
	return true
}

// underFields puts a text below the fields of an embed, as a field without a name: only fields can
// stand below fields.
func (s *sheet) underFields(e *discordgo.MessageEmbed, text string) bool {
	n := units(text)
	if last := e.Fields[len(e.Fields)-1]; last.Name == zeroWidth && !last.Inline && !s.parted {
		if n+1 > s.room || units(last.Value)+1+n > limits.FieldValue {
			return false
		}
		last.Value += "\n" + text
		s.room -= n + 1
		return true
	}
	if blank(text) || n > limits.FieldValue {
		return false
	}
	return s.takeFieldInto(e, &discordgo.MessageEmbedField{Name: zeroWidth, Value: text})
}

func (s *sheet) takeField(f *discordgo.MessageEmbedField) bool {
	if e := s.current(); e != nil && s.takeFieldInto(e, f) {
		return true
	}
	if units(f.Name)+units(f.Value) > s.room {
		return false
	}
	e := s.begin()
	return e != nil && s.takeFieldInto(e, f)
}

func (s *sheet) takeFieldInto(e *discordgo.MessageEmbed, f *discordgo.MessageEmbedField) bool {
	n := units(f.Name) + units(f.Value)
	if n > s.room || len(e.Fields) >= limits.Fields {
		return false
	}
	own := *f
	e.Fields = append(e.Fields, &own)
	s.room -= n
	s.parted = false
	return true
}

func (s *sheet) takeFile(p part) bool {
	if len(s.Files) >= limits.Files {
		return false
	}
	if p.Picture {
		e := s.current()
		if e == nil {
			e = s.begin()
		}
		if e == nil {
			return false
		}
		e.Image = &discordgo.MessageEmbedImage{URL: "attachment://" + p.File.Name}
		s.parted = false
	}
	s.Files = append(s.Files, *p.File)
	return true
}

// roomForText returns how long a text may be that is still to be taken.
func (s *sheet) roomForText() int {
	if e := s.current(); e != nil && len(e.Fields) == 0 {
		if most := min(s.room, limits.Description-units(e.Description)) - 2; most >= leastPiece {
			return most
		}
	}
	if len(s.Embeds) < s.most {
		return min(s.room, limits.Description)
	}
	return 0
}

// close puts small lines at the end of a page: into the last embed, where instants are shown in the
// reader's zone as they are not in its footer. A page without embeds gets one where it carries something.
func (p *page) close(small string, colour int, carries bool) {
	if small == "" {
		return
	}
	n := len(p.Embeds)
	if n == 0 && !carries && units(p.Content)+1+units(small) <= limits.Content {
		p.Content = strings.TrimPrefix(p.Content+"\n"+small, "\n")
		return
	}
	if n > 0 {
		e := p.Embeds[n-1]
		fields := len(e.Fields)
		switch {
		case fields == 0 && units(e.Description)+1+units(small) <= limits.Description:
			e.Description = strings.TrimPrefix(e.Description+"\n"+small, "\n")
			return
		case fields > 0 && e.Fields[fields-1].Name == zeroWidth && !e.Fields[fields-1].Inline && units(e.Fields[fields-1].Value)+1+units(small) <= limits.FieldValue:
			e.Fields[fields-1].Value += "\n" + small
			return
		case fields > 0 && fields < limits.Fields && units(small) <= limits.FieldValue:
			e.Fields = append(e.Fields, &discordgo.MessageEmbedField{Name: zeroWidth, Value: small})
			return
		}
	}
	p.Embeds = append(p.Embeds, &discordgo.MessageEmbed{Description: small, Color: colour})
}
