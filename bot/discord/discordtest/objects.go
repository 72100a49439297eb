package discordtest

import (
	"maps"
	"slices"
	"strconv"
	"time"
)

// stamp is a moment as Discord writes it.
func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000000+00:00") }

// joined is when everybody came.
var joined = stamp(time.Date(2026, time.January, 5, 0, 0, 0, 0, time.UTC))

// userObject is an account. https://docs.discord.com/developers/resources/user#user-object
func (s *Server) userObject(id string) object {
	u := s.users[id]
	if u == nil {
		u = &User{ID: id, Name: "gone"}
	}
	o := object{
		"id": u.ID, "username": u.Name, "discriminator": "0", "global_name": nil, "avatar": nil, "public_flags": 0,
		"avatar_decoration_data": nil, "primary_guild": nil, "clan": nil, "collectibles": nil,
	}
	if u.GlobalName != "" {
		o["global_name"] = u.GlobalName
	}
	if u.Bot {
		o["bot"] = true
	}
	return o
}

// memberObject is somebody in a guild, with their account unless that stands beside it.
// https://docs.discord.com/developers/resources/guild#guild-member-object
func (s *Server) memberObject(m *Member, withUser bool) object {
	o := object{
		"nick": nil, "avatar": nil, "banner": nil, "roles": append([]string{}, m.Roles...), "joined_at": joined, "premium_since": nil,
		"deaf": false, "mute": false, "flags": 0, "pending": false, "communication_disabled_until": nil,
	}
	if m.Nick != "" {
		o["nick"] = m.Nick
	}
	if withUser {
		o["user"] = s.userObject(m.User)
	}
	return o
}

// guildObject is a guild. https://docs.discord.com/developers/resources/guild#guild-object
func (s *Server) guildObject(g *guild) object {
	return object{
		"id": g.ID, "name": g.Name, "icon": nil, "splash": nil, "owner_id": "900000000000000000", "afk_channel_id": nil, "afk_timeout": 300,
		"verification_level": 0, "default_message_notifications": 0, "explicit_content_filter": 0, "roles": g.roleObjects(),
		"emojis": []any{}, "features": []any{}, "mfa_level": 0, "application_id": nil, "system_channel_id": nil,
		"premium_tier": 0, "preferred_locale": "en-US", "nsfw_level": 0, "description": nil,
	}
}

func (g *guild) roleObjects() []any {
	all := []any{}
	for _, r := range g.Roles {
		all = append(all, object{
			"id": r.ID, "name": r.Name, "color": 0, "hoist": false, "icon": nil, "unicode_emoji": nil, "position": r.Position,
			"permissions": strconv.FormatInt(r.Permissions, 10), "managed": false, "mentionable": false, "flags": 0,
		})
	}
	return all
}

// channelObject is a conversation. https://docs.discord.com/developers/resources/channel#channel-object
func (s *Server) channelObject(r *room) object {
	o := object{"id": r.ID, "type": r.Type, "flags": 0, "last_message_id": nil}
	if n := len(r.Messages); n > 0 {
		o["last_message_id"] = r.Messages[n-1].ID
	}
	if r.direct() {
		o["recipients"] = []any{s.userObject(r.With)}
		return o
	}
	o["guild_id"], o["name"], o["position"], o["topic"], o["nsfw"], o["parent_id"] = r.Guild, r.Name, 0, nil, false, nil
	o["rate_limit_per_user"] = 0
	if r.Parent != "" {
		o["parent_id"] = r.Parent
	}
	if r.Type == TypePublicThread {
		o["owner_id"], o["member_count"], o["message_count"] = s.o.BotUser, len(r.Members), len(r.Messages)
		o["thread_metadata"] = object{"archived": false, "auto_archive_duration": 1440, "archive_timestamp": joined, "locked": false}
		return o
	}
	o["permission_overwrites"] = s.overwrites(r)
	return o
}

// overwrites say who sees a channel, and what the app lacks in it.
func (s *Server) overwrites(r *room) []any {
	all := []any{}
	add := func(id string, kind int, allow, deny int64) {
		all = append(all, object{"id": id, "type": kind, "allow": strconv.FormatInt(allow, 10), "deny": strconv.FormatInt(deny, 10)})
	}
	var allow int64
	if r.Private {
		add(r.Guild, 0, 0, PermissionView)
		for _, user := range r.Members {
			add(user, 1, PermissionView, 0)
		}
		allow = PermissionView &^ r.Deny
	}
	if allow != 0 || r.Deny != 0 {
		add(s.o.BotUser, 1, allow, r.Deny)
	}
	return all
}

// messageObject is a message. https://docs.discord.com/developers/resources/message#message-object
func (s *Server) messageObject(r *room, m *message) object {
	flags := m.Flags
	if m.For != "" {
		flags |= flagEphemeral
	}
	if m.Loading {
		flags |= flagLoading
	}
	o := object{
		"id": m.ID, "channel_id": r.ID, "author": s.userObject(m.User), "content": m.Content, "timestamp": stamp(m.At), "edited_timestamp": nil,
		"tts": false, "mention_everyone": false, "mentions": []any{}, "mention_roles": []any{}, "attachments": s.attachmentsOf(m),
		"embeds": s.embedsOf(m), "components": s.numbered(m.Components), "pinned": false, "type": 0, "flags": flags,
	}
	if !m.Edited.IsZero() {
		o["edited_timestamp"] = stamp(m.Edited)
	}
	if m.Nonce != "" {
		o["nonce"] = m.Nonce
	}
	if m.By != nil {
		o["type"] = 20
		if m.By.kind != kindCommand {
			o["type"] = 0
		}
		o["webhook_id"], o["application_id"] = s.o.AppID, s.o.AppID
		o["interaction_metadata"] = object{
			"id": m.By.id, "type": m.By.kind, "user": s.userObject(m.By.user), "authorizing_integration_owners": object{},
		}
	}
	mentions := []any{}
	for _, id := range s.alertedLocked(m) {
		if s.users[id] != nil {
			mentions = append(mentions, s.userObject(id))
		}
	}
	o["mentions"] = mentions
	return o
}

// attachmentsOf are the files of a message that its embeds do not show.
func (s *Server) attachmentsOf(m *message) []any {
	all := []any{}
	for _, f := range m.Files {
		if !m.embeds(f) {
			all = append(all, s.attachmentObject(f))
		}
	}
	return all
}

// embedsOf are the embeds of a message as Discord hands them on: with addresses of the files they show.
func (s *Server) embedsOf(m *message) []any {
	all := []any{}
	for _, given := range m.Embeds {
		e := maps.Clone(given)
		e["type"] = "rich"
		maps.DeleteFunc(e, func(_ string, v any) bool { return v == nil })
		for _, name := range []string{"image", "thumbnail"} {
			if p := in(e, name); p != nil {
				p = maps.Clone(p)
				if f := m.attached(str(p, "url")); f != nil {
					p["url"] = s.fileURL(f)
				}
				e[name] = p
			}
		}
		all = append(all, e)
	}
	return all
}

// numbered are components with the numbers that Discord gives to those without.
func (*Server) numbered(components []object) []any {
	n := 0.0
	var number func(o object) object
	number = func(o object) object {
		o = maps.Clone(o)
		n++
		if o["id"] == nil || o["id"] == 0.0 {
			o["id"] = n
		}
		maps.DeleteFunc(o, func(_ string, v any) bool { return v == nil })
		if inner := objects(o["components"]); inner != nil {
			var all []any
			for _, k := range inner {
				all = append(all, number(k))
			}
			o["components"] = all
		}
		for _, name := range []string{"component", "accessory"} {
			if k := in(o, name); k != nil {
				o[name] = number(k)
			}
		}
		return o
	}
	all := []any{}
	for _, k := range slices.Clone(components) {
		all = append(all, number(k))
	}
	return all
}
