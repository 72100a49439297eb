package discord

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/bwmarrin/discordgo"

	"github.com/hirebot/hirebot/bot"
)

// submitted is a modal that somebody sent off.
type submitted struct {
	ID string
	// Values are the values by field; one that was emptied is there without any. People are accounts here.
	// A field for a file has none: it is in Uploads, or stays what it was.
	Values  bot.Values
	Uploads map[string]uploadRef
	// Users are the accounts that were chosen, each once.
	Users []string
}

// uploadRef is a file that somebody put into a modal, where it can be fetched.
type uploadRef struct {
	ID          string `json:"id"`
	Filename    string `json:"filename"`
	ContentType string `json:"content_type"`
	URL         string `json:"url"`
	Size        int64  `json:"size"`
}

// sent is a component as it is sent off. Inner and Row hold further ones.
type sent struct {
	Kind     discordgo.ComponentType `json:"type"`
	CustomID string                  `json:"custom_id"`
	Value    json.RawMessage         `json:"value"`
	Values   []string                `json:"values"`
	Inner    *sent                   `json:"component"`
	Row      []sent                  `json:"components"`
}

// readModal reads the data of a modal that was sent off. It reads them itself, since discordgo gives
// back nothing of a modal that has one component which it does not know.
func readModal(raw json.RawMessage) (submitted, error) {
	var data struct {
		ID       string `json:"custom_id"`
		Row      []sent `json:"components"`
		Resolved struct {
			Attachments map[string]uploadRef `json:"attachments"`
		} `json:"resolved"`
	}
	if err := json.Unmarshal(raw, &data); err != nil {
		return submitted{}, fmt.Errorf("read a modal: %w", err)
	}
	if data.ID == "" {
		return submitted{}, errors.New("read a modal: it has no custom_id")
	}
	out := submitted{ID: data.ID, Values: bot.Values{}, Uploads: map[string]uploadRef{}}
	out.read(data.Row, data.Resolved.Attachments)
	return out, nil
}

func (s *submitted) read(row []sent, files map[string]uploadRef) {
	for _, c := range row {
		s.readOne(c, files)
		if c.Inner != nil {
			s.read([]sent{*c.Inner}, files)
		}
		s.read(c.Row, files)
	}
}

// readOne reads a component that is filled in. One that is none, or that came later than this, is passed
// over.
func (s *submitted) readOne(c sent, files map[string]uploadRef) {
	if c.CustomID == "" {
		return
	}
	switch c.Kind {
	case discordgo.TextInputComponent, radioGroup, checkbox:
		s.Values[c.CustomID] = textOf(c.Value)
	case discordgo.SelectMenuComponent, discordgo.RoleSelectMenuComponent, discordgo.ChannelSelectMenuComponent, checkboxGroup:
		s.Values[c.CustomID] = filledIn(c.Values)
	case discordgo.UserSelectMenuComponent, discordgo.MentionableSelectMenuComponent:
		s.Values[c.CustomID] = filledIn(c.Values)
		for _, user := range s.Values[c.CustomID] {
			if !slices.Contains(s.Users, user) {
				s.Users = append(s.Users, user)
			}
		}
	case discordgo.FileUploadComponent:
		for _, id := range c.Values {
			if f, ok := files[id]; ok {
				f.ID = id
				s.Uploads[c.CustomID] = f
			}
		}
	default:
	}
}

// textOf returns the one value of a component: a text, or whether a box was ticked.
func textOf(raw json.RawMessage) []string {
	var text string
	var ticked bool
	switch {
	case json.Unmarshal(raw, &text) == nil:
		return filledIn([]string{text})
	case json.Unmarshal(raw, &ticked) == nil && string(raw) != "null":
		return []string{map[bool]string{true: "yes", false: "no"}[ticked]}
	}
	return []string{}
}

func filledIn(values []string) []string {
	out := []string{}
	for _, v := range values {
		if v != "" {
			out = append(out, v)
		}
	}
	return out
}
