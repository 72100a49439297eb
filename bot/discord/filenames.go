package discord

import (
	"fmt"
	"mime"
	"path"
	"strings"
	"unicode"

	"github.com/hirebot/hirebot/bot/front"
)

// mediaType returns a type as a header can carry it.
func mediaType(s string) string {
	if kind, params, err := mime.ParseMediaType(s); err == nil {
		if s = mime.FormatMediaType(kind, params); s != "" {
			return s
		}
	}
	return "application/octet-stream"
}

// fileName returns a name as an uploaded file can have it.
func fileName(name, other string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune("-_.", r) {
			return r
		}
		return '_'
	}, front.OneLine(name))
	if name = strings.Trim(name, "._"); name == "" {
		return other
	}
	ending := path.Ext(name)
	if units(ending) > limits.FileName/2 {
		ending = ""
	}
	// Room is left for a number.
	return within(strings.TrimSuffix(name, ending), limits.FileName-units(ending)-4) + ending
}

// asciiName is fileName for a picture that an embed shows: there Discord takes only plain letters.
// https://discord.com/developers/docs/reference#editing-message-attachments
func asciiName(name, other string) string {
	name = strings.Map(func(r rune) rune {
		if r >= unicode.MaxASCII {
			return '_'
		}
		return r
	}, fileName(name, other))
	if name = strings.Trim(name, "._"); path.Ext(name) != ".png" {
		return other
	}
	return name
}

// nameFiles gives each file a name of its own, by which an embed means its picture.
func nameFiles(parts []part) []part {
	taken := map[string]bool{}
	for _, p := range parts {
		if p.File == nil {
			continue
		}
		name := p.File.Name
		for n := 2; taken[p.File.Name]; n++ {
			p.File.Name = fmt.Sprintf("%d-%s", n, name)
		}
		taken[p.File.Name] = true
	}
	return parts
}
