package slack

import "github.com/slack-go/slack"

// deal puts parts on pages, and leaves room for the closing on the last of them. What does not fit is
// left.
func deal(parts []part, last closing, on surface) (sheets [][]part, left []part) {
	whole := room{Blocks: on.Blocks, Text: limits.MessageText}
	// The note of what is left out takes room only where there is something to note.
	noted := whole.minus(last).minus(closing{Blocks: make([]slack.Block, 1), Length: maxNote})
	end := whole.minus(last)
	if last.Choices > 0 {
		end = noted
	}
	for {
		taken, rest := end.fill(parts, false)
		if len(rest) == 0 {
			return append(sheets, taken), nil
		}
		if len(sheets)+1 >= on.Pages {
			taken, rest = noted.fill(parts, true)
			return append(sheets, taken), rest
		}
		if taken, rest = whole.fill(parts, false); len(rest) == 0 && len(taken) > 1 {
			// The closing alone would be a page that says nothing.
			taken, rest = taken[:len(taken)-1], taken[len(taken)-1:]
		}
		sheets, parts = append(sheets, taken), rest
	}
}

// room is how much a page holds.
type room struct{ Blocks, Text int }

func (r room) minus(c closing) room {
	return room{Blocks: r.Blocks - len(c.Blocks), Text: r.Text - c.Length}
}

// leastPiece is the fewest characters of a part that are worth a block.
const leastPiece = 80

// fill takes the parts that there is room for; with split, the beginning of one more.
func (r room) fill(parts []part, split bool) (taken, rest []part) {
	for i, p := range parts {
		if r.Blocks < 1 {
			return parts[:i], parts[i:]
		}
		if p.length() > r.Text {
			if !split || r.Text < leastPiece || len(p.Runs) == 0 || p.Button != nil {
				return parts[:i], parts[i:]
			}
			head, tail := cut(p.Runs, r.Text)
			if head = trimEnd(head); len(head) == 0 {
				return parts[:i], parts[i:]
			}
			first, second := p, p
			first.Runs, second.Runs = head, tail
			return append(append([]part(nil), parts[:i]...), first), append([]part{second}, parts[i+1:]...)
		}
		r.Blocks--
		r.Text -= p.length()
	}
	return parts, nil
}
