package slacktest

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Command has somebody type a slash command.
// https://docs.slack.dev/interactivity/implementing-slash-commands/
func (s *Server) Command(user, channel, command, text string) *Delivery {
	s.t.Helper()
	s.mu.Lock()
	r := s.rooms[channel]
	if r == nil {
		s.mu.Unlock()
		s.t.Fatalf("slack: there is no conversation %s", channel)
	}
	name := r.Name
	switch {
	case r.direct():
		name = "directmessage"
	case r.Private:
		name = "privategroup"
	}
	u := s.users[user]
	if u == nil {
		u = &User{ID: user, Name: user}
	}
	trigger := s.triggerLocked(user, "")
	d := &Delivery{
		Kind: kindCommand, Envelope: envelopeCommand, user: user, channel: channel, trigger: trigger,
		Payload: object{
			"token": "legacy-verification", "team_id": s.o.Team, "team_domain": "sample", "channel_id": channel, "channel_name": name,
			"user_id": user, "user_name": u.Name, "command": command, "text": s.escapeLocked(text), "api_app_id": appID,
			"is_enterprise_install": "false", "trigger_id": trigger,
			"response_url": s.urlLocked("commands", user, channel, "", plainEscaper.Replace(command+" "+text)),
		},
	}
	s.mu.Unlock()
	s.Deliver(d)
	return d
}

var plainEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// typed are the words that Slack turns into references when escaping is on for a command.
var typed = regexp.MustCompile(`(^|\s)(@[\w.-]+|#[\w-]+|https?://[^\s<>]+|[\w.+-]+@[\w-]+\.[\w.]+)`)

// escapeLocked returns what somebody types as Slack hands it on, with should_escape.
func (s *Server) escapeLocked(text string) string {
	var out strings.Builder
	rest := text
	for {
		at := typed.FindStringSubmatchIndex(rest)
		if at == nil {
			break
		}
		out.WriteString(plainEscaper.Replace(rest[:at[4]]))
		word := rest[at[4]:at[5]]
		out.WriteString(s.referenceLocked(word))
		rest = rest[at[5]:]
	}
	out.WriteString(plainEscaper.Replace(rest))
	return out.String()
}

// referenceLocked returns a name, address or e-mail address as Slack hands it on.
func (s *Server) referenceLocked(word string) string {
	escaped := plainEscaper.Replace(word)
	switch {
	case word == "@here", word == "@channel", word == "@everyone":
		return "<!" + word[1:] + ">"
	case strings.HasPrefix(word, "@"):
		for _, id := range slices.Sorted(maps.Keys(s.users)) {
			if s.users[id].Name == word[1:] {
				return "<@" + id + "|" + s.users[id].Name + ">"
			}
		}
		return escaped
	case strings.HasPrefix(word, "#"):
		for _, id := range s.order {
			if r := s.rooms[id]; !r.direct() && r.Name == word[1:] {
				return "<#" + id + "|" + r.Name + ">"
			}
		}
		return escaped
	case strings.Contains(word, "://"):
		return "<" + escaped + ">"
	default:
		return "<mailto:" + escaped + "|" + escaped + ">"
	}
}

// Shortcut has somebody use a global shortcut.
func (s *Server) Shortcut(user, callback string) *Delivery {
	s.t.Helper()
	s.mu.Lock()
	d := s.interactionLocked(kindShortcut, user, "")
	d.Payload["callback_id"], d.Payload["action_ts"] = callback, s.tsLocked()
	s.mu.Unlock()
	s.Deliver(d)
	return d
}

// MessageShortcut has somebody use a shortcut on a message that an author wrote in a conversation.
// https://docs.slack.dev/interactivity/implementing-shortcuts/#messages
func (s *Server) MessageShortcut(user, author, channel, text, callback string) *Delivery {
	s.t.Helper()
	s.mu.Lock()
	r := s.rooms[channel]
	if r == nil {
		s.mu.Unlock()
		s.t.Fatalf("slack: there is no conversation %s", channel)
	}
	m := s.sayLocked(r, &message{User: author, Text: s.escapeLocked(text)})
	d := s.interactionLocked(kindMessage, user, "")
	d.channel = channel
	d.Payload["callback_id"], d.Payload["action_ts"], d.Payload["message_ts"] = callback, s.tsLocked(), m.TS
	d.Payload["channel"] = object{"id": channel, "name": r.Name}
	d.Payload["response_url"] = s.urlLocked("actions", user, channel, m.TS, "")
	d.Payload["message"] = object{
		"type": "message", "user": author, "text": m.Text, "ts": m.TS, "team": s.o.Team, "client_msg_id": s.idLocked("client-"),
		"blocks": []any{object{"type": "rich_text", "block_id": s.idLocked("b"), "elements": []any{
			object{"type": "rich_text_section", "elements": []any{object{"type": "text", "text": text}}},
		}}},
	}
	s.mu.Unlock()
	s.Deliver(d)
	return d
}

// Event tells the app of an event, with the members of payload besides its type.
// https://docs.slack.dev/apis/events-api/#event-type-structure
func (s *Server) Event(kind string, payload map[string]any) *Delivery {
	s.t.Helper()
	s.mu.Lock()
	event := maps.Clone(payload)
	if event == nil {
		event = object{}
	}
	event["type"] = kind
	if event["event_ts"] == nil {
		event["event_ts"] = s.tsLocked()
	}
	d := &Delivery{Kind: kind, Envelope: envelopeEvent, Payload: object{
		"token": "legacy-verification", "team_id": s.o.Team, "context_team_id": s.o.Team, "context_enterprise_id": nil, "api_app_id": appID,
		"event": event, "type": "event_callback", "event_id": s.idLocked("Ev"), "event_time": s.o.Clock().Unix(), "is_ext_shared_channel": false,
		"authorizations": []any{object{"enterprise_id": nil, "team_id": s.o.Team, "user_id": s.o.BotUser, "is_bot": true, "is_enterprise_install": false}},
	}}
	s.mu.Unlock()
	s.Deliver(d)
	return d
}

// OpenHome has somebody look at the app's home.
func (s *Server) OpenHome(user string) *Delivery {
	s.t.Helper()
	s.mu.Lock()
	event := object{"user": user, "channel": s.directLocked(user).ID, "tab": "home"}
	if v := s.homes[user]; v != nil {
		event["view"] = s.viewObject(v)
	}
	s.mu.Unlock()
	return s.Event("app_home_opened", event)
}

// DirectMessage has somebody write to the app.
func (s *Server) DirectMessage(user, text string) *Delivery {
	s.t.Helper()
	s.mu.Lock()
	r := s.directLocked(user)
	m := s.sayLocked(r, &message{User: user, Text: s.escapeLocked(text)})
	event := object{
		"channel": r.ID, "user": user, "text": m.Text, "ts": m.TS, "event_ts": m.TS, "channel_type": "im", "team": s.o.Team,
		"client_msg_id": s.idLocked("client-"),
		"blocks": []any{object{"type": "rich_text", "block_id": s.idLocked("b"), "elements": []any{
			object{"type": "rich_text_section", "elements": []any{object{"type": "text", "text": text}}},
		}}},
	}
	s.mu.Unlock()
	return s.Event("message", event)
}

// ShareLinks has somebody post links in a conversation whose domain the app has registered.
// https://docs.slack.dev/reference/events/link_shared/
func (s *Server) ShareLinks(user, channel string, links ...string) *Delivery {
	s.t.Helper()
	s.mu.Lock()
	r := s.roomLocked(channel)
	if r == nil {
		s.mu.Unlock()
		s.t.Fatalf("slack: there is no conversation %s", channel)
	}
	m := s.sayLocked(r, &message{User: user, Text: "<" + strings.Join(links, "> <") + ">"})
	var all []any
	for _, link := range links {
		domain := link
		if u, err := url.Parse(link); err == nil {
			domain = u.Host
		}
		all = append(all, object{"url": link, "domain": domain})
	}
	event := object{
		"channel": r.ID, "user": user, "message_ts": m.TS, "links": all, "source": "conversations_history",
		"unfurl_id": r.ID + "." + m.TS, "is_bot_user_member": r.has(s.o.BotUser),
	}
	s.mu.Unlock()
	return s.Event("link_shared", event)
}

// ChangeUser changes somebody's account and tells the app of it.
func (s *Server) ChangeUser(u User) *Delivery {
	s.t.Helper()
	s.AddUser(u)
	s.mu.Lock()
	event := object{"user": s.userObject(&u), "cache_ts": s.o.Clock().Unix()}
	s.mu.Unlock()
	return s.Event("user_change", event)
}
