package discordtest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/hirebot/hirebot/bot/bottest"
)

// Delivery is an interaction that Discord tells the app of. Redeliver sends it once more.
type Delivery struct {
	// Payload is the interaction as the app gets it.
	Payload map[string]any
	// Response is what the app answered over HTTP the last time.
	Response Response
	// Notice is what the client shows the person where the app fails.
	Notice string
	// Modal is the modal that the app answered with, Choices what it suggested.
	Modal   map[string]any
	Choices []map[string]any

	given *interaction
	times int
}

// Response is an answer over HTTP.
type Response struct {
	Status int
	Type   string
	Body   []byte
	// Failed is why there is none.
	Failed string
}

// failed is what the client says where an app does not answer.
const failed = "This interaction failed"

// unanswered is what the client says of a command that an app does not answer.
const unanswered = "The application did not respond"

// Deliver sends an interaction, waits for its first answer, and waits until the app has settled.
func (s *Server) Deliver(d *Delivery) {
	s.t.Helper()
	i := d.given
	s.mu.Lock()
	twice := s.duplicate
	i.again = i.again || twice || d.times > 0
	void := i.void
	s.mu.Unlock()
	d.times++
	second := make(chan struct{})
	if twice {
		d.times++
		go func() {
			defer close(second)
			s.send(d)
		}()
	} else {
		close(second)
	}
	d.Response = s.send(d)
	<-second
	s.settle()
	s.mu.Lock()
	answered := i.first != 0
	d.Modal, d.Choices = i.modal, i.choices
	void = void || i.void || i.refused
	s.mu.Unlock()
	if answered {
		return
	}
	d.Notice = failed
	if i.kind == kindCommand {
		d.Notice = unanswered
	}
	if !void && !d.Response.refused() {
		s.violation("%s was not answered", kindNames[i.kind])
	}
}

// refused tells whether the app turned a delivery away.
func (r Response) refused() bool { return r.Failed != "" || r.Status >= http.StatusBadRequest }

// Redeliver delivers an interaction again, as the Gateway does where an app resumes and has not seen it.
func (s *Server) Redeliver(d *Delivery) {
	s.t.Helper()
	d.Notice = ""
	s.Deliver(d)
}

// send sends an interaction once and waits for its first answer.
func (s *Server) send(d *Delivery) Response {
	s.mu.Lock()
	base := s.o.HTTP
	s.mu.Unlock()
	got := Response{}
	if base != "" {
		got = s.overHTTP(base, d)
	} else if !s.overGateway(d) {
		got.Failed = "the session ended"
	}
	i := d.given
	if !got.refused() {
		s.changed.Await(func() bool {
			s.mu.Lock()
			defer s.mu.Unlock()
			return i.first != 0 || i.void || i.refused || s.closed
		})
	}
	return got
}

// overGateway sends an interaction over the Gateway and tells whether the app got it.
func (s *Server) overGateway(d *Delivery) bool {
	open := s.changed.Await(func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, n := range s.sessions {
			if !n.dead {
				return true
			}
		}
		return false
	})
	if !open {
		s.violation("no session of the Gateway was begun within %v", bottest.Patience)
		return false
	}
	s.mu.Lock()
	sent := s.dispatchLocked(always, "INTERACTION_CREATE", d.Payload)
	s.mu.Unlock()
	return s.got(sent)
}

// Sign returns the signature of a body that Discord sends.
// https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint-validating-security-request-headers
func (s *Server) Sign(timestamp string, body []byte) string {
	return hex.EncodeToString(ed25519.Sign(s.key, append([]byte(timestamp), body...)))
}

// overHTTP posts an interaction, signed, and takes the response for its first answer.
func (s *Server) overHTTP(base string, d *Delivery) Response {
	body, err := json.Marshal(d.Payload)
	if err != nil {
		return Response{Failed: err.Error()}
	}
	i := d.given
	s.mu.Lock()
	i.waiting++
	s.mu.Unlock()
	stamp := strconv.FormatInt(s.o.Clock().Unix(), 10)
	got := s.post(base, map[string]string{"X-Signature-Ed25519": s.Sign(stamp, body), "X-Signature-Timestamp": stamp}, body)
	s.takeResponse(i, got)
	s.mu.Lock()
	i.waiting--
	s.mu.Unlock()
	s.changed.Broadcast()
	return got
}

// takeResponse does what the response to an interaction says. With 202 and no body the answer comes by
// itself.
func (s *Server) takeResponse(i *interaction, got Response) {
	switch {
	case got.Failed != "" || got.Status >= http.StatusBadRequest:
		return
	case got.Status == http.StatusAccepted && len(bytes.TrimSpace(got.Body)) == 0:
		return
	case got.Status != http.StatusOK:
		s.violation("an interaction is answered with status %d", got.Status)
		return
	}
	c := &call{Server: s, route: "the response to an interaction"}
	if kind, _, err := mime.ParseMediaType(got.Type); err != nil || kind != "application/json" {
		s.violation("an interaction is answered with the type %q", got.Type)
	}
	if err := json.Unmarshal(got.Body, &c.body); err != nil {
		s.violation("the response to an interaction is no JSON: %v", err)
		c.body = nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	// What is wrong with it is a violation already.
	i.refused = c.firstAnswer(i) != nil
	s.changed.Broadcast()
}

// post posts to the app's address for interactions.
func (s *Server) post(base string, header map[string]string, body []byte) Response {
	ctx, cancel := context.WithTimeout(context.Background(), bottest.Patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/discord/interactions", bytes.NewReader(body))
	if err != nil {
		return Response{Failed: err.Error()}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Discord-Interactions/1.0 (+https://discord.com)")
	for name, v := range header {
		req.Header.Set(name, v)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return Response{Failed: err.Error()}
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxCall))
	if err != nil {
		return Response{Failed: err.Error()}
	}
	return Response{Status: resp.StatusCode, Type: resp.Header.Get("Content-Type"), Body: data}
}

// PostSigned posts a body with a signature that is good, as it is: a replay, or something malformed.
func (s *Server) PostSigned(at time.Time, body []byte) Response {
	stamp := strconv.FormatInt(at.Unix(), 10)
	return s.PostRaw(map[string]string{"X-Signature-Ed25519": s.Sign(stamp, body), "X-Signature-Timestamp": stamp}, body)
}

// PostRaw posts a body with these headers, be they good or bad.
func (s *Server) PostRaw(header map[string]string, body []byte) Response {
	s.mu.Lock()
	base := s.o.HTTP
	s.mu.Unlock()
	return s.post(base, header, body)
}

// Verify does what Discord does when the app's address is set, and again from time to time: a ping must
// be answered with a pong, and a bad signature with 401.
func (s *Server) Verify() {
	s.t.Helper()
	body := []byte(fmt.Sprintf(`{"application_id":%q,"id":%q,"token":"ping-sample","type":1,"version":1,"entitlements":[],"user":{"id":"1","username":"discord","discriminator":"0"}}`, s.o.AppID, s.newID()))
	now := s.o.Clock()
	got := s.PostSigned(now, body)
	var pong object
	if err := json.Unmarshal(got.Body, &pong); err != nil || got.Status != http.StatusOK || pong["type"] != 1.0 {
		s.violation("a ping is answered with status %d and %q", got.Status, got.Body)
	}
	if kind, _, err := mime.ParseMediaType(got.Type); err != nil || kind != "application/json" {
		s.violation("a ping is answered with the type %q", got.Type)
	}
	stamp := strconv.FormatInt(now.Unix(), 10)
	good := s.Sign(stamp, body)
	for what, header := range map[string]map[string]string{
		"a signature of something else": {"X-Signature-Ed25519": s.Sign(stamp, []byte("{}")), "X-Signature-Timestamp": stamp},
		"another timestamp":             {"X-Signature-Ed25519": good, "X-Signature-Timestamp": stamp + "1"},
		"no timestamp":                  {"X-Signature-Ed25519": good},
		"no signature":                  {"X-Signature-Timestamp": stamp},
		"half a signature":              {"X-Signature-Ed25519": good[:64], "X-Signature-Timestamp": stamp},
		"no hexadecimal":                {"X-Signature-Ed25519": strings.Repeat("zz", 64), "X-Signature-Timestamp": stamp},
	} {
		if got := s.PostRaw(header, body); got.Status != http.StatusUnauthorized {
			s.violation("a delivery with %s is answered with status %d", what, got.Status)
		}
	}
}

func (s *Server) newID() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newIDLocked()
}

// settle waits until the app works on no delivery any more.
func (s *Server) settle() {
	s.t.Helper()
	s.mu.Lock()
	settle := s.o.Settle
	s.mu.Unlock()
	if !bottest.Settles(settle) {
		s.t.Fatalf("discord: the app has not settled within %v", bottest.Patience)
	}
}

// give returns an interaction of somebody's, with all that interactions have in common.
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object
func (s *Server) giveLocked(kind int, user string, r *room, data object) *Delivery {
	i := &interaction{id: s.newIDLocked(), user: user, kind: kind, room: r, at: s.o.Clock(), void: s.expire}
	i.token = fmt.Sprintf("aW50ZXJhY3Rpb246%s%032x", i.id, s.serial)
	s.given[i.id] = i
	locale := "en-US"
	if u := s.users[user]; u != nil && u.Locale != "" {
		locale = u.Locale
	}
	p := object{
		"id": i.id, "application_id": s.o.AppID, "type": kind, "token": i.token, "version": 1, "channel_id": r.ID, "locale": locale,
		"app_permissions": strconv.FormatInt(r.permissions(), 10), "attachment_size_limit": 10 << 20, "entitlements": []any{},
		"entitlement_sku_ids": []any{}, "data": data, "channel": s.partialChannel(r),
		"authorizing_integration_owners": object{"0": "0"}, "context": 1,
	}
	if r.direct() {
		p["user"] = s.userObject(user)
	} else {
		m := s.guilds[r.Guild].Members[user]
		member := s.memberObject(m, true)
		member["permissions"] = strconv.FormatInt(usual, 10)
		p["member"], p["context"], p["guild_id"], p["guild_locale"] = member, 0, r.Guild, "en-US"
		p["guild"] = object{"id": r.Guild, "locale": "en-US", "features": []any{}}
		p["authorizing_integration_owners"] = object{"0": r.Guild}
	}
	return &Delivery{Payload: p, given: i}
}

// partialChannel is a conversation as interactions tell of it.
func (s *Server) partialChannel(r *room) object {
	o := s.channelObject(r)
	delete(o, "permission_overwrites")
	if !r.direct() {
		o["permissions"] = strconv.FormatInt(usual, 10)
	}
	return o
}

// room returns a conversation that somebody is in. Where there is none, the test fails.
func (s *Server) roomOf(user, channel string) *room {
	s.t.Helper()
	s.mu.Lock()
	r := s.rooms[channel]
	seen := r != nil && s.seesLocked(r, user)
	s.mu.Unlock()
	if !seen {
		s.t.Fatalf("discord: %s is in no conversation %s", user, channel)
	}
	return r
}

// resolvedLocked are the people, channels and files that options or values name.
func (s *Server) resolvedLocked(guild string, users, channels, files []string) object {
	o := object{}
	put := func(kind, id string, v object) {
		all := in(o, kind)
		if all == nil {
			all = object{}
			o[kind] = all
		}
		all[id] = v
	}
	for _, id := range users {
		put("users", id, s.userObject(id))
		if g := s.guilds[guild]; g != nil && g.Members[id] != nil {
			m := s.memberObject(g.Members[id], false)
			m["permissions"] = strconv.FormatInt(usual, 10)
			put("members", id, m)
		}
	}
	for _, id := range channels {
		if r := s.rooms[id]; r != nil {
			put("channels", id, s.partialChannel(r))
		}
	}
	for _, id := range files {
		if f := s.files[id]; f != nil {
			put("attachments", id, s.attachmentObject(f))
		}
	}
	return o
}

// Menu has somebody use a context menu of the app's on a message or a person.
// https://docs.discord.com/developers/interactions/application-commands#user-commands
func (s *Server) Menu(user, channel, name, target string) *Delivery {
	s.t.Helper()
	r := s.roomOf(user, channel)
	s.mu.Lock()
	var command object
	for _, o := range s.commands[r.Guild] {
		if str(o, "name") == name && kindOf(o) != 1 {
			command = o
		}
	}
	if command == nil {
		s.mu.Unlock()
		s.t.Fatalf("discord: there is no context menu %q", name)
	}
	data := object{"id": command["id"], "name": name, "type": command["type"], "guild_id": r.Guild, "target_id": target}
	if m := r.find(target); m != nil {
		data["resolved"] = object{"messages": object{m.ID: s.messageObject(r, m)}}
	} else {
		data["resolved"] = s.resolvedLocked(r.Guild, []string{target}, nil, nil)
	}
	d := s.giveLocked(kindCommand, user, r, data)
	s.mu.Unlock()
	s.Deliver(d)
	return d
}

// Speak has somebody say something. The app is told where it has asked for messages; without the intent for
// their content it learns only what was said to it directly.
func (s *Server) Speak(user, channel, text string) string {
	s.t.Helper()
	r := s.roomOf(user, channel)
	s.mu.Lock()
	m := s.sayLocked(r, &message{User: user, Content: text})
	o := s.eventMessage(r, m)
	if !r.direct() && s.o.Privileged&intentContent == 0 {
		o["content"] = ""
	}
	sent := s.dispatchLocked(intentFor(r), "MESSAGE_CREATE", o)
	s.mu.Unlock()
	s.got(sent)
	s.settle()
	return m.ID
}

// Post delivers an interaction as it was recorded elsewhere, with ids of this server where the answer
// depends on them: its application, id, token, and conversation.
func (s *Server) Post(recorded map[string]any) *Delivery {
	s.t.Helper()
	p, _ := normal(recorded).(object)
	s.mu.Lock()
	r := s.rooms[str(p, "channel_id")]
	user := str(in(p, "user"), "id") + str(in(in(p, "member"), "user"), "id")
	if r == nil {
		r = &room{Channel: Channel{ID: str(p, "channel_id"), Name: "recorded", Guild: str(p, "guild_id")}}
		if r.Guild == "" {
			r.Type, r.With = TypeDM, user
		}
		s.rooms[r.ID] = r
		s.roomIDs = append(s.roomIDs, r.ID)
	}
	i := &interaction{id: s.newIDLocked(), user: user, kind: kindOf(p), room: r, at: s.o.Clock()}
	i.token = "recorded" + i.id
	if shown := in(p, "message"); shown != nil {
		i.source = &message{
			ID: str(shown, "id"), User: s.o.BotUser, Content: str(shown, "content"), Embeds: objects(shown["embeds"]),
			Components: objects(shown["components"]), At: s.o.Clock(),
		}
		if whole(shown, "flags")&flagEphemeral != 0 {
			i.source.For = user
		}
		r.Messages = append(r.Messages, i.source)
	}
	s.given[i.id] = i
	p["id"], p["token"], p["application_id"] = i.id, i.token, s.o.AppID
	d := &Delivery{Payload: p, given: i}
	s.mu.Unlock()
	s.Deliver(d)
	return d
}
